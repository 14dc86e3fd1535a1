"""Every page of the demo runs, and says what the engine says: `make audit` in small."""

from itertools import cycle, product

import pytest

from kpis.definitions import indicators
from pages._frame import filters
from tests import audit, audit_visitor
from tests.audit_visit import Tally

KPIS = list(indicators.load())
# one indicator of each sort that a page treats in its own way
SORTS = list(
    {
        (
            one.measure.kind,
            one.measure.counts,
            not one.disclosure.is_needed,
            one.measure.accumulate,
            one.population.area,
        ): one.id
        for one in indicators.load().values()
    }.values()
)
BOROUGHS, LENGTHS = ("QK", "TX", "EK"), ("month", "quarter")
STATES = {
    "value", "too_few", "provisional", "reported", "suppressed", "not_applicable",
    "not_measured",
}  # fmt: skip


@pytest.fixture(scope="module")
def visitor(spoilt_home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMAND_DATA_DIR", str(spoilt_home))
        with audit_visitor.visitor() as one:
            yield one


@pytest.fixture
def tally(visitor):
    """What the visitor of this test finds; nothing may differ."""
    visitor.tally = Tally()
    yield visitor.tally
    assert not visitor.tally.differences


def test_every_indicator_of_three_boroughs_on_their_overviews(visitor, tally):
    for by in LENGTHS:
        for area in BOROUGHS:
            side_by_side = BOROUGHS if area == BOROUGHS[-1] else ()
            visitor.sees_overview(area, by, side_by_side)
    assert set(tally.states) >= STATES
    cells = len(KPIS) * len(BOROUGHS) * len(LENGTHS)
    for place in ("overview", "side by side"):
        assert tally.compared[place] > 5 * cells
    assert tally.compared["London"] == 2 * (1 + 32)


def test_every_indicator_has_a_page_in_one_of_them_or_of_the_force(visitor, tally):
    visitor.sees_overview("MPS", "month")
    scopes = cycle(product(("MPS", *BOROUGHS), LENGTHS))
    for kpi_id, (area, by) in zip(KPIS, scopes, strict=False):
        visitor.sees_indicator(kpi_id, area, by)
    for place in ("areas", "chart", "indicator", "the cube's sums"):
        assert tally.compared[place] > len(KPIS)
    assert set(tally.states) == {*STATES, "not_reliable"}


def test_every_area_over_time(visitor, tally):
    visitor.sees_areas_over_time("ops_immediate_attended_in_target", "quarter")
    assert tally.compared["over time"] > 32


def test_every_sort_of_indicator_by_one_of_the_other_lengths(visitor, tally):
    scopes = [("IR", "month")]
    scopes += [("MPS", by) for by in filters.PERIOD_NAMES if by not in LENGTHS]
    for area, by in scopes:
        visitor.sees_overview(area, by)
    for kpi_id, (area, by) in zip(SORTS, cycle(scopes), strict=False):
        visitor.sees_indicator(kpi_id, area, by)
    assert tally.compared["chart"] > len(SORTS)


def test_every_sort_has_a_drill_down_or_says_why_not(visitor, tally):
    for kpi_id in SORTS:
        visitor.drills_into(kpi_id, "MPS", "year")
    assert tally.compared["drill-down"] > len(SORTS)


def test_definitions_and_imports(visitor, tally):
    visitor.sees_the_rest()
    assert tally.compared["definitions"] > len(KPIS)


def test_the_command_says_what_was_compared(visitor, capsys):
    given = ["--area", "Brent", "--kpi", KPIS[0], "--by", "month"]
    assert audit.main(given) == 0
    assert "indicator " in capsys.readouterr().out
