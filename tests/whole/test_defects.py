"""Every deliberate fault of the demo lands where docs/rules.md says.

`tests/demo/test_demo_defects.py` checks that the fault is in the exports. This file
imports and builds two forces, one with the faults and one without.
"""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from kpis import demo, pipeline
from kpis.builds import findings
from kpis.demo.defects import CHRONIC_CALLS_A_MONTH, DEFECTS, NEGATIVE_WAITS
from kpis.demo.facilities import CLOSED_AT_NIGHT
from kpis.ingest import importer
from kpis.results import opened_build, queries
from tests.exports import PROJECT, held, quarantined
from tests.tables import Force

SCALE, YEARS = 0.02, 1
YEAR = date(2003, 4, 1), date(2004, 3, 31)
# defect: where it lands, and under which name
LANDS = {
    "naive_times": ("refused", "no_offset"),
    "number_reused": ("refused", "key_repeated"),
    "clock_in_utc": ("finding", "created_an_hour_before_the_call"),
    "file_sent_twice": ("counted", "duplicates"),
    "no_arrivals": ("finding", "no_arrival_times"),
    "no_weights": ("refused", "missing"),
    "in_thousands": ("finding", "amount_a_thousand_times_off"),
    "outside_hours": ("finding", "visit_outside_opening_hours"),
    "negative_wait": ("flagged", "answered_before_offered"),
    "late_police_grades": ("flagged", "police_grade_after_its_end"),
    "early_move": ("finding", "cut_over_inside_a_month"),
    "heaping": ("finding", "arrivals_heaped_at_the_standard"),
    "downgrades": ("finding", "downgraded_after_the_standard"),
    "chronic_caller": ("finding", "one_caller_many_calls"),
}


class Demo(NamedTuple):
    """A force that was imported and built, and the results."""

    data_dir: Path
    accounts: pd.DataFrame
    findings: pd.DataFrame
    cells: pd.DataFrame


def made(home: Path, *, defects: bool) -> Demo:
    demo.write_reference(home, defects=defects)
    paths = demo.write(home / "inbox", scale=SCALE, years=YEARS, defects=defects)
    accounts = [
        importer.import_file(path, f"canonical_{path.name.split('_2')[0]}", home)
        for path in paths
    ]
    pipeline.build(home)
    with closing(opened_build.open_build(home)) as one:
        areas = queries.areas(one).query("kind != 'facility'")["code"]
        cells = queries.series(one, list(one.kpis), list(areas), *YEAR)
        cells["month"] = cells["period_start"].dt.strftime("%Y-%m")
        cells["needs"] = cells["kpi"].map(lambda kpi: one.kpis[kpi].population.needs)
        found = queries.findings(one)
    return Demo(home, pd.DataFrame(accounts), found, cells)


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> Demo:
    return made(tmp_path_factory.mktemp("clean"), defects=False)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory) -> Demo:
    return made(tmp_path_factory.mktemp("spoilt"), defects=True)


def test_every_defect_has_a_place():
    assert set(LANDS) == {defect.name for defect in DEFECTS}


def test_the_guide_says_where_each_defect_lands():
    guide = (PROJECT / "docs" / "rules.md").read_text(encoding="utf-8")
    for defect in DEFECTS:
        lands, name = LANDS[defect.name]
        assert f"| `{defect.name}` | {defect.what} | {lands} | `{name}` |" in guide


def test_without_defects_nothing_is_refused_flagged_repeated_or_found(clean):
    counts = clean.accounts[["quarantined", "flagged", "duplicates", "filtered"]]
    assert counts.sum().sum() == 0
    assert clean.findings.empty


# refused, flagged, counted


def refused(spoilt: Demo, source: str) -> pd.DataFrame:
    own = spoilt.accounts[spoilt.accounts["source"] == source]
    rows = [
        row
        for account in own.to_dict("records")
        for row in quarantined(spoilt.data_dir, account)
    ]
    return pd.DataFrame(rows)


def test_local_times_without_an_offset_are_refused_on_their_two_nights(spoilt):
    rows = refused(spoilt, "calls")
    assert set(rows["rules"]) == {"no_offset"}
    assert set(rows["offered_at"].str[:10]) == {"2003-10-26", "2004-03-28"}
    assert rows["offered_at"].str[11:13].max() == "03"


def test_numbers_used_again_are_refused_with_the_rows_they_belonged_to(spoilt):
    rows = refused(spoilt, "incidents")
    assert set(rows["rules"]) == {"key_repeated"}
    days = rows["created_at"].str[:10].groupby(rows["incident_ref"]).agg(sorted)
    assert {tuple(own) for own in days} == {("2003-06-05", "2003-06-06")}


