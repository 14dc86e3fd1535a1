"""What the charts promise: colour only for news, honest axes, nothing hidden."""

import numpy as np
import plotly.graph_objects as go
import pytest

from kpis.charts import axes, sparkline, spc_chart
from kpis.charts.theme import LABELS_WIDTH, LETTER_WIDTH, MARGIN, PALETTES
from kpis.definitions import UNITS
from kpis.statistics.spc import DIRECTIONS
from tests.judged import indicator, judged

PERCENT = indicator("percent", "proportion", "higher")
MINUTES = indicator("minutes", "median", "lower")
POUNDS = indicator("pounds", "ratio", "neither", "amounts")
POINTS = indicator("points", "difference", "nearer_zero")
RATE = indicator("per 1,000 a year", "rate", "neither")
HOURS = indicator("percent", "proportion", "higher", "amounts")
STABLE = [0.70, 0.72, 0.69, 0.71] * 4
FALLEN = [*[0.72, 0.76, 0.70, 0.74] * 3, 0.68, 0.70, 0.66, 0.69, 0.68, 0.70, 0.69]


def spc(frame, kpi=PERCENT, theme="light"):
    return spc_chart.spc_figure(frame, kpi, "month", theme)


def trace(figure, name):
    (found,) = (one for one in figure["data"] if one["name"] == name)
    return found


def colours(figure):
    return trace(figure, "points")["marker"]["line"]["color"]


@pytest.mark.parametrize("theme", PALETTES)
def test_common_cause_is_grey(theme):
    assert set(colours(spc(judged(STABLE), theme=theme))) == {PALETTES[theme].common}


@pytest.mark.parametrize(
    ("better", "meaning", "shape"),
    [
        ("higher", "concern", "triangle-down"),
        ("lower", "improvement", "triangle-up"),
        ("neither", "change", "diamond"),
    ],
)
def test_a_point_has_colour_and_shape_exactly_where_a_rule_fired(
    better, meaning, shape
):
    frame = judged(FALLEN, better=better)
    marker = trace(spc(frame), "points")["marker"]
    palette = PALETTES["light"]
    fired = frame["rule"].ne("").to_list()
    assert True in fired
    assert False in fired
    assert [one == getattr(palette, meaning) for one in marker["color"]] == fired
    assert [one == shape for one in marker["symbol"]] == fired


def test_provisional_points_are_hollow_on_a_dashed_line():
    figure = spc(judged(STABLE, "v" * 14 + "pp"))
    points = trace(figure, "points")
    ground = PALETTES["light"].ground
    assert [one == ground for one in points["marker"]["color"]] == 14 * [False] + [
        True,
        True,
    ]
    settled, provisional = trace(figure, "settled"), trace(figure, "provisional")
    assert settled["y"][14:] == [None, None]
    assert settled["line"]["dash"] == "solid"
    assert provisional["y"][:13] == [None] * 13
    # the dashed line starts at the last settled point
    assert provisional["y"][13:] == points["y"][13:]
    assert provisional["line"]["dash"] != "solid"


def test_an_open_period_of_few_cases_is_hollow_and_keeps_its_interval():
    frame = judged([*STABLE, 0.40, 0.45], "v" * 16 + "ff", half_width=0.2)
    frame["is_settled"] = 17 * [True] + [False]
    figure = spc(frame)
    points = trace(figure, "points")
    ground = PALETTES["light"].ground
    is_hollow = [one == ground for one in points["marker"]["color"]]
    assert is_hollow == 17 * [False] + [True]
    assert [one is not None for one in points["error_y"]["array"][15:]] == [
        False, True, True,
    ]  # fmt: skip
    assert trace(figure, "settled")["y"][17] is None
    assert trace(figure, "provisional")["y"][16:] == points["y"][16:]
    assert "<br>provisional<br>" in points["text"][17]
    assert "provisional" not in points["text"][16]
    assert sparkline.sparkline(frame, PERCENT)["points"][-1]["hollow"]


def test_a_figure_that_is_not_reliable_is_a_gap_with_its_reason():
    frame = judged([*STABLE[:5], np.nan, *STABLE[6:]], "vvvvvu" + "v" * 10)
    figure = spc(frame)
    assert trace(figure, "settled")["y"][5] is None
    assert trace(figure, "points")["y"][5] is None
    gaps = trace(figure, "gaps")
    assert gaps["x"] == ["2002-09-01"]
    assert "Late &lt;entries&gt;." in gaps["text"][0]


