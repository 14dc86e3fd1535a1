"""What is missing from a figure is said: a caveat, bounds, or not reliable.

Never only a smaller number. Inputs are in `tests/cases/`.
"""

import shutil
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from kpis import periods, pipeline
from kpis.ingest import importer, lake
from kpis.ingest.importer import Request
from kpis.results import opened_build, queries
from tests.exports import PROJECT, canonical, quarantined, save, take

CASES = PROJECT / "tests" / "cases"
ATTENDED, A_THOUSAND = (
    "ops_immediate_attended_in_target",
    "ops_calls_per_1000_residents",
)
VARIANCE = "fin_budget_variance"


def imported(
    case: str, name: str, mapping: str, data_dir: Path, made: str = ""
) -> dict:
    for layout in (CASES / case).glob("*.toml"):
        (data_dir / "mappings").mkdir(parents=True, exist_ok=True)
        shutil.copy(layout, data_dir / "mappings")
    made_at = datetime.fromisoformat(made).replace(tzinfo=UTC) if made else None
    request = Request(extracted_at=made_at)
    return importer.import_file(CASES / case / name, mapping, data_dir, request)


def figures(
    data_dir: Path, kpi_id: str, area: str, first: str, last: str, by: str = "month"
) -> pd.DataFrame:
    """Build, and return the cells of some periods, indexed by their first day."""
    pipeline.build(data_dir)
    span = periods.read(first, False), periods.read(last, True)
    with closing(opened_build.open_build(data_dir)) as build:
        found = queries.series(build, [kpi_id], [area], *span, by)
    return found.set_index(found["period_start"].dt.strftime("%Y-%m"))


def test_months_that_an_export_holds_in_part_are_not_small(data_dir):
    name = "calls_15_oct_2002_to_10_dec_2003.csv.gz"
    mapping = "canonical_calls"
    account = imported("01_partial_months", name, mapping, data_dir, "2004-02-01")
    assert (account["covers_from"], account["covers_to"]) == (
        "2002-10-15",
        "2003-12-10",
    )
    own = figures(data_dir, A_THOUSAND, "QK", "2002-10", "2003-12")
    assert own.loc["2002-10", "state"] == "not_reliable"
    assert "1 to 14 October 2002 have not arrived" in own.loc["2002-10", "reason"]
    assert own.loc["2003-12", "state"] == "provisional"
    assert set(own["state"][1:-1]) == {"value"}
    force = figures(data_dir, A_THOUSAND, "MPS", "2002-10", "2003-12")
    assert set(force["state"]) == {"not_reliable"}
    assert force["value"].isna().all()
    assert "31 areas: calls for November 2003" in force.loc["2003-11", "reason"]


def test_the_whole_of_what_someone_says_is_covered(data_dir):
    """What a person says stands: they may know that there was nothing."""
    rows = [{"offered_at": f"2004-02-{day:02}T10:00:00+00:00"} for day in range(10, 20)]
    path = save(data_dir / "inbox", canonical("calls", *rows * 30))
    said = date(2004, 2, 1), date(2004, 2, 29)
    account = take(path, "canonical_calls", data_dir, covers=said)
    assert (account["covers_from"], account["covers_to"]) == (
        "2004-02-01",
        "2004-02-29",
    )
    assert manifest_of(data_dir, account)["holes"] == []


def manifest_of(data_dir: Path, account: dict) -> dict:
    return lake.read_manifest(data_dir)["imports"][account["import_id"]]


@pytest.mark.parametrize(("name", "state"), [("ok", "value"), ("thousands", "value")])
def test_an_amount_is_read_or_the_sum_is_not_reliable(name, state, data_dir):
    mapping = "canonical_finance_monthly"
    file = f"fin_{name}.csv"
    account = imported("02_unread_amount", file, mapping, data_dir, "2003-11-15")
    found = figures(data_dir, VARIANCE, "MPS", "2003-09", "2003-09").iloc[0]
    if account["flagged"]:
        assert found["state"] == "not_reliable"
        assert "In 1 of 3 rows of its exports, actual cannot be used" in found["reason"]
    else:
        assert (found["state"], found["value"]) == (state, 0)


# a source, a column that a sum is made of, and an indicator that adds it up
AMOUNTS = {
    "finance_monthly": ("actual", VARIANCE, "MPS"),
    "workforce_monthly": ("sickness_days_lost", "emp_officer_sickness_days", "MPS"),
    "patrol_monthly": ("patrol_hours_single", "ops_single_crewed_share", "CW"),
    "facility_hours_monthly": ("hours_open", "ops_counter_hours_delivered", "MPS"),
    "contacts_other_monthly": ("contacts", "ops_channel_share", "MPS"),
}


