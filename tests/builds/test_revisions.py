"""Earlier figures are kept and shown with the reason why they changed."""

import math
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from kpis import pipeline
from kpis.context import lookup, revision_words, targets
from kpis.definitions import indicators
from kpis.definitions.indicator_model import Disclosure
from kpis.ingest import lake
from kpis.results import opened_build
from pages._indicator import definition_panel
from tests.exports import save
from tests.tables import Force, cell
from tests.visitors import INDICATOR as PAGE
from tests.visitors import visitor

ATTENDED = "ops_immediate_attended_in_target"
MEDIAN = "ops_immediate_response_median"
MARCH, LATER, LAST = "2004-05-01T03:00", "2004-06-01T03:00", "2004-07-01T03:00"


def incidents(*rows: str) -> str:
    """A table of incidents on 10 March: key, minutes until arrival, borough."""
    lines = ["incident_ref | created_at | first_on_scene_at | bocu_code"]
    for row in rows:
        key, minutes, borough = row.split()
        day = "2004-03-10T12"
        lines.append(f"{key} | {day}:00:00Z | {day}:{minutes}:00Z | {borough}")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Force:
    """A force with a build of March: three of four attended in time, and in Brent."""
    one = Force(tmp_path_factory.mktemp("built"))
    rows = ("a 05 QK", "b 10 QK", "c 20 QK", "d 11 SX")
    one.receives("incidents", incidents(*rows), extracted=MARCH)
    pipeline.build(one.data_dir)
    return one


@pytest.fixture
def force(built, tmp_path) -> Force:
    return built.copy(tmp_path / "home")


def earlier(one: opened_build.Build, kpi_id: str, area: str) -> list[tuple]:
    frame = lookup.revisions_of(one, kpi_id, area)
    return [(row.was_value, row.was_n, row.reason) for row in frame.itertuples()]


def test_a_first_build_has_no_revisions(force):
    with force.build() as one:
        assert earlier(one, ATTENDED, "MPS") == []
        assert len(lookup.definitions_of(one, ATTENDED)) == 1


def test_a_late_row_leaves_the_earlier_figure_on_record(force):
    force.receives("incidents", incidents("e 30 QK"), extracted=LATER)
    with force.build() as one:
        assert cell(one, ATTENDED, "QK", "2004-03")["n"] == 4
        assert earlier(one, ATTENDED, "QK") == [(pytest.approx(2 / 3), 3, "data")]
        assert earlier(one, ATTENDED, "MPS") == [(0.75, 4, "data")]
        assert earlier(one, ATTENDED, "SX") == []
        frame = lookup.revisions_of(one, ATTENDED, "MPS")
        assert frame["words"].tolist() == [
            "was 75\u202f% in the build as at 1 May 2004; the data changed"
        ]
        assert f"{frame['on_date'][0]:%Y-%m-%d}" == "2004-03-01"
        assert frame[["was_numerator", "was_denominator"]].to_numpy().tolist() == [
            [3, 4]
        ]


def test_a_median_is_revised_by_the_median_it_was(force):
    force.receives("incidents", incidents("e 20 QK", "f 30 SX"), extracted=LATER)
    pipeline.build(force.data_dir)
    force.receives("incidents", incidents("g 59 QK"), extracted=LAST)
    with force.build() as one:
        # 5, 10, 11, 20, then with another 20 and 30; in Brent 5, 10, 20 and 20
        assert earlier(one, MEDIAN, "MPS") == [
            (15.5 * 60, 6, "data"),
            (10.5 * 60, 4, "data"),
        ]
        assert earlier(one, MEDIAN, "SX") == [(11 * 60, 1, "data")]
        assert earlier(one, MEDIAN, "QK") == [
            (15 * 60, 4, "data"),
            (10 * 60, 3, "data"),
        ]