def test_a_small_sample_shows_its_interval_and_no_verdict():
    frame = judged([*STABLE, 0.40], "v" * 16 + "f", half_width=0.2)
    figure = spc(frame)
    whiskers = trace(figure, "points")["error_y"]
    assert [one is not None for one in whiskers["array"]] == 16 * [False] + [True]
    assert whiskers["array"][16] == pytest.approx(20)
    assert colours(figure)[16] == PALETTES["light"].common


def test_hover_says_value_interval_n_and_reason():
    text = trace(spc(judged(STABLE, "v" * 15 + "p")), "points")["text"][15]
    period, value, interval, n, state, reason = text.split("<br>")
    assert period == "<b>July 2003</b>"
    assert value.startswith("71")
    assert interval.startswith("95 % interval 68")
    assert n == "n 1\u202f200"
    assert state == "provisional"
    assert reason == "Late &lt;entries&gt;."


def test_hover_rounds_as_every_other_place_does():
    def said(kpi, frame):
        return trace(spc(frame, kpi), "points")["text"][0].split("<br>")[1]

    frame = judged([0.6182, *STABLE])
    assert said(PERCENT, frame) == "62\u202f%"
    # hours are no sample
    assert said(HOURS, frame) == "61.8\u202f%"
    # answers where only a few have weight
    assert said(PERCENT, frame.assign(n=90_000.0)) == "62\u202f%"


def test_hover_says_which_rule_made_a_point_news():
    frame = judged(FALLEN)
    texts = trace(spc(frame), "points")["text"]
    said = [text.split("<br>")[-1] for text in texts]
    fired = frame["rule"].ne("")
    assert fired.any()
    for text, rule in zip(said, frame["rule"], strict=True):
        assert (text == spc_chart.RULES.get(rule)) == bool(rule)


def test_every_rule_has_words():
    assert spc_chart.RULES.keys() == DIRECTIONS.keys() - {""}


def test_limits_are_a_band_and_the_mean_is_dotted():
    frame = judged(STABLE)
    figure = spc(frame)
    band = trace(figure, "limits")
    assert band["fill"] == "toself"
    assert max(band["y"]) == pytest.approx(100 * frame["upper_limit"].iloc[0])
    assert min(band["y"]) == pytest.approx(100 * frame["lower_limit"].iloc[0])
    mean = trace(figure, "mean")
    assert mean["line"]["dash"] == "dot"
    assert mean["y"][0] == pytest.approx(100 * frame["mean"].iloc[0])


def test_lines_are_named_at_the_right_edge_and_not_over_each_other():
    figure = spc(judged(STABLE, "v" * 15 + "p"))
    labels = figure["layout"]["annotations"]
    texts = [label["text"] for label in labels]
    for name in ("upper limit", "mean", "lower limit", "provisional"):
        assert any(text.startswith(name) for text in texts), name
    places = sorted(label["y"] for label in labels)
    low, high = figure["layout"]["yaxis"]["range"]
    assert min(np.diff(places)) > 0.04 * (high - low)
    assert figure["layout"]["showlegend"] is False


def test_without_limits_there_is_no_band_and_no_name_for_one():
    figure = spc(judged(STABLE[:8]))
    assert all(one["name"] != "limits" for one in figure["data"])
    assert figure["layout"]["annotations"] == []


def axis(frame, kpi=PERCENT):
    return spc(frame, kpi)["layout"]["yaxis"]["range"]


def test_the_axis_spans_at_least_twice_the_width_of_the_limits():
    frame = judged(STABLE)
    low, high = axis(frame)
    width = 100 * (frame["upper_limit"] - frame["lower_limit"]).iloc[0]
    assert high - low >= 2 * width - 1e-9


def test_the_axis_ends_at_the_natural_bounds():
    low, high = axis(judged([0.97, 0.99, 0.96, 0.98] * 4))
    assert (high, low > 80) == (100, True)
    low, high = axis(judged([0.03, 0.01, 0.02, 0.01] * 4))
    assert (low, high < 20) == (0, True)


def test_without_limits_the_axis_spans_twice_the_intervals():
    low, high = axis(judged([0.50, 0.51, 0.50], half_width=0.02))
    assert high - low == pytest.approx(10)


