"""Two hundred kills: half of them at any moment, half just before a step."""

import pytest

from tests import kills

SEED = 200
# so that two processes finish together
PARTS = 5


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory) -> dict[str, kills.Scenario]:
    """The commands that are killed, by name: import, build, prune."""
    return kills.by_name(tmp_path_factory.mktemp("scenarios"))


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(
    ("name", "count"), [("import", 80), ("build", 80), ("prune", 40)]
)
def test_killed_at_any_moment_nothing_is_lost_or_half_done(
    scenarios, tmp_path, name, count, part
):
    scenario, length = scenarios[name], count // PARTS
    moments = kills.moments(scenario, count, SEED)[part * length :][:length]
    met = [kills.kill(scenario, one, tmp_path / "data") for one in moments]
    assert [one for one in met if one.faults] == []
    # to hit it never while it writes would test nothing
    assert sum(one.was_writing for one in met) >= length // 2