def test_answers_without_a_weight_are_refused_and_never_count_as_one(spoilt):
    rows = refused(spoilt, "survey_responses")
    assert set(zip(rows["rules"], rows["wrong_columns"], strict=True)) == {
        ("missing", "weight")
    }
    assert set(rows["survey_code"] + rows["wave"]) == {"C9992003-Q2"}
    kept = held(spoilt.data_dir, "survey_responses")
    assert not (kept["survey_code"] + kept["wave"]).eq("C9992003-Q2").any()


def test_no_other_source_has_a_refused_row(spoilt):
    own = spoilt.accounts.groupby("source")["quarantined"].sum()
    assert set(own[own > 0].index) == {"calls", "incidents", "survey_responses"}


def test_a_file_sent_twice_is_counted_and_kept_once(spoilt):
    copy = spoilt.accounts.iloc[-1]
    assert (copy["duplicates"], copy["accepted"]) == (copy["read"], 0)
    assert spoilt.accounts["duplicates"].sum() == copy["read"] > 0
    assert len(held(spoilt.data_dir, copy["source"])) == copy["read"]


def test_an_answer_before_the_offer_is_flagged_and_not_used(spoilt):
    calls = held(spoilt.data_dir, "calls")
    flagged = calls[calls["flags"].notna()]
    rules = {flag["rule"] for flags in flagged["flags"] for flag in flags}
    assert rules == {"answered_before_offered"}
    assert len(flagged) == NEGATIVE_WAITS
    assert flagged["answered_at"].isna().all()
    assert set(flagged["line_type"]) == {"non_emergency"}
    assert set(flagged["offered_at"].dt.strftime("%Y-%m")) == {"2003-05"}
    assert spoilt.accounts["flagged"].sum() == NEGATIVE_WAITS


def test_a_police_grade_after_its_end_is_flagged_and_counted(tmp_path):
    force = Force(tmp_path)
    account = force.receives(
        "incidents",
        """
        incident_ref | created_at                | grade_first | origin
        late         | 2009-05-01T10:00:00+01:00 | P           | police
        last         | 2009-03-31T23:59:59+01:00 | P           | police
        """,
    )
    assert account["flags"] == {"police_grade_after_its_end": 1}
    assert (account["accepted"], account["quarantined"]) == (2, 0)


# found

FOUND = {
    "amount_a_thousand_times_off": ("KF", "2003-11-01", "2003-11-30"),
    "created_an_hour_before_the_call": ("JI", "2003-07-01", "2003-07-31"),
    "cut_over_inside_a_month": ("MD", "2004-02-18", "2004-02-18"),
    "no_arrival_times": ("GD", "2003-09-08", "2003-09-14"),
    # half a day late: visits of the last evening appear on the next morning
    "visit_outside_opening_hours": (CLOSED_AT_NIGHT, "2003-06-01", "2003-07-01"),
    "arrivals_heaped_at_the_standard": ("LX", "2003-04-01", "2004-03-31"),
    "downgraded_after_the_standard": ("EK", "2003-04-01", "2004-03-31"),
    "one_caller_many_calls": ("NI", "2003-04-01", "2004-03-31"),
}
# rows whose other half was refused, on the days when that happened
NIGHTS = ("2003-10-26", "2004-03-28")
FOLLOWING = {
    "call_without_its_incident": ("2003-06-05", "2003-06-06"),
    "incident_without_its_call": NIGHTS,
    "second_leg_without_its_first": NIGHTS,
    # people come to the counter about an incident within weeks
    "visit_without_its_incident": ("2003-06-05", "2003-06-30"),
}


def test_the_rest_is_found_in_the_right_area_at_the_right_time(spoilt):
    found = spoilt.findings[~spoilt.findings["finding"].isin(FOLLOWING)]
    assert sorted(found["finding"]) == sorted(FOUND)
    for one in found.itertuples():
        area, first, last = FOUND[one.finding]
        assert one.area_code == area
        assert pd.Timestamp(first) <= one.first_on <= one.last_on <= pd.Timestamp(last)
    exact = found.set_index("finding").loc[
        ["amount_a_thousand_times_off", "cut_over_inside_a_month", "no_arrival_times"]
    ]
    for name, one in exact.iterrows():
        days = one["first_on"], one["last_on"]
        assert tuple(f"{day:%Y-%m-%d}" for day in days) == FOUND[name][1:]


