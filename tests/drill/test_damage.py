"""More random exports, damaged at random: see `tests/whole/test_damaged_exports.py`."""

import pytest

from tests.whole import test_damaged_exports


@pytest.mark.parametrize("seed", range(100, 140))
def test_no_figure_moves_in_silence(seed, tmp_path):
    test_damaged_exports.check(seed, tmp_path)