def test_a_figure_that_went_leaves_its_old_value(force):
    force.receives("incidents", incidents("d 11 TX"), extracted=LATER)
    with force.build() as one:
        assert earlier(one, ATTENDED, "SX") == [(1, 1, "data")]
        assert earlier(one, ATTENDED, "TX") == []
        assert earlier(one, ATTENDED, "MPS") == []


def test_every_build_adds_to_those_before(force):
    for key, at in (("e", LATER), ("f", LAST)):
        force.receives("incidents", incidents(f"{key} 30 QK"), extracted=at)
        pipeline.build(force.data_dir)
    with force.build() as one:
        assert earlier(one, ATTENDED, "MPS") == [(0.6, 5, "data"), (0.75, 4, "data")]
        days = lookup.revisions_of(one, ATTENDED, "MPS")["was_as_at"]
        assert [f"{day:%Y-%m-%d}" for day in days] == ["2004-06-01", "2004-05-01"]


def test_a_full_build_keeps_revisions_and_adds_none(force):
    force.receives("incidents", incidents("e 30 QK"), extracted=LATER)
    pipeline.build(force.data_dir)
    pipeline.build(force.data_dir, is_full=True)
    with force.build() as one:
        assert earlier(one, ATTENDED, "MPS") == [(0.75, 4, "data")]


@pytest.fixture
def redefine(monkeypatch, tmp_path_factory):
    """Return what replaces words in the text of an indicator, from the next build."""

    def replaced(kpi_id: str, old: str, new: str) -> None:
        place = tmp_path_factory.mktemp("kpis")
        for kpi in indicators.load().values():
            text = (indicators.settings.SQL / "kpis" / f"{kpi.id}.sql").read_text(
                "utf-8"
            )
            if kpi.id == kpi_id:
                assert old in text
                text = text.replace(old, new)
            (place / f"{kpi.id}.sql").write_text(text, encoding="utf-8")
        changed = indicators.load_from(place)
        monkeypatch.setattr(indicators, "load", lambda: changed)

    return replaced


def test_a_changed_definition_shows_as_one(force, redefine):
    redefine(ATTENDED, "attended_seconds <= ", "attended_seconds < 0 * ")
    with force.build() as one:
        assert earlier(one, ATTENDED, "MPS") == [(0.75, 4, "definition")]
        (row,) = lookup.revisions_of(one, ATTENDED, "MPS").itertuples()
        assert row.words.endswith("as at 1 May 2004; the definition changed")
        texts = lookup.definitions_of(one, ATTENDED).set_index("digest")
        assert len(texts) == 2
        assert "attended_seconds <= " in texts["sql"][row.was_digest]
        assert texts["first_build"].is_unique
        # another indicator of the same rows is as it was
        assert earlier(one, MEDIAN, "MPS") == []


def test_a_percentile_by_another_rank_is_a_revision(force, monkeypatch):
    known = indicators.load()
    other = replace(
        known[MEDIAN],
        measure=replace(known[MEDIAN].measure, quantile=0.25),
        digest="another",
    )
    monkeypatch.setattr(indicators, "load", lambda: known | {MEDIAN: other})
    with force.build() as one:
        assert earlier(one, MEDIAN, "MPS") == [(10.5 * 60, 4, "definition")]


def test_the_same_sums_by_another_unit_are_a_revision(force, monkeypatch):
    known = indicators.load()
    mean = "ops_immediate_response_mean"
    other = replace(
        known[mean],
        measure=replace(known[mean].measure, denominator_unit=60),
        digest="another",
    )
    monkeypatch.setattr(indicators, "load", lambda: known | {mean: other})
    with force.build() as one:
        assert earlier(one, mean, "MPS") == [(11.5 * 60, 4, "definition")]