@pytest.mark.parametrize("source", AMOUNTS)
def test_no_unreadable_amount_counts_as_nothing(source, data_dir):
    column, kpi_id, area = AMOUNTS[source]
    if source == "facility_hours_monthly":
        counters = (PROJECT / "data/reference/facility.csv").read_text().splitlines()
        assert any(line.startswith("CO1,") for line in counters) or save(
            data_dir / "reference",
            "facility_code,facility_type,name,bocu_code,has_front_counter,step_free,"
            "opened,closed,source\nCO1,police_station,One,CW,true,true,,,test\n",
            "facility.csv",
        )
    rows = [{column: "n/k"}, {}, {}]
    path = save(data_dir / "inbox", canonical(source, *rows))
    said = date(2004, 1, 1), date(2004, 3, 31)
    account = take(path, f"canonical_{source}", data_dir, covers=said)
    assert account["flagged"] == 1
    if source == "contacts_other_monthly":
        take_calls_and_visits(data_dir, said)
    found = figures(data_dir, kpi_id, area, "2004-03", "2004-03").iloc[0]
    assert found["state"] in ("not_reliable", "suppressed")
    assert pd.isna(found["value"])
    for length in ("quarter", "year"):
        longer = figures(data_dir, kpi_id, area, "2004-03", "2004-03", length).iloc[-1]
        assert pd.isna(longer["value"])


def take_calls_and_visits(data_dir: Path, said: tuple[date, date]) -> None:
    for source in ("calls", "front_counter_visits"):
        rows = [{} if source == "calls" else {"facility_code": ""}] * 300
        path = save(data_dir / "inbox", canonical(source, *rows), f"{source}.csv")
        take(path, f"canonical_{source}", data_dir, covers=said)


def test_a_stray_row_claims_no_month(data_dir):
    name = "stray_row_made_2003-11.csv"
    account = imported("12_stray_row", name, "stray_row", data_dir)
    assert account["covers_from"] == "2003-11-01"
    found = figures(data_dir, A_THOUSAND, "QK", "2003-10", "2003-11")
    assert found["state"].tolist() == ["not_measured", "provisional"]


def test_a_row_of_a_wrong_year_claims_none(data_dir):
    days = [f"2003-11-{day:02}" for day in range(1, 31)] * 10
    rows = [{"created_at": f"{day}T12:00:00+00:00"} for day in ["1999-03-01", *days]]
    path = save(data_dir / "inbox", canonical("incidents", *rows))
    account = take(path, "canonical_incidents", data_dir)
    assert (account["covers_from"], account["covers_to"]) == (
        "2003-11-01",
        "2003-11-30",
    )


def test_a_figure_of_a_file_that_was_mostly_refused_is_not_reliable(data_dir):
    imported("13_mostly_refused", "mostly_refused.csv", "mostly_refused", data_dir)
    found = figures(data_dir, ATTENDED, "MPS", "2003-11", "2003-11").iloc[0]
    assert found["state"] == "not_reliable"
    assert found["reason"].startswith("1,200 of 1,500 rows of its exports could not be")
    assert (found["rows"], found["refused"]) == (1500, 1200)


BOROUGHS = [
    line.split(",")[0]
    for line in (PROJECT / "data/reference/bocu.csv").read_text().splitlines()[1:]
]


def incidents(*damaged: dict, days: int = 59) -> str:
    """Two months of incidents in every borough, nine in ten in time, then some more."""
    rows = []
    for day in range(days):
        on = date(2004, 1, 1).toordinal() + day
        for place, code in enumerate(BOROUGHS):
            late = (day + place) % 10 == 0
            rows.append(
                {
                    "created_at": f"{date.fromordinal(on)}T10:00:00+00:00",
                    "first_on_scene_at": f"{date.fromordinal(on)}T10:"
                    f"{30 if late else 9:02}:00+00:00",
                    "bocu_code": code,
                    "first_dispatched_at": "",
                }
            )
    return canonical("incidents", *rows, *damaged)


FEBRUARY = {
    "created_at": "2004-02-10T10:00:00+00:00",
    "first_on_scene_at": "2004-02-10T10:09:00+00:00",
    "bocu_code": BOROUGHS[0],
    "first_dispatched_at": "",
}


