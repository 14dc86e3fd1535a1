"""Where sites answer the calls, a borough's page shows the figure of its site.

Southwark's calls moved from the Information Room to Lambeth in November 2004. Brent's
moved on a day in the middle of a month, by a table of the force's own.
"""

import json
from datetime import date

import pandas as pd
import pytest

from kpis import __main__ as command_line
from kpis import pipeline
from kpis.analysis import headline, judged_series
from kpis.charts import series_geometry, sparkline
from kpis.context import breaks, lookup
from kpis.output import brief, indicator_workbook, series_table
from kpis.results import opened_build, queries
from pages._cached import area_series, scoreboards
from pages._indicator import downloads
from pages._scope import Scope
from tests.tables import Force
from tests.visitors import DRILL, INDICATOR, visitor, words

ANSWERED, P95 = "ops_999_answered_in_target", "ops_999_answer_p95"
SOUTHWARK, BRENT, ROOM, LAMBETH = "MD", "QK", "IR", "LAM"
ROOMS_NAME = "Information Room, New Scotland Yard"
LAMBETHS_NAME = "Lambeth, call centre"
MONTHS = pd.date_range("2003-10-01", "2005-03-01", freq="MS")
MARCH_2005, OCTOBER_2004 = (2005, 3), (2004, 10)


def calls() -> str:
    """Every month 240 calls in each of two sites; the Information Room is slower."""
    lines = ["times | offered_at | answered_at | call_site_code"]
    for month in MONTHS:
        at = f"{month:%Y-%m}-10T12:00"
        for site, in_time in ((ROOM, 120), (LAMBETH, 216)):
            lines.append(f"{in_time} | {at}:00Z | {at}:05Z | {site}")
            lines.append(f"{240 - in_time} | {at}:00Z | {at}:40Z | {site}")
    return "\n".join(lines)


