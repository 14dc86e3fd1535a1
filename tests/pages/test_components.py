"""The contents of the tables that pages draw themselves, as they go to the browser."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from kpis.definitions import contracts, indicators
from kpis.output.scoreboard import Attention, Family, Scoreboard
from pages._components import coverage_grid, findings, scoreboard, side_by_side
from tests.scoreboard_cases import a_row

CONTRACTS = contracts.load_all()
NAMES = {"MPS": "MPS", "QK": "Brent", "EK": "Camden", "HEN": "Hendon", "IR": "Room"}
KINDS = {"MPS": "mps", "QK": "bocu", "EK": "bocu", "HEN": "site", "IR": "site"}
AREAS = pd.DataFrame({"code": list(KINDS), "kind": list(KINDS.values())})


def grid(*arrived, kpis=()):
    """A grid of rows source, area, month, expected days, arrived days."""
    rows = [(source, area, date.fromisoformat(month), *days)
            for source, area, month, *days in arrived]  # fmt: skip
    columns = ["source", "area", "month", "expected_days", "arrived_days"]
    frame = pd.DataFrame(rows, columns=columns)
    return coverage_grid.contents(frame, NAMES, CONTRACTS, kpis)


def test_a_cell_says_how_many_of_its_days_have_arrived():
    (source,) = grid(
        ("incidents", "", "2004-01-01", 31, 31),
        ("incidents", "", "2004-02-01", 29, 11),
        ("incidents", "", "2004-04-01", 30, 0),
    )["sources"]
    line = source["line"]
    assert line["name"] == "Incidents"
    assert line["cells"][9:13] == [[31, 31], [11, 29], None, [0, 30]]
    assert line["cells"][:9] == [None] * 9
    assert line["says"] == "48 of 90 days missing"
    # what follows the last month is still to come, what lies before was not expected
    assert line["last"] == 12


def test_months_are_shown_in_whole_financial_years():
    made = grid(
        ("incidents", "", "2000-03-01", 31, 31), ("incidents", "", "2001-04-01", 30, 30)
    )
    assert made["years"] == ["1999/00", "2000/01", "2001/02"]
    assert len(made["months"]) == 36
    assert (made["months"][0], made["months"][-1]) == ("April 1999", "March 2002")
    assert len(made["sources"][0]["line"]["cells"]) == 36


def test_areas_with_their_own_exports_are_listed_below_their_source():
    (source,) = grid(
        ("calls", "HEN", "2004-01-01", 31, 31),
        ("calls", "IR", "2004-01-01", 31, 0),
        ("calls", "HEN", "2004-02-01", 29, 29),
    )["sources"]
    assert source["line"]["cells"][9:11] == [[31, 62], [29, 29]]
    assert [one["name"] for one in source["senders"]] == ["Hendon", "Room"]
    assert [one["says"] for one in source["senders"]] == ["", "31 of 31 days missing"]
    assert (source["folded"], source["fold"]) == ([], "")


def test_complete_areas_are_folded_where_there_are_many():
    codes = [f"F{number}" for number in range(9)]
    holes = {"F3": 0, "F7": 30}
    (source,) = grid(
        *(
            ("front_counter_visits", code, "2004-01-01", 31, holes.get(code, 31))
            for code in codes
        )
    )["sources"]
    assert [one["name"] for one in source["senders"]] == list(holes)
    assert len(source["folded"]) == 7
    assert source["fold"] == "7 others, all whole"


def test_a_source_that_never_arrived_says_who_needs_it():
    made = grid(("calls", "", "2004-01-01", 31, 31), kpis=indicators.load().values())
    said = {one["name"]: one["says"] for one in made["absent"]}
    assert len(said) == len(CONTRACTS) - 1
    needing = sum(
        "incidents" in kpi.population.needs for kpi in indicators.load().values()
    )
    assert said["Incidents"] == f"never arrived; needed by {needing} indicators"
    # the most needed first
    assert made["absent"][0]["name"] == "Incidents"
    alone = grid(kpis=[indicators.load()["fin_cost_per_call"]])["absent"]
    said = {one["name"]: one["says"] for one in alone}
    assert said["Finance"] == "never arrived; needed by 1 indicator"
    assert said["Patrol hours"] == "never arrived; no indicator needs it"


def test_where_nothing_arrived_every_source_is_listed():
    made = grid()
    assert (made["months"], made["sources"]) == ([], [])
    assert len(made["absent"]) == len(CONTRACTS)


def found(finding, area="", rows=1, is_unreliable=False, source="incidents", **more):
    return {
        "finding": finding,
        "title": finding.capitalize(),
        "says": f"{finding} was found.",
        "source": source,
        "area_code": area,
        "first_on": pd.Timestamp("2004-02-01"),
        "last_on": pd.Timestamp("2004-02-29"),
        "row_count": rows,
        "example": f"{source}:R{rows}",
        "is_unreliable": is_unreliable,
        **more,
    }


def table(*rows):
    return findings.contents(pd.DataFrame(rows), AREAS, NAMES, CONTRACTS)


def one_row(*rows):
    (group,) = table(*rows)["groups"]
    (row,) = group["rows"]
    return row


def test_a_finding_is_one_line():
    row = one_row(found("late", "QK", 1204))
    assert (row["title"], row["says"]) == ("Late", "late was found.")
    assert (row["export"], row["where"], row["places"]) == ("Incidents", "Brent", [])
    assert (row["when"], row["rows"]) == ("February 2004", "1\u202f204")
    assert row["example"] == "R1204"


def test_areas_of_one_finding_share_one_line():
    row = one_row(
        found("late", "QK", 2, last_on=pd.Timestamp("2004-01-31")),
        found("late", "EK", 5, first_on=pd.Timestamp("2003-12-01"), example=None),
    )
    assert row["where"] == "2 boroughs"
    assert row["places"] == ["Camden 5", "Brent 2"]
    assert (row["when"], row["rows"]) == ("December 2003 to February 2004", "7")
    assert row["example"] == "R2"


@pytest.mark.parametrize(
    ("areas", "is_unreliable", "where"),
    [
        (["QK", "EK"], False, "2 boroughs"),
        (["HEN", "IR"], False, "2 sites"),
        (["HEN", "QK"], False, "2 places"),
        (["QK", ""], False, "Brent, and some with no place given"),
        (["QK", "EK", ""], False, "2 boroughs, and some with no place given"),
        ([""], False, "no place given"),
        ([""], True, "whole force"),
        (["XX"], False, "XX"),
    ],
)
def test_where(areas, is_unreliable, where):
    rows = [found("late", area, is_unreliable=is_unreliable) for area in areas]
    assert one_row(*rows)["where"] == where


def test_a_row_of_a_monthly_return_stands_for_its_month():
    day = pd.Timestamp("2003-11-01")
    row = found("amount", "QK", source="finance_monthly", first_on=day, last_on=day)
    assert one_row(row)["when"] == "November 2003"


def test_what_makes_figures_unreliable_comes_first_and_the_most_rows_before_others():
    rows = [
        found("small", rows=1),
        found("great", rows=900),
        found("fatal", rows=3, is_unreliable=True),
    ]
    groups = table(*rows)["groups"]
    assert [group["title"] for group in groups] == list(findings.GROUPS.values())
    titles = [[row["title"] for row in group["rows"]] for group in groups]
    assert titles == [["Fatal"], ["Great", "Small"]]


def board(area: str, *titles: str) -> Scoreboard:
    rows = (replace(a_row(one), figure=f"{one} of {area}") for one in titles)
    family = Family("Operational", tuple(rows))
    return Scoreboard(Attention("", "", (), ""), (family,), (), has_others=False)


def test_a_change_said_in_full_names_its_own_period_and_its_note_does_not():
    aside = "figure of Room"
    note = f"12 months to February 2004, {aside}"
    row = replace(a_row("calls"), note=note, aside=aside)
    made = replace(board("Brent"), attention=Attention("", "", (row,), ""))
    assert scoreboard.as_json(made, "light")["attention"]["rows"][0]["note"] == aside


def test_areas_side_by_side_have_their_own_cells_in_the_order_of_the_first():
    boards = {
        "Brent": board("Brent", "calls", "waits"),
        "MPS": board("MPS", "waits", "calls"),
    }
    found = side_by_side.as_json(boards, "light")
    assert found["areas"] == ["Brent", "MPS"]
    (family,) = found["families"]
    assert [
        (row["title"], [cell["figure"] for cell in row["cells"]])
        for row in family["rows"]
    ] == [
        ("calls", ["calls of Brent", "calls of MPS"]),
        ("waits", ["waits of Brent", "waits of MPS"]),
    ]
