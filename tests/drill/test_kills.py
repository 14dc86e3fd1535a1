"""Two hundred kills: half of them at any moment, half just before a step."""

import pytest

from tests import kills

SEED = 200


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory) -> dict[str, kills.Scenario]:
    """The commands that are killed, by name: import, build, prune."""
    return kills.by_name(tmp_path_factory.mktemp("scenarios"))


@pytest.mark.parametrize(
    ("name", "count"), [("import", 80), ("build", 80), ("prune", 40)]
)
def test_killed_at_any_moment_nothing_is_lost_or_half_done(
    scenarios, tmp_path, name, count
):
    met = kills.kill_often(scenarios[name], count, SEED, tmp_path / "data")
    assert [one for one in met if one.faults] == []
    # to hit it never while it writes would test nothing
    assert sum(one.was_writing for one in met) >= count // 2
