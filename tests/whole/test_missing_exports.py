"""A missing export never makes a figure smaller: it hides the figure and says why.

Here several sources make one figure, or several sites make one borough's figure.
"""

import pytest

from kpis.ingest import lake
from kpis.results import opened_build, queries
from tests.tables import Force, cell, days

COST, RATE = "fin_cost_per_call", "ops_calls_per_1000_residents"
MONTHS = [f"2002-{month:02}" for month in range(4, 13)]
MONTHS += [f"2003-{month:02}" for month in range(1, 7)]
CALL = "call_id | offered_at | answered_at | bocu_code\n"
ENTRY = "entry_ref | month | unit_code | actual\n"
ONE_SITE = """
title = "Calls of one site"
source = "calls"
[covers]
areas = "present"
[columns]
call_id = { column = "number" }
offered_at = { column = "offered" }
answered_at = { column = "answered" }
call_site_code = { column = "site" }
bocu_code = { column = "borough" }
line_type = { constant = "emergency_999" }
stage = { constant = "primary" }
origin = { constant = "public" }
outcome = { constant = "answered" }
"""


def receive_calls(force: Force, months: list[str]) -> dict:
    """Ten calls a month, answered in the Information Room."""
    rows = [
        f"{month}-{call} | {month}-05T10:00:00+00:00 | {month}-05T10:00:05+00:00 | QK"
        for month in months
        for call in range(10)
    ]
    covers = f"{months[0]} to {months[-1]}"
    return force.receives("calls", CALL + "\n".join(rows), covers=covers)


def receive_costs(force: Force, months: list[str]) -> dict:
    """A hundred pounds a month."""
    table = ENTRY + "\n".join(f"{month} | {month} | IR | 100.00" for month in months)
    covers = f"{months[0]} to {months[-1]}"
    return force.receives("finance_monthly", table, covers=covers)


def states(one: opened_build.Build, kpi_id: str, area: str, by: str = "month") -> dict:
    """Return the state of each period, named by its last month."""
    first, last = days(f"{MONTHS[0]} to {MONTHS[-1]}")
    frame = queries.series(one, [kpi_id], [area], first, last, by)
    ends = frame["period_end"].dt.strftime("%Y-%m")
    hides = frame["state"].eq("not_reliable")
    assert frame["value"][hides].isna().all()
    return dict(zip(ends, frame["state"], strict=True))


def not_reliable(
    one: opened_build.Build, kpi_id: str, area: str, by="month"
) -> list[str]:
    found = states(one, kpi_id, area, by)
    return [end for end, state in found.items() if state == "not_reliable"]


# one of two sources lacks a month


@pytest.fixture
def without_september(tmp_path) -> Force:
    """Fifteen months of calls; the ledger's return for September 2002 is missing."""
    force = Force(tmp_path)
    receive_calls(force, MONTHS)
    gap = MONTHS.index("2002-09")
    for months in (MONTHS[:gap], MONTHS[gap + 1 :]):
        receive_costs(force, months)
    return force


def check_without_september(one: opened_build.Build, area: str) -> None:
    assert not_reliable(one, COST, area) == ["2002-09"]
    assert not_reliable(one, COST, area, "quarter") == ["2002-09"]
    assert not_reliable(one, COST, area, "year") == ["2003-03"]
    rolling = not_reliable(one, COST, area, "rolling12")
    assert {"2003-03", "2003-04", "2003-05", "2003-06"} <= set(rolling)
    for month in MONTHS:
        if month != "2002-09":
            found = cell(one, COST, area, month)
            assert (found["state"], found["value"]) == ("value", 10)
    for period, by in (
        ("2002-09", "month"),
        ("2002-07 to 2002-09", "quarter"),
        ("2002-04 to 2003-03", "year"),
        ("2002-07 to 2003-06", "rolling12"),
    ):
        reason = cell(one, COST, area, period, by)["reason"]
        assert reason == "Finance for September 2002 has not arrived."


def test_a_missing_return_hides_all_periods_with_its_month(without_september):
    with without_september.build() as one:
        for area in ("MPS", "IR"):
            check_without_september(one, area)
        # an indicator from the other source alone is unchanged
        assert not_reliable(one, RATE, "MPS") == []
    receive_costs(without_september, ["2002-09"])
    with without_september.build() as one:
        for area in ("MPS", "IR"):
            assert not_reliable(one, COST, area) == []
            year = cell(one, COST, area, "2002-04 to 2003-03", "year")
            assert (year["state"], year["value"]) == ("value", 10)
            assert (year["numerator"], year["denominator"]) == (1200, 120)


def test_a_withdrawn_return_counts_as_never_arrived(without_september):
    account = receive_costs(without_september, ["2002-09"])
    with without_september.build() as one:
        assert not_reliable(one, COST, "MPS") == []
    lake.withdraw(without_september.data_dir, account["import_id"], "wrong ledger")
    with without_september.build() as one:
        check_without_september(one, "MPS")


def test_the_last_month_waits_for_a_ledger_that_comes_a_month_later(tmp_path):
    force = Force(tmp_path)
    receive_calls(force, MONTHS)
    receive_costs(force, MONTHS[:-1])
    with force.build() as one:
        june = cell(one, COST, "MPS", "2003-06")
        assert june["state"] == "not_reliable"
        assert june["reason"] == "Finance for June 2003 has not arrived."
        assert cell(one, COST, "MPS", "2003-05")["state"] == "value"
        assert queries.latest_settled(one, COST, "MPS", "month") == days("2003-05")
    receive_costs(force, MONTHS[-1:])
    with force.build() as one:
        assert cell(one, COST, "MPS", "2003-06")["value"] == 10


