"""All rows of a source, filtered and grouped: they add up to what was accepted."""

from contextlib import closing
from datetime import date

import pytest

from kpis.analysis import source_rows
from kpis.errors import UserError
from kpis.ingest import lake
from kpis.results import opened_build
from tests.tables import Force
from tests.visitors import DRILL, checked, visitor

YEAR = date(2003, 4, 1), date(2004, 3, 31)
INCIDENTS = """
    incident_ref | created_at           | bocu_code | grade_first | resolution
    a            | 2004-03-01T00:10:00Z | QK        | I           | attended
    b            | 2004-03-31T22:50:00Z | QK        | S           | attended
    c            | 2004-03-05T10:00:00Z | QK        | I           | -
    d            | 2004-03-05T10:00:00Z | TX        | I           | advice
    e            | 2004-04-01T10:00:00Z | QK        | I           | attended
"""
MARCH = date(2004, 3, 1), date(2004, 3, 31)


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("force"))
    force.receives("incidents", INCIDENTS, covers="2004-03 to 2004-04")
    with force.build() as opened:
        yield opened


@pytest.fixture(scope="module")
def spoilt(spoilt_home):
    with closing(opened_build.open_build(spoilt_home / "demo")) as opened:
        yield opened


def test_rows_of_an_area_and_a_period_are_counted_by_what_they_say(build):
    found = source_rows.grouped(build, "incidents", "QK", MARCH, ["grade_first"], {})
    assert found.values.tolist() == [["I", 2], ["S", 1]]
    both = ["resolution", "grade_first"]
    found = source_rows.grouped(build, "incidents", "MPS", MARCH, both, {})
    assert ["", "I", 1] in found.values.tolist()
    assert found["n"].sum() == 4


def test_chosen_members_alone_are_counted_and_listed(build):
    for members, lines in ((["attended"], [2, 3]), ([""], [4]), ([], [])):
        asked = build, "incidents", "QK", MARCH
        chosen = {"resolution": members}
        rows = source_rows.rows(*asked, chosen)
        assert sorted(rows["line"]) == lines
        (whole,) = source_rows.grouped(*asked, [], chosen)["n"]
        assert whole == len(lines)


def test_a_row_says_its_file_and_line_and_not_who_called(spoilt):
    found = source_rows.rows(spoilt, "calls", "MPS", YEAR, {}, 5)
    assert list(found)[:2] == ["file", "line"]
    assert not {"caller", "caller_hash", "import_id"} & set(found)
    assert len(found) == 5


def test_a_row_belongs_to_each_area_that_it_names(spoilt):
    every = source_rows.rows(spoilt, "calls", "MPS", YEAR, {})
    for area, column in (("QK", "bocu_code"), ("IR", "call_site_code")):
        found = source_rows.rows(spoilt, "calls", area, YEAR, {})
        assert 0 < len(found) == every[column].eq(area).sum() < len(every)


def test_sources_of_few_people_are_not_offered(spoilt):
    assert {"calls", "incidents"} < set(source_rows.offered(spoilt))
    for source in ("survey_responses", "workforce_monthly"):
        with pytest.raises(UserError, match="source"):
            source_rows.rows(spoilt, source, "MPS", YEAR, {})


def test_an_unknown_dimension_is_refused_and_never_reaches_a_statement(build):
    for name in ("incident_ref", 'x" or true --'):
        with pytest.raises(UserError, match="dimension"):
            source_rows.grouped(build, "incidents", "QK", MARCH, [name], {})
        with pytest.raises(UserError, match="dimension"):
            source_rows.rows(build, "incidents", "QK", MARCH, {name: ["x"]})
    members = {"resolution": ["') or true --"]}
    assert source_rows.rows(build, "incidents", "QK", MARCH, members).empty


@pytest.mark.parametrize("source", ["calls", "front_counter_visits"])
def test_all_rows_of_a_year_match_its_exports(spoilt, spoilt_home, source):
    own = [row for row in spoilt.imports if row.source == source]
    assert own
    accepted = lake.imports(spoilt_home / "demo").query("source == @source")["accepted"]
    (whole,) = source_rows.grouped(spoilt, source, "MPS", YEAR, [], {})["n"]
    assert whole == accepted.sum()
    for name in source_rows.dimensions(spoilt, source):
        found = source_rows.grouped(spoilt, source, "MPS", YEAR, [name], {})
        assert found["n"].sum() == whole


def test_the_page_shows_a_source_and_its_rows(spoilt_home, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(spoilt_home))
    at = visitor(DRILL, area="Brent")
    checked(at.selectbox(key="source").set_value("incidents").run())
    grouped = at.multiselect(key="source_groups_incidents")
    checked(grouped.set_value(["grade_first"]).run())
    (groups,) = [one.value for one in at.dataframe if "n" in one.value]
    (said,) = [one.value for one in at.markdown if " rows of incidents" in one.value]
    assert said.startswith("Brent")
    assert str(groups["n"].sum()) in said
