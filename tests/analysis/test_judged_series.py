"""Judged series of one indicator are those among all; areas over time as a picture."""

import pandas as pd
import pytest

from kpis.analysis import judged_series
from kpis.charts import history_chart, small_multiples
from tests.tables import Force

ATTENDED, CALLS = "ops_immediate_attended_in_target", "ops_calls_per_1000_residents"
MONTHS = pd.date_range("2002-04-01", periods=18, freq="MS")


def incidents() -> str:
    """Brent is late in the last month, Hounslow never; 120 of each a month."""
    lines = ["times | created_at | first_on_scene_at | bocu_code"]
    for place, month in enumerate(MONTHS):
        for code in ("QK", "TX"):
            usual = (24, 36, 28, 35)[place % 4]
            late = 90 if (code, place) == ("QK", 16) else usual
            for times, minute in ((120 - late, 5), (late, 25)):
                at = f"{month:%Y-%m}-03T10:{{}}:00+00:00"
                row = [times, at.format("00"), at.format(f"{minute:02}"), code]
                lines.append(" | ".join(map(str, row)))
    return "\n".join(lines)


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("force"))
    force.receives("incidents", incidents(), covers="2002-04 to 2003-09")
    with force.build() as opened:
        yield opened


@pytest.mark.parametrize("by", ["month", "quarter", "rolling12"])
@pytest.mark.parametrize("area", ["QK", "MPS"])
def test_one_indicators_series_is_the_same_alone_and_among_all(build, area, by):
    among_all = judged_series.of_area(build, area, by)
    among_all = among_all[among_all["kpi"] == ATTENDED].reset_index(drop=True)
    alone = judged_series.of_area(build, area, by, [ATTENDED])
    assert len(alone) > 1
    pd.testing.assert_frame_equal(alone, among_all, check_exact=True, check_dtype=False)


def test_areas_without_a_figure_are_left_out(build):
    found = judged_series.of_areas(build, ATTENDED, ["QK", "TX", "EK"], "month")
    assert set(found["area"]) >= {"QK", "TX"}
    assert judged_series.of_areas(build, CALLS, ["QK", "TX"], "month").empty


def test_a_mark_stands_where_an_area_left_its_limits(build):
    found = judged_series.of_areas(build, ATTENDED, ["TX", "QK"], "month")
    found = found.assign(name=found["area"].map({"QK": "<b>Brent", "TX": "Hounslow"}))
    figure = history_chart.history_figure(
        found, build.kpis[ATTENDED], "Hounslow", "light"
    )
    grid, areas = figure["data"]
    assert len(grid["z"]) == 2
    assert len(grid["z"][0]) == 18
    assert figure["layout"]["yaxis"]["ticktext"] == [
        "<b>Hounslow</b>",
        "&lt;b&gt;Brent",
    ]
    marks = {
        (area, x): symbol
        for area, x, symbol in zip(
            areas["customdata"], areas["x"], areas["marker"]["symbol"], strict=True
        )
        if symbol != "square"
    }
    assert marks == {("QK", 16): "triangle-down"}
    assert any("worse than its past" in text for text in areas["text"])


def test_every_area_has_a_panel_on_the_same_scale(build):
    found = judged_series.of_areas(build, ATTENDED, ["TX", "QK"], "month")
    found = found.assign(name=found["area"].map({"QK": "<b>Brent", "TX": "Hounslow"}))
    whole = judged_series.of_area(build, "MPS", "month", [ATTENDED])
    kpi = build.kpis[ATTENDED]
    figure = small_multiples.multiples_figure(found, whole, kpi, "Hounslow", "light")
    limits, beside, settled, provisional, areas = figure["data"]
    names = [one["text"] for one in figure["layout"]["annotations"]]
    assert names == ["<b>Hounslow</b>", "&lt;b&gt;Brent"]
    points = {
        code: [
            (x, y)
            for area, x, y in zip(
                areas["customdata"], areas["x"], areas["y"], strict=True
            )
            if area == code
        ]
        for code in ("TX", "QK")
    }
    # what is the same stands as high; the second panel is one place to the right
    moved = [
        (round(x_brent - x, 3), y_brent == y)
        for (x, y), (x_brent, y_brent) in zip(points["TX"], points["QK"], strict=True)
    ]
    assert [is_as_high for _, is_as_high in moved].index(False) == 16
    assert {aside for aside, _ in moved} == {1.12}
    # the force is behind both
    assert beside["x"].count(0.0) == beside["x"].count(1.12) == 1
    marked = zip(areas["customdata"], areas["marker"]["symbol"], strict=True)
    assert [area for area, symbol in marked if symbol != "circle"] == ["QK"]
    assert limits["fill"] == "toself"
    assert settled["line"]["color"] == provisional["line"]["color"]