def test_a_period_that_only_one_source_covers_is_not_measured(tmp_path):
    force = Force(tmp_path)
    receive_calls(force, MONTHS)
    receive_costs(force, MONTHS[3:])
    with force.build() as one:
        found = cell(one, COST, "MPS", "2002-05")
        assert found["state"] == "not_measured"
        assert "finance" in found["reason"]
        year = cell(one, COST, "MPS", "2002-04 to 2003-03", "year")
        assert year["state"] == "not_reliable"
        assert "April to June 2002" in year["reason"]


# one side of a division is empty


def test_a_site_missing_from_the_ledger_does_not_work_for_free(tmp_path):
    force = Force(tmp_path)
    receive_calls(force, ["2003-05"])
    force.receives("finance_monthly", ENTRY + "e | 2003-05 | MPS | 100.00")
    with force.build() as one:
        assert cell(one, COST, "MPS", "2003-05")["value"] == 10
        found = cell(one, COST, "IR", "2003-05")
        assert (found["n"], found["state"]) == (10, "too_few")
        assert found["reason"] == "One side of the division is empty."


def test_a_site_that_took_no_call_has_no_cost_per_call(tmp_path):
    force = Force(tmp_path)
    receive_calls(force, ["2003-05"])
    table = ENTRY + "e | 2003-05 | IR | 100.00\nf | 2003-05 | TOC1 | 50.00"
    force.receives("finance_monthly", table)
    with force.build() as one:
        found = cell(one, COST, "TOC1", "2003-05")
        assert (found["n"], found["state"]) == (1, "too_few")
        assert found["reason"] == "One side of the division is empty."


# one site lacks a month


def receive_site(force: Force, site: str, month: str) -> dict:
    """Ten calls from Brent and ten from Barking and Dagenham."""
    rows = ["number | offered | answered | site | borough"]
    rows += [
        f"{site}{borough}{month}{call} | {month}-05T10:00:00+00:00 "
        f"| {month}-05T10:00:05+00:00 | {site} | {borough}"
        for borough in ("QK", "KG")
        for call in range(10)
    ]
    return force.receives("calls", "\n".join(rows), mapping="one_site", covers=month)


CENTRES = """\
bocu_code,function,line_type,call_site_code,valid_from,valid_to,status,source
QK,call_answering,,HEN,,,assumed,test
KG,call_answering,,BOW,,,assumed,test
XB,call_answering,,BOW,,2008-03-31,assumed,test
XB,call_answering,,HEN,2008-07-01,,assumed,test
"""
SPRING = ["2008-04", "2008-05", "2008-06"]


@pytest.fixture
def sites(tmp_path) -> Force:
    """Hendon and Bow send calls; Hendon's May is missing.

    Hendon serves Brent, Bow serves Barking and Dagenham; the table does not say who
    served Enfield in the spring.
    """
    force = Force(tmp_path)
    force.add_mapping("one_site", ONE_SITE)
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "bocu_call_site.csv").write_text(CENTRES)
    for month in SPRING:
        receive_site(force, "BOW", month)
        if month != "2008-05":
            receive_site(force, "HEN", month)
    return force


REASON = "Hendon: calls for May 2008 have not arrived."


@pytest.mark.parametrize("area", ["MPS", "QK"])
def test_a_missing_site_hides_the_force_and_the_boroughs_it_serves(sites, area):
    with sites.build() as one:
        for period, by in (
            ("2008-05", "month"),
            ("2008-04 to 2008-06", "quarter"),
            ("2007-07 to 2008-06", "rolling12"),
        ):
            found = cell(one, RATE, area, period, by)
            assert found["state"] == "not_reliable"
            assert REASON in found["reason"]
        for month in ("2008-04", "2008-06"):
            assert cell(one, RATE, area, month)["state"] == "value"


def test_a_missing_site_leaves_other_boroughs_unchanged(sites):
    with sites.build() as one:
        found = cell(one, RATE, "KG", "2008-05")
        # Hendon's calls from the borough are not part of its figure
        assert (found["state"], found["numerator"]) == ("value", 10)


def test_a_borough_without_a_known_site_needs_every_site(sites):
    with sites.build() as one:
        found = cell(one, RATE, "XB", "2008-05")
        assert (found["state"], found["reason"]) == ("not_reliable", REASON)


def test_figures_come_with_the_missing_site_and_go_when_it_is_withdrawn(sites):
    account = receive_site(sites, "HEN", "2008-05")
    with sites.build() as one:
        assert cell(one, RATE, "MPS", "2008-05")["numerator"] == 40
        for area in ("MPS", "QK", "KG"):
            assert cell(one, RATE, area, "2008-05")["state"] == "value"
    lake.withdraw(sites.data_dir, account["import_id"], "wrong month")
    with sites.build() as one:
        for area, state in (
            ("MPS", "not_reliable"),
            ("QK", "not_reliable"),
            ("KG", "value"),
        ):
            assert cell(one, RATE, area, "2008-05")["state"] == state