def test_a_withdrawn_month_leaves_its_old_value(force):
    april = incidents("z 05 QK").replace("2004-03-10", "2004-04-10")
    account = force.receives("incidents", april, extracted="2004-06-01T03:00")
    pipeline.build(force.data_dir)
    lake.withdraw(force.data_dir, account["import_id"], "a test")
    with force.build() as one:
        frame = lookup.revisions_of(one, ATTENDED, "MPS")
        assert [f"{day:%Y-%m}" for day in frame["on_date"]] == ["2004-04"]
        assert frame["was_n"].tolist() == [1]


def test_changed_rules_show_as_such(force):
    own = force.data_dir / "reference" / "standards.csv"
    own.parent.mkdir()
    own.write_text(
        "applies_to,area,seconds,status\ngrade:I,MPS,360,local\n", encoding="utf-8"
    )
    with force.build() as one:
        assert earlier(one, ATTENDED, "MPS") == [(0.75, 4, "rules")]


def test_builds_of_one_day_are_ordered_by_their_number(force):
    own = force.data_dir / "reference" / "standards.csv"
    own.parent.mkdir()
    # enough that their hashes are hardly in the order of the builds
    for seconds in (360, 660, 300, 900, 540, 1260, 240):
        text = f"applies_to,area,seconds,status\ngrade:I,MPS,{seconds},local\n"
        own.write_text(text, encoding="utf-8")
        pipeline.build(force.data_dir)
    with force.build() as one:
        frame = lookup.revisions_of(one, ATTENDED, "MPS")
        assert frame["was_as_at"].nunique() == 1
        numbers = [int(name.rpartition("-")[2]) for name in frame["was_build"]]
        assert numbers == sorted(numbers, reverse=True)
        assert len(numbers) > 4


def test_a_target_that_is_set_revises_nothing(force):
    own = force.data_dir / "reference" / "target.csv"
    own.parent.mkdir()
    row = f"{ATTENDED},MPS,at_least,0.9,local"
    own.write_text(f"kpi_id,area,comparator,value,status\n{row}\n", encoding="utf-8")
    made_of = "select * from cube.inputs order by all"
    with closing(opened_build.open_build(force.data_dir)) as before:
        held = before.warehouse.tuples(made_of)
    with force.build() as one:
        assert one.id != before.id
        own = lookup.targets_of(one)
        assert targets.in_force(own, ATTENDED, "MPS", one.as_at).value == 0.9
        assert earlier(one, ATTENDED, "MPS") == []
        # nothing is counted again for it
        assert one.warehouse.tuples(made_of) == held


def test_an_unfinished_month_has_no_revision_and_an_unsettled_one_says_so(tmp_path):
    force = Force(tmp_path)
    # another source that came later does not finish the month of this one
    force.receives("calls", "offered_at\n2004-03-10T12:00:00Z", extracted=LATER)
    for key, at in (("a", "2004-03-20"), ("b", "2004-04-05"), ("c", "2004-05-05")):
        force.receives("incidents", incidents(f"{key} 05 QK"), extracted=f"{at}T03:00")
        pipeline.build(force.data_dir)
    with force.build() as one:
        frame = lookup.revisions_of(one, ATTENDED, "QK")
        assert frame["was_n"].tolist() == [2]
        assert frame["was_provisional"].tolist() == [True]
        assert "(provisional)" in frame["words"][0]
        assert earlier(one, MEDIAN, "QK") == [(300, 2, "data")]


def test_a_figure_about_people_says_only_that_it_changed(tmp_path, monkeypatch):
    force = Force(tmp_path)
    kpi = "cust_satisfaction_gap"
    known = indicators.load()
    secret = replace(known[kpi], disclosure=Disclosure("respondents"))
    monkeypatch.setattr(indicators, "load", lambda: known | {kpi: secret})
    header = "response_id | interview_date | experience_date | bocu_code "
    header += "| ethnicity_group | answer_code"
    for first, last, at in ((0, 20, MARCH), (20, 21, LATER)):
        rows = [
            f"{key} | 2003-07-10 | 2003-07-01 | QK "
            f"| {'white' if key % 2 else 'minority_ethnic'} | {1 + 3 * (key % 3 == 0)}"
            for key in range(first, last)
        ]
        force.receives("survey_responses", "\n".join([header, *rows]), extracted=at)
        pipeline.build(force.data_dir)
    with force.build() as one:
        frame = lookup.revisions_of(one, kpi, "MPS")
        assert frame["reason"].tolist() == ["data"]
        assert math.isnan(frame["was_value"][0])
        assert math.isnan(frame["was_n"][0])
        assert "a single person's" in frame["words"][0]