def test_without_limits_and_intervals_the_axis_spans_the_natural_bounds():
    frame = judged([0.49, 0.50, 0.48])
    frame[["lower", "upper"]] = np.nan
    assert axis(frame) == [0, 100]


@pytest.mark.parametrize("value", [0, 0.8])
@pytest.mark.parametrize("kpi", [PERCENT, MINUTES])
def test_one_value_alone_still_makes_a_chart(kpi, value):
    frame = judged([value] * 3, half_width=0)
    low, high = spc(frame, kpi)["layout"]["yaxis"]["range"]
    assert low <= value * axes.SCALES[kpi.measure.unit].factor < high
    (point,) = sparkline.sparkline(frame, kpi)["points"]
    assert 0 < point["y"] < sparkline.SPARK_HEIGHT


def test_no_figure_at_all_still_makes_a_chart():
    figure = spc(judged([np.nan, np.nan], "uu"))
    assert figure["layout"]["yaxis"]["range"] == [0, 100]
    assert trace(figure, "gaps")["x"] == ["2002-04-01", "2002-05-01"]


def test_seconds_are_drawn_in_minutes():
    frame = judged([540, 552, 546, 534] * 4, better="lower", half_width=20)
    figure = spc(frame, MINUTES)
    assert trace(figure, "points")["y"][0] == pytest.approx(9)
    assert figure["layout"]["yaxis"]["ticktext"][-1].endswith(" min")


def axis_words(values, kpi, half_width):
    frame = judged(values, better=kpi.judging.better, half_width=half_width)
    return spc(frame, kpi)["layout"]["yaxis"]["ticktext"]


def test_the_pound_sign_comes_before_the_number():
    words = axis_words([1900, 2100, 2000, 1950] * 4, POUNDS, np.nan)
    assert words[-1].startswith("£")
    assert all(word.replace("\u202f", "").isdigit() for word in words[:-1])
    assert any("\u202f" in word for word in words)


def test_what_was_paid_back_is_not_cut_off():
    frame = judged([20, 22, -15, 21] * 4, half_width=np.nan)
    low, _ = spc(frame, POUNDS)["layout"]["yaxis"]["range"]
    assert low <= -15
    alone = judged([-15, -15], half_width=np.nan)
    low, high = spc(alone, POUNDS)["layout"]["yaxis"]["range"]
    assert low <= -15 < high


def test_a_gap_may_lie_on_either_side_of_zero():
    frame = judged([0.02, -0.03, 0.01, -0.01] * 4, better="nearer_zero")
    figure = spc(frame, POINTS)
    value_axis = figure["layout"]["yaxis"]
    assert value_axis["range"][0] < -3 < 2 < value_axis["range"][1]
    assert value_axis["zeroline"] is True
    words = value_axis["ticktext"]
    assert words[0].startswith("−")
    assert words[-1].endswith(" points")
    labels = [one["text"] for one in figure["layout"]["annotations"]]
    assert any(text.startswith("lower limit −") for text in labels)
    assert spc(judged(STABLE))["layout"]["yaxis"]["zeroline"] is False


def test_a_gap_ends_at_a_hundred_points():
    low, high = axis(judged([-0.97, 0.98, -0.99, 0.97] * 4), POINTS)
    assert (low, high) == (-100, 100)


def test_a_long_unit_is_shown_above_the_axis():
    layout = spc(judged([5, 6, 5.5, 5.2] * 4), RATE)["layout"]
    (unit,) = [
        one for one in layout["annotations"] if one["text"] == "per 1,000 a year"
    ]
    assert (unit["x"], unit["y"], unit["yanchor"]) == (0, 1, "bottom")
    assert layout["margin"]["t"] > MARGIN["t"]
    assert all(word.replace(".", "").isdigit() for word in layout["yaxis"]["ticktext"])


@pytest.mark.parametrize("kpi", [PERCENT, MINUTES, POUNDS, POINTS, RATE])
def test_plotly_takes_every_chart(kpi):
    frame = judged(
        [0.1, 0.2, -0.1, 0.15] * 4, "v" * 15 + "p", better=kpi.judging.better
    )
    assert go.Figure(spc(frame, kpi)).layout.yaxis.range


def test_every_unit_has_a_scale():
    assert set(axes.SCALES) == set(UNITS)


