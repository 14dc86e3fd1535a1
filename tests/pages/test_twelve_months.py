"""An indicator that is read by twelve months shows these in large, on every page.

Its chart, its verdict and its rows are of single months.
"""

import json

import pandas as pd
import pytest

from kpis import formatting, pipeline
from kpis.analysis import headline, judged_series
from kpis.results import opened_build
from tests.tables import Force
from tests.visitors import INDICATOR, as_read, visitor, words

SICKNESS = "emp_officer_sickness_days"
# of each month 32 days on average, in 50 posts
FIGURE = formatting.figure(12 * 32 / 50 * 365.25 / 366, "days a year")
MONTHS = pd.date_range("2002-04-01", "2004-03-01", freq="MS")


def returns() -> str:
    """Fifty posts in each of three boroughs; more days are lost in the second year."""
    lines = ["month | unit_code | headcount | fte_actual | sickness_days_lost"]
    for place, month in enumerate(MONTHS):
        lost = (20, 24)[place % 2] + (10 if place >= 12 else 0)
        for unit in ("QK", "SX", "TX"):
            lines.append(f"{month:%Y-%m} | {unit} | 60 | 50.00 | {lost}")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("force"))
    force.receives("workforce_monthly", returns(), covers="2002-04 to 2004-03")
    pipeline.build(force.data_dir)
    return force.data_dir


@pytest.fixture
def shown(data_dir, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(data_dir))


def of_overview(by: str) -> dict:
    (board,) = [
        json.loads(part.proto.json)
        for part in visitor(area="QK", by=by).get("bidi_component")
        if "families" in json.loads(part.proto.json)
    ]
    rows = [row for family in board["families"] for row in family["rows"]]
    return next(row for row in rows if row["id"] == SICKNESS)


@pytest.mark.parametrize("by", ["month", "quarter", "year", "rolling12"])
def test_the_large_figure_is_that_of_twelve_months_on_every_page(shown, by):
    on_overview = of_overview(by)
    assert on_overview["figure"] == FIGURE
    (metric,) = visitor(INDICATOR, kpi=SICKNESS, area="QK", by=by).metric
    assert metric.value == FIGURE
    label = as_read(metric.label)
    assert label.startswith("Brent, 12 months to March 2004, days a year")


def test_the_sentence_below_it_is_of_the_latest_month(shown):
    said = words(visitor(INDICATOR, kpi=SICKNESS, area="QK"))
    assert "days a year for each post filled in March 2004; " in said


def test_the_map_shows_the_twelve_months_of_each_borough(shown):
    at = visitor(view="London", mapped=SICKNESS)
    (metric,) = at.metric
    assert as_read(metric.label) == "MPS, 12 months to March 2004"
    assert metric.value == FIGURE
    (chart,) = at.get("plotly_chart")
    texts = json.loads(chart.proto.spec)["data"][-1]["hovertext"]
    assert sum(FIGURE in text for text in texts) == 3


@pytest.mark.parametrize("by", ["month", "quarter", "year", "rolling12"])
def test_twelve_months_end_where_the_latest_period_does(data_dir, by):
    build = opened_build.open_build(data_dir)
    series = judged_series.of_area(build, "QK", by, [SICKNESS])
    shown = headline.headline(series, build.kpis[SICKNESS])
    assert headline.period(shown) == "12 months to March 2004"
    assert shown["n"] == 12
    build.close()
