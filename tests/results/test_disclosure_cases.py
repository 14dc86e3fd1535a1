"""What single figures, sums and lists of rows reveal of few people, in small forces."""

from pathlib import Path

import pytest

from kpis.errors import UserError
from kpis.ingest import importer
from kpis.results import Build, disclosure, queries, states
from tests import disclosure_auditor
from tests.tables import Force, cell, days

CASE = Path(__file__).parent.parent / "cases" / "40_rolling12_difference"
TURNOVER, SATISFIED = "emp_call_handler_turnover", "cust_overall_satisfaction"


@pytest.fixture(scope="module")
def lambeth(tmp_path_factory) -> Build:
    """A site that opened in April 2004, with few leavers in any month."""
    force = Force(tmp_path_factory.mktemp("lambeth"))
    for path in CASE.glob("*.csv"):
        importer.import_file(path, "canonical_workforce_monthly", force.data_dir)
    with force.build() as opened:
        yield opened


def windows(build: Build, area: str, period: str, kpi_id: str = TURNOVER):
    found = queries.series(build, [kpi_id], [area], *days(period), "rolling12")
    return found.set_index(found["period_end"].dt.strftime("%Y-%m"))


def test_windows_a_month_apart_are_not_shown_where_months_are_hidden(lambeth):
    found = windows(lambeth, "LAM", "2004-03 to 2006-03")
    shown = found[found["n"].notna()]
    assert list(shown.index) == ["2005-03", "2006-03"]
    assert shown["numerator"].tolist() == [16, 12]
    away = found.loc["2004-04"]
    assert away["state"] == "suppressed"
    assert away["reason"] == (
        "Shown here only for financial years: twelve months that overlap others would "
        "reveal shorter periods of few people."
    )


def test_windows_are_shown_where_months_are(lambeth):
    found = windows(lambeth, "MPS", "2004-03 to 2006-03")
    assert found["n"].notna().all()
    assert cell(lambeth, TURNOVER, "MPS", "2004-06")["n"] == 3


def test_no_month_follows_from_what_is_shown(lambeth):
    assert [str(one) for one in disclosure_auditor.of_build(lambeth)] == []


def test_an_auditor_finds_windows_that_reveal_months(lambeth, monkeypatch):
    def like_years(by, _):
        return "year" if by == "rolling12" else by

    for module in (disclosure, states):
        monkeypatch.setattr(module, "made_of", like_years)
    found = [str(one) for one in disclosure_auditor.of_build(lambeth, [TURNOVER])]
    assert f"{TURNOVER} LAM by month 2004-08: counted is 2, fewer than 5" in found
    assert len(found) > 20


def test_rows_of_returns_are_listed_where_the_figure_is_shown(lambeth):
    rows = queries.rows(lambeth, TURNOVER, "LAM", *days("2005-04 to 2006-03"))
    assert len(rows) == 12
    with pytest.raises(UserError, match="whole month, or a longer whole period"):
        queries.rows(lambeth, TURNOVER, "LAM", *days("2005-03 to 2006-02"))


# how many answer in each month of a quarter: Brent is shown by month, Barnet by
# quarter, Harrow by year; Camden is the smallest that can go with Harrow
ANSWERS = {"QK": (30, 30, 30), "SX": (6, 5, 4), "QA": (1, 2, 1), "EK": (3, 4, 4)}
MONTHS = [f"{year}-{month:02}" for year in (2002, 2003) for month in range(1, 13)][3:15]


def answers(by_borough: dict[str, tuple[int, ...]], months: list[str]) -> str:
    lines = ["times | experience_date | interview_date | bocu_code | answer_code"]
    lines += [
        f"{people[place % 3]} | {month}-05 | {month}-20 | {borough or '-'} | 1"
        for borough, people in by_borough.items()
        for place, month in enumerate(months)
        if people[place % 3]
    ]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory) -> Build:
    force = Force(tmp_path_factory.mktemp("surveyed"))
    force.receives("survey_responses", answers(ANSWERS, MONTHS))
    with force.build() as opened:
        yield opened


def is_shown(build: Build, area: str, period: str, by: str) -> bool:
    return cell(build, SATISFIED, area, period, by)["state"] != "suppressed"