def test_refused_rows_are_placed_by_what_could_be_read_of_them(data_dir):
    damaged = [FEBRUARY | {"grade_first": "Z"}] * 10
    path = save(data_dir / "inbox", incidents(*damaged))
    assert take(path, "canonical_incidents", data_dir)["quarantined"] == 10
    january, february = (
        figures(data_dir, ATTENDED, "MPS", month, month).iloc[0]
        for month in ("2004-01", "2004-02")
    )
    assert (january["caveat"], january["refused"]) == ("", 0)
    assert february["refused"] == 10
    assert february["caveat"].startswith("10 of ")
    whole = february["numerator"] + 10, february["denominator"] + 10
    assert february["least"] == february["numerator"] / whole[1]
    assert february["most"] == pytest.approx(whole[0] / whole[1])
    own, other = (
        figures(data_dir, ATTENDED, code, "2004-02", "2004-02").iloc[0]
        for code in BOROUGHS[:2]
    )
    # ten of 38 of its own
    assert own["state"] == "not_reliable"
    assert (other["refused"], other["caveat"]) == (0, "")


def test_rows_without_a_day_count_wherever_they_may_belong(data_dir):
    damaged = [FEBRUARY | {"created_at": "10 February", "bocu_code": "?"}] * 20
    path = save(data_dir / "inbox", incidents(*damaged))
    take(path, "canonical_incidents", data_dir)
    for month in ("2004-01", "2004-02"):
        found = figures(data_dir, ATTENDED, "MPS", month, month).iloc[0]
        assert found["refused"] == 20
        assert "They may belong to another area or month." in found["caveat"]
        assert found["least"] < found["value"] < found["most"]


def test_values_that_could_not_be_read_are_counted_where_they_are_needed(data_dir):
    damaged = [FEBRUARY | {"first_on_scene_at": "soon"}] * 10
    path = save(data_dir / "inbox", incidents(*damaged))
    assert take(path, "canonical_incidents", data_dir)["flagged"] == 10
    found = figures(data_dir, ATTENDED, "MPS", "2004-02", "2004-02").iloc[0]
    assert found["unusable"] == 10
    assert "first on scene at cannot be used" in found["caveat"]
    others = figures(data_dir, "ops_immediate_grade_share", "MPS", "2004-02", "2004-02")
    assert others.iloc[0]["caveat"] == ""


def test_a_mended_row_is_missing_no_longer(data_dir):
    damaged = [FEBRUARY | {"created_at": "10 February", "incident_ref": ""}] * 20
    path = save(data_dir / "inbox", incidents(*damaged))
    account = take(path, "canonical_incidents", data_dir)
    before = figures(data_dir, ATTENDED, "MPS", "2004-02", "2004-02").iloc[0]
    assert before["refused"] == 20
    refused = data_dir / "quarantine" / f"{account['import_id']}.csv"
    assert len(quarantined(data_dir, account)) == 20
    lines = refused.read_text().splitlines()
    header = lines[0].split(",")
    mended = [lines[0]]
    for place, line in enumerate(lines[1:]):
        cells = line.split(",")
        cells[header.index("created_at")] = "2004-02-10T10:00:00+00:00"
        cells[header.index("incident_ref")] = f"M{place}"
        mended.append(",".join(cells))
    text = "\n".join(mended) + "\n"
    mending = save(data_dir / "inbox", text, "mended.csv")
    take(mending, "canonical_incidents", data_dir)
    after = figures(data_dir, ATTENDED, "MPS", "2004-02", "2004-02").iloc[0]
    assert (after["refused"], after["caveat"]) == (0, "")
    assert after["n"] == before["n"] + 20


def test_a_newer_row_that_was_refused_leaves_its_older_version_in_doubt(data_dir):
    path = save(data_dir / "inbox", incidents())
    take(path, "canonical_incidents", data_dir)
    # the rows of 1 February, which come after 31 days of January
    first = 31 * len(BOROUGHS)
    newer = canonical(
        "incidents",
        *(
            FEBRUARY | {"grade_first": "Z", "incident_ref": f"K{first + place}"}
            for place in (1, 2, 3)
        ),
    )
    later = datetime(2004, 4, 2, tzinfo=UTC)
    good = canonical("incidents", FEBRUARY | {"incident_ref": "new"}).splitlines()[1]
    path = save(data_dir / "inbox", newer + good + "\n", "newer.csv")
    said = date(2004, 2, 10), date(2004, 2, 10)
    take(path, "canonical_incidents", data_dir, extracted_at=later, covers=said)
    january, february = (
        figures(data_dir, ATTENDED, "MPS", month, month).iloc[0]
        for month in ("2004-01", "2004-02")
    )
    assert (january["unusable"], february["unusable"]) == (0, 3)
    assert (
        "3 of 897 rows of its exports count in an older version." in february["caveat"]
    )


