"""Every finding tells what trips it from what just does not; what follows from it."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from kpis import pipeline, settings
from kpis.builds import findings
from kpis.definitions import contracts
from kpis.errors import UserError
from kpis.ingest import importer, row_faults
from kpis.results import opened_build, queries
from tests import finding_cases, finding_cases_elsewhere, tables
from tests.exports import PROJECT
from tests.finding_cases import Rows
from tests.finding_cases_elsewhere import REFERENCE
from tests.lacking import lacking
from tests.tables import EXTRACTED, Force, instant

CASES = finding_cases.CASES | finding_cases_elsewhere.CASES
COLUMNS = ["area_code", "first_on", "last_on", "row_count", "example"]


def prepared(directory: Path) -> Force:
    """A force with the reference tables of the cases."""
    place = directory / "reference"
    place.mkdir()
    for name, text in REFERENCE.items():
        tables.write(place / f"{name}.csv", tables.read(text))
    return Force(directory)


def local(source: str, row: dict[str, str]) -> dict[str, str]:
    """Return a row whose local times have their offset."""
    columns = contracts.load(source).columns
    return {
        name: instant(text).isoformat()
        if text and columns[name].type == "instant"
        else text
        for name, text in row.items()
    }


def receive(force: Force, source: str, rows: Rows) -> None:
    """Import rows as a file of their own; those without an id are numbered."""
    force.exports += 1
    file = force.data_dir / f"{source}_{force.exports}.csv"
    written = tables.canonical(source, [local(source, row) for row in rows])
    tables.write(file, written)
    # single rows stand for whole months of them
    covers = tables.months_of(source, written, EXTRACTED)
    days = tables.days(covers) if covers else None
    request = importer.Request(instant(EXTRACTED), days)
    account = importer.import_file(file, f"canonical_{source}", force.data_dir, request)
    assert account["accepted"] == account["read"], account["reasons"]
    assert "unknown_code" not in account["flags"]


def drawn(side: str) -> dict[str, Rows]:
    """Return all rows that trip, or all that pass, by source."""
    rows: dict[str, Rows] = {}
    for name, case in CASES.items():
        for source, own in getattr(case, side).items():
            numbered = enumerate(own, 1)
            rows.setdefault(source, []).extend(
                ids(source, f"{name}-{number}") | row for number, row in numbered
            )
    return rows


def ids(source: str, said: str) -> dict[str, str]:
    """Return an id for a row that has none."""
    contract = contracts.load(source)
    return {name: said for name in contract.key if contract.columns[name].type == "id"}


def found_in(force: Force, is_full: bool = False) -> pd.DataFrame:
    pipeline.build(force.data_dir, is_full=is_full)
    with closing(opened_build.open_build(force.data_dir)) as one:
        return queries.findings(one)


@pytest.fixture(scope="module")
def tripped(tmp_path_factory) -> Force:
    force = prepared(tmp_path_factory.mktemp("trips"))
    for source, rows in drawn("trips").items():
        receive(force, source, rows)
    return force


@pytest.fixture(scope="module")
def found(tripped) -> pd.DataFrame:
    return found_in(tripped)


@pytest.fixture(scope="module")
def passed(tmp_path_factory) -> pd.DataFrame:
    force = prepared(tmp_path_factory.mktemp("passes"))
    for source, rows in drawn("passes").items():
        receive(force, source, rows)
    return found_in(force)


def listed(frame: pd.DataFrame, finding: str) -> list[tuple]:
    """Return where and when something was found, as the cases write it."""
    own = frame[frame["finding"] == finding].copy()
    for name in ("first_on", "last_on"):
        own[name] = own[name].dt.strftime("%Y-%m-%d")
    examples = [
        None if pd.isna(one) else one.partition(":")[2] for one in own["example"]
    ]
    # a missing one among others would become a number
    own["example"] = pd.Series(examples, own.index, object)
    return [tuple(row) for row in own[COLUMNS].itertuples(index=False)]


def test_every_finding_has_a_case_on_both_sides():
    assert set(CASES) == set(findings.load())
    assert all(case.trips and case.found and case.passes for case in CASES.values())


@pytest.mark.parametrize("name", CASES)
def test_rows_that_trip_a_finding_are_found_at_their_place_and_time(name, found):
    assert listed(found, name) == CASES[name].found


@pytest.mark.parametrize("name", CASES)
def test_rows_that_just_pass_are_not_found(name, passed):
    assert listed(passed, name) == []


# what follows from a finding

FIRST_SAID = ("not_applicable", "not_measured", "suppressed", "not_reliable")
UNRELIABLE = [name for name, one in findings.load().items() if one.unusable]


@pytest.fixture(scope="module")
def cells(tripped, found) -> pd.DataFrame:
    """Every figure of the force that trips, by month and by twelve months."""
    with closing(opened_build.open_build(tripped.data_dir)) as one:
        areas = list(queries.areas(one).query("kind != 'facility'")["code"])
        frames = [
            queries.series(
                one, list(one.kpis), areas, date(2003, 4, 1), date(2004, 6, 30), by
            )
            for by in ("month", "rolling12")
        ]
        return pd.concat(frames).assign(
            needs=lambda frame: frame["kpi"].map(
                lambda kpi: one.kpis[kpi].population.needs
            )
        )


def is_hit(cell, name: str) -> bool:
    """Whether a figure needs what a finding makes unusable, then and there."""
    unusable = findings.load()[name].unusable
    if not any(set(unusable[one]) & set(cell.needs.get(one, ())) for one in unusable):
        return False
    return any(
        first <= f"{cell.period_end:%Y-%m-%d}"
        and last >= f"{cell.period_start:%Y-%m-%d}"
        and (cell.area == "MPS" or area in ("", cell.area))
        for area, first, last, *_ in CASES[name].found
    )


@pytest.mark.parametrize("name", UNRELIABLE)
def test_only_figures_that_need_the_unusable_are_not_reliable(name, cells):
    says = findings.load()[name].says
    reported, silent = [], []
    for one in cells.itertuples():
        if says in one.reason:
            reported.append(one)
        elif is_hit(one, name):
            silent.append(one)
    assert reported
    for one in reported:
        assert is_hit(one, name), one
        assert one.state == "not_reliable" and pd.isna(one.value)
    # a cell without a figure, or with a part missing, says so first
    for one in silent:
        assert one.state in FIRST_SAID
        if one.state == "not_reliable":
            said = ("not arrived", "hardly a row", "more.")
            assert any(words in one.reason for words in said)


def test_a_finding_that_only_lists_hides_no_figure(cells):
    says = [one.says for one in findings.load().values() if not one.unusable]
    assert not any(one in reason for reason in set(cells["reason"]) for one in says)


# exports that come one after another


def test_findings_do_not_depend_on_the_order_of_exports(tripped, found, tmp_path):
    force = prepared(tmp_path)
    # from month to month in turn, so that either side of a comparison comes later
    for is_odd in (True, False):
        for source, rows in drawn("trips").items():
            happened = contracts.load(source).happened
            own = [row for row in rows if is_odd == int(row[happened][5:7]) % 2]
            receive(force, source, own)
        arrived = found_in(force)
        assert len(arrived) < len(found) or not is_odd
    pd.testing.assert_frame_equal(arrived, found)
    pd.testing.assert_frame_equal(found_in(force, is_full=True), found)


CALL = """
    call_id | offered_at       | disposition      | incident_ref | bocu_code
    c1      | 2003-05-31T23:59 | incident_created | i1           | QK