def test_a_difference_was_one_side_less_the_other(tmp_path, monkeypatch):
    force = Force(tmp_path)
    kpi = "cust_satisfaction_gap"
    known = indicators.load()
    shown = replace(known[kpi], disclosure=Disclosure("none"))
    monkeypatch.setattr(indicators, "load", lambda: known | {kpi: shown})
    header = "response_id | experience_date | interview_date | bocu_code "
    header += "| ethnicity_group | answer_code"
    row = "{} | 2003-07-01 | 2003-07-10 | QK | {} | {}"
    first = [
        row.format(1, "white", 1),
        row.format(2, "minority_ethnic", 1),
        row.format(3, "minority_ethnic", 5),
    ]
    for rows, at in ((first, MARCH), ([row.format(4, "white", 5)], LATER)):
        force.receives("survey_responses", "\n".join([header, *rows]), extracted=at)
        pipeline.build(force.data_dir)
    with force.build() as one:
        frame = lookup.revisions_of(one, kpi, "MPS")
        assert frame["was_n"].tolist() == [3]
        assert frame["was_value"].tolist() == [pytest.approx(1 - 0.5)]


COUNTERS = """/*
title = "Served at counters"
question = "How many stay until they are served?"
family = "customer"
themes = ["access"]
numerator = "Visits served"
denominator = "Visits"
kind = "proportion"
unit = "percent"
better = "higher"
area = "facility"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month", facility = "month" }
min_n = 1
settles_after_days = 14
needs = { front_counter_visits = ["left_before_service"] }
source = "this test"
owner = "this test"
*/
select
    'front_counter_visits:' || visit_id as row_id,
    facility_code as area_code,
    arrived_on as on_date,
    (not left_before_service)::int as numerator,
    1 as denominator
from front_counter_visits
"""
FACILITIES = """facility_code,facility_type,name,bocu_code,has_front_counter
F1,police_station,Brixton,LX,true
F2,police_station,Streatham,LX,true
"""


def visits(*rows: str) -> str:
    """A table of visits on 10 March: key, counter, whether no one served them."""
    header = "visit_id | facility_code | left_before_service | arrived_at"
    lines = [row.replace(" ", " | ") + " | 2004-03-10T12:00:00Z" for row in rows]
    return "\n".join([header, *lines])


def test_a_borough_is_revised_by_its_facilities(tmp_path, monkeypatch):
    place = tmp_path / "kpis"
    place.mkdir()
    (place / "served.sql").write_text(COUNTERS, encoding="utf-8")
    known = indicators.load() | indicators.load_from(place)
    monkeypatch.setattr(indicators, "load", lambda: known)
    force = Force(tmp_path)
    save(tmp_path / "reference", FACILITIES, "facility.csv")
    first, late = visits("1 F1 false", "2 F2 true"), visits("3 F2 true")
    for rows, at in ((first, MARCH), (late, LATER)):
        force.receives("front_counter_visits", rows, extracted=at)
        pipeline.build(force.data_dir)
    with force.build() as one:
        assert earlier(one, "served", "F1") == []
        assert earlier(one, "served", "F2") == [(0, 1, "data")]
        assert earlier(one, "served", "LX") == [(0.5, 2, "data")]
        assert earlier(one, "served", "MPS") == [(0.5, 2, "data")]


@pytest.fixture
def seen(force, monkeypatch) -> Force:
    """The force, as the pages see it."""
    monkeypatch.setenv("DEMAND_DATA_DIR", str(force.data_dir))
    return force


