"""More random histories: see `tests/builds/test_incremental.py`."""

import pytest

from tests.builds import test_incremental


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_history_built_step_by_step_equals_one_built_at_once(
    seed, tmp_path, monkeypatch
):
    test_incremental.test_a_history_built_step_by_step_equals_one_built_at_once(
        seed, tmp_path, monkeypatch
    )