"""
CALL_WITHOUT = "call_without_its_incident"


def test_a_call_whose_incident_comes_later_is_found_and_then_gone(tmp_path):
    force = prepared(tmp_path)
    receive(force, "calls", tables.read(CALL))
    assert found_in(force).empty
    receive(force, "incidents", incidents("i0 | 2003-05-31T10:00 | police"))
    before = found_in(force)
    assert listed(before, CALL_WITHOUT) == [("QK", "2003-05-31", "2003-05-31", 1, "c1")]
    # the incident was made after midnight, and stands in another month
    receive(force, "incidents", incidents("i1 | 2003-06-01T00:00 | public"))
    assert found_in(force).empty
    assert found_in(force, is_full=True).empty


def test_an_incident_whose_call_comes_later_is_found_and_then_gone(tmp_path):
    force = prepared(tmp_path)
    rows = "i1 | 2003-06-01T00:20 | public"
    receive(force, "incidents", incidents(rows))
    advice = {"call_id": "c0", "offered_at": "2003-06-01T10:00", "bocu_code": "QK"}
    receive(force, "calls", [advice | {"disposition": "advice_given"}])
    before = found_in(force)
    assert set(before["finding"]) == {"incident_without_its_call"}
    receive(force, "calls", tables.read(CALL))
    assert found_in(force).empty
    assert found_in(force, is_full=True).empty


def incidents(rows: str) -> Rows:
    head = "incident_ref | created_at | origin"
    return tables.read(f"{head}\n{rows}")


def test_an_export_without_arrival_times_has_no_silent_week(tmp_path):
    force = prepared(tmp_path)
    force.add_mapping("no_arrivals", WITHOUT_ARRIVALS)
    rows = "\n".join(
        f"i{day} | {day} | 2003-05-{day:02}T10:00:00+01:00" for day in range(1, 31)
    )
    table = f"incident_ref | number | created_at\n{rows}"
    force.receives("incidents", table, mapping="no_arrivals")
    assert found_in(force).empty


WITHOUT_ARRIVALS = """
title = "Incidents without arrival times"
source = "incidents"
[columns]
incident_ref = { column = "incident_ref" }
created_at = { column = "created_at" }
origin = { constant = "police" }
grade_first = { constant = "I" }
bocu_code = { constant = "QK" }
"""


# a finding that cannot be read

FAULTY = {
    "select 1": "does not open with a /* header */",
    '/*\ntitel = "x"\n*/\nselect 1': "mean 'title'?",
    '/*\ntitle = "x"\nsays = "x"\nsource = "call"\nreads = ["calls"]\n*/\nselect 1': (
        "mean 'calls'?"
    ),
}


@pytest.mark.parametrize("text", FAULTY)
def test_a_faulty_finding_is_reported_with_its_file(text, tmp_path, monkeypatch):
    (tmp_path / "findings").mkdir()
    (tmp_path / "findings" / "odd.sql").write_text(text)
    monkeypatch.setattr(settings, "SQL", tmp_path)
    findings.load.cache_clear()
    try:
        with pytest.raises(UserError, match="odd.sql") as caught:
            findings.load()
    finally:
        findings.load.cache_clear()
    assert FAULTY[text] in str(caught.value)


# the guide


def table(header: str, rows: list[tuple]) -> str:
    lines = [header, "|---" * header.count(" | ") + "|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def named(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def of_values() -> str:
    """Return the guide's table of what is asked of every value by itself."""
    rows = [(f"`{name}`", remedy) for name, remedy in row_faults.REMEDIES.items()]
    return table("| Rule | What would be right |", rows)