@pytest.mark.parametrize("low", [0, 0.3, 12.5, 61, 63.4, 88])
@pytest.mark.parametrize("span", [0.7, 1.3, 3, 7, 11, 12.4, 35, 99.9])
def test_an_axis_has_three_to_five_round_ticks_within_its_range(low, span):
    found = axes.ticks(low, low + span)
    assert 3 <= len(found) <= 5
    assert found[0] >= low - 1e-6
    assert found[-1] <= low + span + 1e-6
    assert len(set(np.diff(found).round(6))) == 1


def test_the_sign_appears_once_on_the_axis():
    words = spc(judged(STABLE))["layout"]["yaxis"]["ticktext"]
    assert [word.endswith("%") for word in words] == [False] * (len(words) - 1) + [True]


@pytest.mark.parametrize("by", ["month", "quarter", "week", "rolling12"])
def test_period_names_have_room(by):
    words = period_names(by)
    assert 3 <= len(words) <= 12
    longest = [max(map(len, one.split("<br>"))) for one in words]
    assert sum(longest) * LETTER_WIDTH < LABELS_WIDTH


def period_names(by):
    frame = judged(STABLE * 2)
    return spc_chart.spc_figure(frame, PERCENT, by, "light")["layout"]["xaxis"][
        "ticktext"
    ]


def test_the_latest_period_is_named_and_each_year_once():
    words = period_names("month")
    assert words[-1].startswith("November")
    years = [word.split("<br>")[1] for word in words if "<br>" in word]
    assert years == ["2002", "2003", "2004"]
    assert words[0].endswith("<br>2002")


@pytest.mark.parametrize("periods", range(1, 37))
def test_the_first_and_the_latest_period_are_named(periods):
    frame = judged([0.7] * periods)
    shown = spc_chart.spc_figure(frame, PERCENT, "month", "light")["layout"]["xaxis"]
    days = frame["period_start"].dt.strftime("%Y-%m-%d").to_list()
    places = [days.index(day) for day in shown["tickvals"]]
    assert (places[0], places[-1]) == (0, periods - 1)
    # the first stands as far from the next as the others from each other, or farther
    steps = np.diff(places)
    assert set(steps[1:]) <= {min(steps, default=0)}


def test_the_key_names_the_marks_that_are_drawn():
    assert spc_chart.key(judged(STABLE)) == []
    said = dict(spc_chart.key(judged([*FALLEN, 0.40, 0.40], "v" * 19 + "fp")))
    assert list(said) == ["concern", "too_few", "provisional"]
    assert list(dict(spc_chart.key(judged([0.7, np.nan], "vu")))) == ["gap"]


def test_names_that_are_close_move_apart_from_the_middle():
    assert axes.spread([9, 5, 1], 2) == [9, 5, 1]
    assert axes.spread([5.5, 5, 4.9], 2) == [7, 5, 3]
    assert axes.spread([], 2) == []


def test_a_sparkline_marks_only_news_the_headline_and_provisional_points():
    frame = judged([*STABLE, 0.71], "v" * 16 + "p")
    spark = sparkline.sparkline(frame, PERCENT)
    assert [(one["latest"], one["hollow"]) for one in spark["points"]] == [
        (True, False),
        (False, True),
    ]
    assert all(one["meaning"] == "" for one in spark["points"])
    news = sparkline.sparkline(judged(FALLEN), PERCENT)["points"]
    assert len(news) > 1
    assert {one["meaning"] for one in news} == {"concern"}


def test_a_sparkline_stays_in_its_box_and_breaks_at_gaps():
    frame = judged([*STABLE[:5], np.nan, *STABLE[6:]], "vvvvvu" + "v" * 10)
    spark = sparkline.sparkline(frame, PERCENT)
    assert spark["line"].count("M") == 2
    assert spark["band"].endswith("Z")
    numbers = spark["line"].replace("M", " ").replace("L", " ").split()
    places = np.array(numbers, dtype=float).reshape(-1, 2)
    assert places.min() >= 0
    assert (places.max(axis=0) <= [sparkline.SPARK_WIDTH, sparkline.SPARK_HEIGHT]).all()


def test_a_sparkline_without_limits_has_no_band():
    spark = sparkline.sparkline(judged(STABLE[:8]), PERCENT)
    assert (spark["band"], spark["mean"]) == ("", "")
    assert spark["line"].startswith("M")