SERVES = """
bocu_code | function | line_type | call_site_code | valid_from | valid_to | status
QK | call_answering | emergency_999 | IR | - | 2004-11-13 | published
QK | call_answering | emergency_999 | LAM | 2004-11-14 | - | published
QK | call_answering | non_emergency | TOC1 | - | 2004-05-31 | published
QK | call_answering | non_emergency | LAM | 2004-06-01 | - | published
MD | call_answering | emergency_999 | IR | - | 2004-10-31 | published
MD | call_answering | - | LAM | 2004-11-01 | - | published
"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("force"))
    force.add_reference("bocu_call_site", SERVES)
    force.receives("calls", calls(), covers="2003-10 to 2005-03")
    pipeline.build(force.data_dir)
    return force.data_dir


@pytest.fixture
def shown(data_dir, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(data_dir))
    return data_dir


@pytest.fixture(scope="module")
def build(data_dir):
    opened = opened_build.open_build(data_dir)
    yield opened
    opened.close()


def scope_of(area: str, by: str = "month") -> Scope:
    return Scope(opened_build.current_build_id(), area, by, ANSWERED)


def series_of(build, area: str, by: str = "month", kpi_id: str = ANSWERED):
    return judged_series.of_area(build, area, by, [kpi_id])


def at_month(series: pd.DataFrame, year: int, month: int) -> pd.Series:
    (place,) = series.index[series["period_start"] == pd.Timestamp(year, month, 1)]
    return series.loc[place]


# the rows


def test_a_boroughs_page_lists_the_rows_of_the_site_whose_figure_it_shows(shown):
    at = visitor(INDICATOR, kpi=ANSWERED, area=SOUTHWARK)
    said = words(at)
    assert f"Figure of {LAMBETHS_NAME}: 216 of 240 make 90" in said
    (listed,) = [one.value for one in at.dataframe if "row_id" in one.value]
    assert "First 200 rows are shown." in said
    assert set(listed["area_code"]) == {LAMBETHS_NAME}


def test_a_period_before_a_move_shows_the_rows_of_the_site_before(shown):
    at = visitor(INDICATOR, kpi=ANSWERED, area=SOUTHWARK, period="2004-10-01")
    assert f"Figure of {ROOMS_NAME}: 120 of 240 make 50" in words(at)
    (listed,) = [one.value for one in at.dataframe if "row_id" in one.value]
    assert set(listed["area_code"]) == {ROOMS_NAME}


def test_the_file_of_all_rows_has_the_rows_of_the_site(shown, build):
    series = series_of(build, SOUTHWARK)
    for (year, month), site in ((MARCH_2005, LAMBETH), (OCTOBER_2004, ROOM)):
        cell = at_month(series, year, month)
        rows = downloads.rows_of(cell, scope_of(SOUTHWARK))
        assert set(rows["area_code"]) == {site}
        assert len(rows) == cell["n"] == 240


def test_the_drill_down_says_whose_figure_it_filters(shown):
    said = words(visitor(DRILL, kpi=ANSWERED, area=SOUTHWARK))
    assert f"March 2005, figure of {LAMBETHS_NAME}: 90" in said
    assert "from 240 rows. That is the indicator's figure." in said


@pytest.mark.parametrize(
    ("start", "end", "rows"),
    [
        ("2004-10", "2004-10", {ROOM: 240}),
        ("2004-10", "2004-12", {ROOM: 240, LAMBETH: 480}),
        # the month in which Brent moved is shown with the figure of the new site
        ("2004-11", "2004-11", {LAMBETH: 240}),
    ],
)
def test_the_command_line_lists_the_rows_that_the_page_shows(
    shown, start, end, rows, capsys
):
    for area, name in ((SOUTHWARK, "Southwark"), (BRENT, "Brent")):
        asked = ["--area", area, "--from", start, "--to", end, "--csv"]
        assert command_line.main(["rows", ANSWERED, *asked]) == 0
        printed = capsys.readouterr()
        lines = printed.out.splitlines()[1:]
        assert {
            site: sum(f",{site}," in line for line in lines) for site in (ROOM, LAMBETH)
        } == {ROOM: 0, LAMBETH: 0} | rows
        assert printed.err.count(f"{name}, ") == len(rows)
        for site, site_name in ((ROOM, ROOMS_NAME), (LAMBETH, "Lambeth")):
            is_said = f": rows of {site_name}, whose figure is shown." in printed.err
            assert is_said is (site in rows)


@pytest.mark.parametrize("command", ["rows", "show"])
def test_the_days_asked_for_end_after_they_begin(shown, command, capsys):
    asked = ["--area", SOUTHWARK, "--from", "2004-10", "--to", "2004-09"]
    assert command_line.main([command, ANSWERED, *asked]) == 2
    said = "--from 1 October 2004 comes after --to 30 September 2004."
    assert said in capsys.readouterr().err


def test_a_borough_with_rows_of_its_own_keeps_them(shown, build):
    asked = build, "ops_calls_per_1000_residents", SOUTHWARK
    spans = queries.areas_shown(*asked, date(2004, 10, 1), date(2004, 12, 31), "month")
    assert spans == [(SOUTHWARK, (date(2004, 10, 1), date(2004, 12, 31)))]


# a move between sites


@pytest.mark.parametrize("area", [SOUTHWARK, BRENT])
def test_a_move_starts_the_series_again(build, area):
    series = series_of(build, area)
    assert series["area"].tolist() == [ROOM] * 13 + [LAMBETH] * 5
    assert series["segment"].tolist() == [0] * 13 + [1] * 5
    # the limits end with the site that they are of
    assert series["upper_limit"].notna().tolist() == [True] * 13 + [False] * 5


def test_a_quarter_is_that_of_the_site_at_its_end(build):
    series = series_of(build, SOUTHWARK, "quarter")
    assert series["area"].tolist() == [ROOM] * 4 + [LAMBETH] * 2
    assert series["segment"].tolist() == [0] * 4 + [1] * 2


def test_a_figure_is_not_compared_with_that_of_another_site(build):
    kpi = build.kpis[ANSWERED]
    for area in (SOUTHWARK, BRENT):
        series = series_of(build, area)
        assert pd.isna(headline.year_ago(series))
        verdict = headline.verdict(series)
        assert verdict.phrase == (
            "too few months since November 2004 to judge change (5 of 13)"
        )
        said = headline.sentence(series, kpi, verdict)
        assert "; no figure a year ago; " in said
    # the site itself has not moved
    assert headline.year_ago(series_of(build, LAMBETH)) == 0.9


def test_the_page_says_why_nothing_is_compared_with_a_year_before(shown):
    asked = {"kpi": ANSWERED, "area": SOUTHWARK, "split": "By origin"}
    said = words(visitor(INDICATOR, **asked))
    moved = "Not comparable across 1 November 2004: Calls and control room moved to"
    assert f"{moved} Lambeth." in said
    # before the first year is over there is nothing to compare, and no break
    said = words(visitor(INDICATOR, period="2004-03-01", **asked))
    assert "There is no figure of a year before to compare March 2004 with." in said


def test_no_line_joins_two_sites(build):
    drawn = series_of(build, SOUTHWARK)
    joined = series_geometry.cut(drawn, drawn["value"])
    place = joined["x"].index("2004-11-01")
    assert joined["y"][place - 1 : place + 2] == [0.5, None, 0.9]
    path = sparkline.sparkline(drawn, build.kpis[ANSWERED])["line"]
    assert path.count("M") == 2


@pytest.mark.parametrize(
    ("area", "by", "start"),
    [
        (SOUTHWARK, "month", "2004-11-01"),
        (SOUTHWARK, "quarter", "2004-10-01"),
        (SOUTHWARK, "rolling12", "2003-12-01"),
        (BRENT, "month", "2004-11-01"),
    ],
)
def test_a_move_is_named_where_the_figure_is_of_another_site(shown, area, by, start):
    scope = scope_of(area, by)
    series = area_series.of_indicator(scope)
    found = area_series.breaks_of(scope)
    starts = list(series["period_start"].dt.date)
    (mark,) = breaks.marks(found, starts, by)
    assert f"{mark.start:%Y-%m-%d}" == start
    assert mark.name == "Calls and control room moved to Lambeth"
    first_of_lambeth = series.loc[series["area"] == LAMBETH, "period_start"].iloc[0]
    assert first_of_lambeth == pd.Timestamp(start)
    periods = [headline.ends(row) for _, row in series.iterrows()]
    (note,) = breaks.notes(found, periods, by)
    assert "Figures before and after are not compared." in note
    assert "Drawn from" not in note or area == BRENT or by != "month"


def test_only_the_indicators_own_line_moves_it(build):
    """Brent's other calls moved in June, which its 999 calls do not show."""
    found = lookup.breaks_of(build, ANSWERED, BRENT)
    assert date(2004, 6, 1) not in {each.day for each in found}
    other = lookup.breaks_of(build, "ops_non_emergency_primary_answered", BRENT)
    assert date(2004, 6, 1) in {each.day for each in other}
    # an indicator that counts by borough is broken by either
    both = lookup.breaks_of(build, "ops_calls_per_1000_residents", BRENT)
    assert {date(2004, 6, 1), date(2004, 11, 14)} <= {each.day for each in both}