def unfolded(at: AppTest, label: str) -> str:
    """All text in an expander, or "" without one."""
    parts = [
        part.value
        for one in at.expander
        if one.label == label
        for part in (*one.markdown, *one.caption, *one.code)
    ]
    return "\n".join(parts).replace("\\", "")


def shown_parts(at: AppTest) -> list[str]:
    return [one.label for one in at.expander]


def test_the_page_lists_earlier_figures_newest_first(seen, monkeypatch):
    assert "Revised figures" not in shown_parts(visitor(PAGE, kpi=ATTENDED))
    for key, at in (("e", LATER), ("f", LAST)):
        seen.receives("incidents", incidents(f"{key} 31 QK"), extracted=at)
        pipeline.build(seen.data_dir)
    said = unfolded(visitor(PAGE, kpi=ATTENDED, area="QK"), "Revised figures")
    june, may = "as at 1 June 2004; the data changed.", "as at 1 May 2004; the data"
    intro, newest, oldest = said.splitlines()
    assert intro == "What earlier builds said of Brent, newest first."
    assert newest == f"- March 2004: was 50\u202f% in the build {june}"
    assert oldest.startswith(f"- March 2004: was 66.7\u202f% in the build {may}")
    monkeypatch.setattr(definition_panel, "REVISIONS_LISTED", 1)
    said = unfolded(visitor(PAGE, kpi=ATTENDED, area="QK"), "Revised figures")
    assert said.splitlines() == [intro, newest, "And 1 more."]
    # a borough that nothing was revised of
    at = visitor(PAGE, kpi=ATTENDED, area="SX")
    assert "Revised figures" not in shown_parts(at)


def test_the_page_names_the_site_that_was_revised_for_a_borough(tmp_path, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(tmp_path))
    force = Force(tmp_path)
    for key, answer, at in ((1, "05", MARCH), (2, "40", LATER)):
        call = f"{key} | 2004-03-10T12:00:00Z | 2004-03-10T12:00:{answer}Z"
        table = f"call_id | offered_at | answered_at\n{call}"
        force.receives("calls", table, extracted=at)
        pipeline.build(tmp_path)
    at = visitor(PAGE, kpi="ops_999_answered_in_target", area="QK")
    said = unfolded(at, "Revised figures")
    assert "- Information Room, New Scotland Yard, March 2004: was 100" in said


def test_the_page_keeps_earlier_definitions(seen, redefine):
    assert "Earlier definitions" not in shown_parts(visitor(PAGE, kpi=ATTENDED))
    redefine(ATTENDED, "attended_seconds <= ", "attended_seconds < 0 * ")
    pipeline.build(seen.data_dir)
    redefine(ATTENDED, "min_n = 100", "min_n = 7")
    with seen.build() as one:
        builds = lookup.definitions_of(one, ATTENDED)["first_build"]
    said = unfolded(visitor(PAGE, kpi=ATTENDED), "Earlier definitions")
    *_, newer, older = said.split("First used by build ")
    assert f"first used by build {builds[2]}." in said
    assert newer.startswith(f"{builds[1]}.")
    assert older.startswith(f"{builds[0]}.")
    assert "Words or rules that differ from today's: min n." in newer
    assert "< 0 *" in said
    # a statement that is the same as today's is not shown
    assert "Its SQL is the same as today's." in older


def test_words():
    day = date(2004, 3, 1)
    said = revision_words.in_words(0.712, "percent", day, "definition", False)
    assert said == (
        "was 71.2\u202f% in the build as at 1 March 2004; the definition changed"
    )
    said = revision_words.in_words(math.nan, "percent", day, "data", False)
    assert said.startswith("had no figure in the build as at 1 March 2004")
    said = revision_words.in_words(12.34, "per 1,000 a year", day, "data", False)
    assert said.startswith("was 12.3 per 1,000 a year in the build")