def of_rows(contract: contracts.Contract) -> str:
    """Return the guide's table of the rules between the columns of a source."""
    rows = [
        (
            f"`{rule.name}`",
            rule.says,
            f"{rule.otherwise}s" + " where asked for" * rule.only_where_asked,
            named(rule.unusable),
        )
        for rule in contract.rules
    ]
    return table("| Rule | Says | Then | Not used |", rows)


def of_findings() -> str:
    """Return the guide's table of findings."""
    rows = [
        (
            f"`{one.id}`",
            one.says,
            " and ".join(contracts.in_words(source) for source in one.reads),
            "; ".join(named(columns) for columns in map(tuple, one.unusable.values())),
        )
        for one in findings.load().values()
    ]
    return table("| Finding | Says | Compares | Hides figures that need |", rows)


GUIDE = (PROJECT / "docs" / "rules.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", contracts.load_all())
def test_the_guide_lists_every_rule_between_columns(source):
    contract = contracts.load(source)
    if f"`{source}`" not in GUIDE and f"### {source}\n" not in GUIDE:
        lacking(source, "its rules", "a section of docs/rules.md")
    if contract.rules:
        assert f"### {source}\n\n{of_rows(contract)}" in GUIDE
    else:
        assert f"`{source}`" in GUIDE.partition("Without rules of their own: ")[2]


def test_the_guide_lists_every_rule_of_values_and_every_finding():
    assert of_values() in GUIDE
    assert of_findings() in GUIDE