def test_days_without_a_row_are_named(data_dir):
    rows = incidents().splitlines()
    gone = [f"2004-02-{day:02}T" for day in range(5, 10)]
    kept = [line for line in rows if not any(day in line for day in gone)]
    path = save(data_dir / "inbox", "\n".join(kept) + "\n")
    account = take(path, "canonical_incidents", data_dir)
    holes = manifest_of(data_dir, account)["holes"]
    assert holes == [["", "2004-02-05", "2004-02-09"]]
    found = figures(data_dir, ATTENDED, "MPS", "2004-01", "2004-02")
    assert found["state"].tolist()[1] == "not_reliable"
    assert "5 to 9 February 2004 hold hardly a row" in found["reason"].iloc[1]
    year = figures(data_dir, ATTENDED, "MPS", "2004-02", "2004-02", "rolling12")
    assert year.iloc[0]["value"] is None or pd.isna(year.iloc[0]["value"])


def test_a_borough_that_stops_in_the_middle_is_missing_in_the_force(data_dir):
    rows = incidents().splitlines()
    own = f",{BOROUGHS[3]},"
    kept = [
        line
        for line in rows
        if own not in line or ",2004-01-" in line or ",2004-02-0" in line
    ]
    # one row a day and borough is too few to tell; ten are not
    body = [
        line.replace("K", f"K{copy}-", 1) for line in kept[1:] for copy in range(10)
    ]
    path = save(data_dir / "inbox", "\n".join([kept[0], *body]) + "\n")
    account = take(path, "canonical_incidents", data_dir)
    assert manifest_of(data_dir, account)["holes"] == [
        [BOROUGHS[3], "2004-02-10", "2004-02-28"]
    ]
    found = figures(data_dir, ATTENDED, BOROUGHS[3], "2004-02", "2004-02").iloc[0]
    assert found["state"] == "not_reliable"


def test_a_return_without_a_month_in_its_middle_has_a_hole(data_dir):
    months = [f"2003-{month:02}" for month in range(4, 13) if month != 9]
    rows = [
        {"month": month, "bocu_code": code} for month in months for code in BOROUGHS
    ]
    path = save(data_dir / "inbox", canonical("patrol_monthly", *rows))
    account = take(path, "canonical_patrol_monthly", data_dir)
    assert manifest_of(data_dir, account)["holes"] == [["", "2003-09-01", "2003-09-30"]]
    found = figures(
        data_dir, "ops_single_crewed_share", "MPS", "2003-07", "2003-09", "quarter"
    )
    assert found.iloc[0]["state"] == "not_reliable"


def test_a_return_of_one_borough_is_not_the_force_s(data_dir):
    rows = [{"month": f"2003-{month:02}", "bocu_code": "QK"} for month in (10, 11, 12)]
    path = save(data_dir / "inbox", canonical("patrol_monthly", *rows))
    take(path, "canonical_patrol_monthly", data_dir)
    crewed = "ops_single_crewed_share"
    force = figures(data_dir, crewed, "MPS", "2003-11", "2003-11").iloc[0]
    own = figures(data_dir, crewed, "QK", "2003-11", "2003-11").iloc[0]
    assert (force["state"], own["state"]) == ("not_reliable", "value")


def test_rows_left_out_on_purpose_are_counted_and_no_loss(data_dir):
    layout = """\
title = "Jobs without tests"
source = "incidents"

[[filters]]
reason = "test_job"
drop = "incident_ref like 'T%'"

[edition]
last_row = true

[columns]
incident_ref = { column = "incident_ref" }
created_at = { column = "created_at" }
bocu_code = { column = "bocu_code" }
origin = { column = "origin" }
grade_first = { column = "grade_first" }
first_on_scene_at = { column = "first_on_scene_at" }
"""
    save(data_dir / "mappings", layout, "jobs.toml")
    tests = [FEBRUARY | {"incident_ref": f"T{number}"} for number in range(7)]
    path = save(data_dir / "inbox", incidents(*tests))
    account = take(path, "jobs", data_dir)
    assert account["filtered"] == 7
    january, february = (
        figures(data_dir, ATTENDED, "MPS", month, month).iloc[0]
        for month in ("2004-01", "2004-02")
    )
    assert (january["filtered"], february["filtered"]) == (0, 7)
    assert february["caveat"] == ""
    assert february["left_out"].endswith("in the whole force: 7 test job.")