def is_listed(build: Build, area: str, period: str) -> bool:
    try:
        return len(queries.rows(build, SATISFIED, area, *days(period))) > 0
    except UserError as error:
        assert "listed only by quarter" in str(error)
        return False


def test_a_borough_is_shown_by_the_lengths_that_have_enough_people(surveyed):
    quarter, year = "2002-04 to 2002-06", "2002-04 to 2003-03"
    assert [is_shown(surveyed, one, quarter, "quarter") for one in ANSWERS] == [
        True, True, False, False,
    ]  # fmt: skip
    assert all(is_shown(surveyed, one, year, "year") for one in ANSWERS)
    assert [str(one) for one in disclosure_auditor.of_build(surveyed)] == []


def test_rows_of_people_are_listed_by_quarter_where_all_areas_are(surveyed):
    assert is_listed(surveyed, "QK", "2002-04 to 2002-06")
    assert is_listed(surveyed, "SX", "2002-07 to 2002-09")
    assert is_listed(surveyed, "SX", "2002-04 to 2003-03")
    # by year Harrow is shown; its rows of a year, met with the force's of a quarter,
    # would be its quarter
    assert not is_listed(surveyed, "QA", "2002-04 to 2003-03")
    assert not is_listed(surveyed, "MPS", "2002-04 to 2002-06")
    assert not is_listed(surveyed, "MPS", "2002-04 to 2003-03")
    # a month is not a figure of this survey
    assert not is_listed(surveyed, "QK", "2002-04")


def test_an_auditor_finds_lists_that_meet_in_few_people(surveyed, monkeypatch):
    monkeypatch.setattr(
        queries, "lengths_listed", lambda *_: ["year", "quarter", "rolling12"]
    )
    found = [str(one) for one in disclosure_auditor.of_build(surveyed, [SATISFIED])]
    assert f"{SATISFIED} QA by quarter 2002-04: n is 4, fewer than 10" in found


@pytest.mark.parametrize("nowhere", [(1, 1, 1), (0, 2, 0)])
def test_few_people_of_no_borough_hide_a_borough(tmp_path, nowhere):
    force = Force(tmp_path)
    people = {"QK": (30, 30, 30), "SX": (20, 20, 20), "": nowhere}
    force.receives("survey_responses", answers(people, MONTHS))
    with force.build() as build:
        quarter = "2002-04 to 2002-06"
        assert is_shown(build, "MPS", quarter, "quarter")
        assert is_shown(build, "QK", quarter, "quarter")
        assert not is_shown(build, "SX", quarter, "quarter")
        assert [str(one) for one in disclosure_auditor.of_build(build)] == []


def test_an_unfinished_year_does_not_reveal_its_last_month(tmp_path):
    force = Force(tmp_path)
    table = answers({"QK": (30, 30, 30)}, MONTHS[:6]) + "\n".join(
        ["", *answers({"QK": (4, 0, 0)}, ["2002-10"]).splitlines()[1:]]
    )
    force.receives(
        "survey_responses", table, covers="2002-04 to 2002-10", extracted="2003-02-20"
    )
    with force.build() as build:
        assert is_shown(build, "MPS", "2002-07 to 2002-09", "quarter")
        # 184 in the year so far, less 180 in two quarters, would be 4
        assert not is_shown(build, "MPS", "2002-04 to 2003-03", "year")
        assert not is_shown(build, "MPS", "2002-10 to 2002-12", "quarter")
        assert [str(one) for one in disclosure_auditor.of_build(build)] == []


def test_an_unfinished_period_of_the_force_is_shown_if_its_months_could_be(tmp_path):
    force = Force(tmp_path)
    table = answers({"QK": (30, 30, 30), "SX": (20, 20, 20)}, MONTHS[:7])
    force.receives(
        "survey_responses", table, covers="2002-04 to 2002-10", extracted="2003-02-20"
    )
    with force.build() as build:
        assert cell(build, SATISFIED, "MPS", "2002-04 to 2003-03", "year")["n"] == 350
        assert not is_shown(build, "QK", "2002-04 to 2003-03", "year")