# whose figure it is


def test_the_indicators_page_names_the_site_in_its_headline(shown):
    at = visitor(INDICATOR, kpi=ANSWERED, area=SOUTHWARK)
    label = f"Southwark, March 2005, figure of {LAMBETHS_NAME}"
    assert label in at.metric[0].label.replace("\\", "")
    at = visitor(INDICATOR, kpi=ANSWERED, area=LAMBETH)
    assert "figure of" not in at.metric[0].label


def test_downloads_name_the_site(shown, build):
    series, kpi = series_of(build, SOUTHWARK), build.kpis[ANSWERED]
    table = series_table.in_numbers(series, build.names)
    assert set(table["area_name"]) == {ROOMS_NAME, "Lambeth"}
    workbook = indicator_workbook.of_series(
        build, kpi, series, None, f"Southwark, figure of {LAMBETHS_NAME}"
    )
    assert workbook.title.endswith(f"Southwark, figure of {LAMBETHS_NAME}")


def test_a_picture_of_a_chart_names_the_site(shown):
    at = visitor(INDICATOR, kpi=ANSWERED, area=SOUTHWARK)
    given = [json.loads(part.proto.json) for part in at.get("bidi_component")]
    titles = {part["chart"]: part["title"] for part in given if "chart" in part}
    title = f"999 calls answered in target, Southwark, figure of {LAMBETHS_NAME}"
    assert titles["spc"] == title


def test_the_brief_names_the_site(shown):
    scope = scope_of(SOUTHWARK)
    asked = scope.build_id, scope.area, scope.by
    board = scoreboards.of_area(*asked)
    given = brief.template_input(board, scoreboards.heading_of(*asked))
    assert f"figure of {LAMBETHS_NAME}" in [note for _, note in given["notes"]]