def test_defects_that_should_become_findings_do():
    named = {name for lands, name in LANDS.values() if lands == "finding"}
    assert named == set(FOUND)
    assert named | set(FOLLOWING) <= set(findings.load())


def test_refused_rows_leave_others_unmatched_only_on_their_days(spoilt):
    found = spoilt.findings[spoilt.findings["finding"].isin(FOLLOWING)]
    assert set(found["finding"]) <= set(FOLLOWING)
    for one in found.itertuples():
        first, last = FOLLOWING[one.finding]
        assert pd.Timestamp(first) <= one.first_on <= one.last_on <= pd.Timestamp(last)
        if FOLLOWING[one.finding] == NIGHTS:
            assert {f"{one.first_on:%Y-%m-%d}", f"{one.last_on:%Y-%m-%d}"} <= {*NIGHTS}


# effect on the figures

COST = "fin_cost_per_call"
RATE = "ops_calls_per_1000_residents"
ANSWERING = ("ops_999_answered_in_target", "ops_999_answer_p95")
ATTENDANCE = (
    "ops_immediate_attended_in_target",
    "ops_immediate_response_median",
    "ops_immediate_response_mean",
)
SURVEYS = ("cust_satisfaction_gap", "cust_public_confidence")
WITHOUT_FIGURE = ("not_applicable", "not_measured")


def key(cells: pd.DataFrame) -> set[tuple]:
    return set(cells[["kpi", "area", "month"]].itertuples(index=False, name=None))


def test_only_two_defects_hide_figures(clean, spoilt):
    cells = clean.cells[~clean.cells["state"].isin(WITHOUT_FIGURE)]
    places = {
        ("finance_monthly", "actual"): ({"KF", "MPS"}, "2003-11"),
        ("incidents", "first_on_scene_at"): ({"GD", "MPS"}, "2003-09"),
    }
    expected = {
        (one.kpi, one.area, one.month)
        for one in cells.itertuples()
        for (source, column), (areas, month) in places.items()
        if column in one.needs.get(source, ())
        and one.area in areas
        and one.month == month
    }
    assert (COST, "MPS", "2003-11") in expected
    assert {(kpi, "GD", "2003-09") for kpi in ATTENDANCE} <= expected
    hidden = spoilt.cells[spoilt.cells["state"] == "not_reliable"]
    assert key(hidden) == expected
    assert clean.cells["state"].ne("not_reliable").all()
    says = {one.says for one in findings.load().values() if one.unusable}
    for reason in hidden["reason"]:
        assert any(reason.endswith(one) for one in says)


def may_move(kpi: str, area: str, month: str) -> bool:
    """Whether a defect takes rows from a figure or adds some."""
    # calls refused at night, and a borough that calls another site
    by_calls = month in ("2003-10", "2004-02", "2004-03")
    if kpi == COST:
        return by_calls or (area in ("KF", "MPS") and month == "2003-11")
    if kpi in ANSWERING:
        return by_calls
    if kpi == RATE:
        # the chronic caller's calls are taken from other boroughs
        return month in ("2003-10", "2004-03") or area != "MPS"
    if kpi in ATTENDANCE:
        # heaping; incidents refused, or in another month by their clock; no arrivals
        return (
            area in ("LX", "MPS")
            or month == "2003-06"
            or (area, month) in {("JI", "2003-07"), ("GD", "2003-09")}
        )
    return False


def test_figures_move_only_where_a_defect_takes_or_adds_rows(clean, spoilt):
    numbers = ["n", "numerator", "denominator", "value"]
    before, after = clean.cells, spoilt.cells
    known = before["kpi"].isin([COST, RATE, *ANSWERING, *ATTENDANCE, *SURVEYS])
    is_same = before[numbers].eq(after[numbers])
    is_same |= before[numbers].isna() & after[numbers].isna()
    moved = after[known & ~is_same.all(axis="columns")]
    assert [one for one in key(moved) if not may_move(*one)] == []
    assert {COST, RATE, *ANSWERING, *ATTENDANCE} == set(moved["kpi"])


def test_calls_of_the_chronic_caller_count_in_their_borough(clean, spoilt):
    extra = [
        cells.query("kpi == @RATE and area == 'NI'").set_index("month")["numerator"]
        for cells in (spoilt.cells, clean.cells)
    ]
    more = extra[0] - extra[1]
    assert (more > 0.7 * CHRONIC_CALLS_A_MONTH).all()
    assert (more <= CHRONIC_CALLS_A_MONTH).all()
