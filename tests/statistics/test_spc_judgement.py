"""Limits, rules and meanings, and what we do about the hazards of charts."""

import json
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
import pytest

from kpis.analysis import verdicts
from kpis.statistics import spc, spc_judgement
from kpis.statistics.spc_judgement import ChartSettings
from tests.series_cases import FALLEN, RISING, SPIKE, STABLE, series

GOLDEN = json.loads(
    (Path(__file__).parent.parent / "golden" / "xmr_nhsrplotthedots.json").read_text(
        "utf-8"
    )
)


def is_plain(case):
    """Long enough to judge, and not one of the hazards that we treat differently."""
    given, expected = case["input"], case["expected"]
    return (
        "error" not in expected
        and not given["rebase_dates"]
        and given["fix_after_n_points"] is None
        and given["screen_outliers"]
        and len(given["values"]) >= verdicts.MINIMUM_POINTS
        and not case["id"].startswith("constant")
    )


PLAIN = [case for case in GOLDEN["cases"] if is_plain(case)]


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case["id"])
def test_meaning_matches_the_package(case):
    directions = {"increase": "higher", "decrease": "lower", "neutral": "neither"}
    values = np.array(case["input"]["values"], dtype=float)
    frame = series(values).assign(value=values)
    judged = spc_judgement.judge(
        frame, directions[case["input"]["improvement_direction"]]
    )
    words = {
        "common_cause": "",
        "special_cause_improvement": "improvement",
        "special_cause_concern": "concern",
        "special_cause_neutral_high": "change",
        "special_cause_neutral_low": "change",
    }
    assert list(judged["meaning"]) == [words[t] for t in case["expected"]["point_type"]]


def test_enough_golden_cases_are_plain():
    assert len(PLAIN) == 17


LIMITS = ["mean", "lower_limit", "upper_limit"]


def test_frame_is_kept_and_six_columns_are_added():
    frame = series(STABLE)
    judged = spc_judgement.judge(frame, "higher")
    added = ["segment", *LIMITS, "rule", "meaning"]
    assert list(judged.columns) == [*frame.columns, *added]
    pd.testing.assert_frame_equal(judged[frame.columns], frame)


@pytest.mark.parametrize(
    ("better", "up", "down"),
    [
        ("higher", "improvement", "concern"),
        ("lower", "concern", "improvement"),
        ("neither", "change", "change"),
        ("nearer_zero", "concern", "improvement"),
    ],
)
def test_meaning_follows_the_good_direction(better, up, down):
    spikes = [*STABLE, 90, 70, 50]
    meanings = spc_judgement.judge(series(spikes), better)["meaning"]
    assert list(meanings[-3:]) == [up, "", down]


@pytest.mark.parametrize("letter", ["p", "f", "u", "-"])
def test_rows_that_are_not_settled_figures_take_no_part(letter):
    with_odd = spc_judgement.judge(series([*STABLE, 99], "v" * 16 + letter), "higher")
    without = spc_judgement.judge(series(STABLE), "higher")
    columns = [*LIMITS, "rule", "meaning"]
    pd.testing.assert_frame_equal(with_odd.loc[:15, columns], without[columns])
    assert with_odd["rule"].iloc[-1] == with_odd["meaning"].iloc[-1] == ""


def test_published_figures_take_part():
    judged = spc_judgement.judge(series(SPIKE, "r" * 17), "higher")
    assert judged["rule"].iloc[-1] == "outside_high"


def test_twelve_points_are_not_judged_and_thirteen_are():
    values = [*STABLE[:11], 95]
    twelve = spc_judgement.judge(series(values), "higher")
    assert twelve[LIMITS].isna().all(axis=None)
    assert set(twelve["rule"]) == {""}
    thirteen = spc_judgement.judge(series([70, *values]), "higher")
    assert thirteen["rule"].iloc[-1] == "outside_high"


def test_a_series_that_never_varies_has_its_mean_as_limits():
    judged = spc_judgement.judge(series([7] * 15), "higher")
    for column in LIMITS:
        assert set(judged[column]) == {0.07}
    assert set(judged["rule"]) == {""}
    assert verdicts.verdict(judged).phrase == "no variation"


def test_screening_is_not_used_where_it_would_collapse_the_limits():
    judged = spc_judgement.judge(series([7] * 14 + [9]), "higher")
    assert (judged["upper_limit"] > judged["lower_limit"]).all()
    assert list(judged["rule"][:14]) == ["shift_low"] * 14
    assert judged["rule"].iloc[-1] == "outside_high"


def test_points_without_neighbours_have_no_limits():
    judged = spc_judgement.judge(series([70, 72] * 13, "v-" * 13), "higher")
    assert judged[LIMITS].isna().all(axis=None)
    phrase = verdicts.verdict(judged.iloc[:-1]).phrase
    assert phrase == "too few months in a row to judge change"


def test_windows_of_twelve_months_are_not_judged():
    judged = spc_judgement.judge(series(FALLEN), "higher", by="rolling12")
    assert set(judged["rule"]) == {""}
    verdict = verdicts.verdict(judged, by="rolling12")
    assert verdict.variation == "no_verdict"
    assert verdict.phrase == "no verdict: periods of 12 months overlap"


@pytest.mark.parametrize("order", [[1, 0], [0, 0]])
def test_periods_out_of_order_or_twice_are_a_bug(order):
    with pytest.raises(ValueError, match="each period once, in order"):
        spc_judgement.judge(series([70, 71]).iloc[order], "higher")


@pytest.mark.parametrize("chart", ["xmr", "p_prime"])
@pytest.mark.parametrize("place", [5, 19])
def test_a_period_without_a_row_is_a_gap_as_is_one_without_a_value(chart, place):
    values = [*STABLE, *RISING]
    frame = series(values).assign(denominator=200.0)
    gap = frame.assign(value=frame["value"].mask(frame.index == place))
    day = date(2004, 2, 10)
    with_gap, without_row = (
        spc_judgement.judge(one, "higher", chart=chart, breaks=[day])
        for one in (gap, frame.drop(index=place))
    )
    pd.testing.assert_frame_equal(with_gap.drop(index=place), without_row)
    assert not with_gap[LIMITS].equals(
        spc_judgement.judge(frame, "higher", chart=chart, breaks=[day])[LIMITS]
    )


@pytest.mark.parametrize(
    ("by", "first", "frequency"),
    [
        ("day", "2004-02-27", "D"),
        ("week", "2003-12-29", "7D"),
        ("quarter", "2000-01-01", "QS"),
        ("year", "1980-04-01", "YS-APR"),
    ],
)
def test_calendars_of_every_length_know_their_gaps(by, first, frequency):
    frame = series([*STABLE, *RISING], first=first, frequency=frequency)
    gap = frame.assign(value=frame["value"].mask(frame.index == 36))
    judged = spc_judgement.judge(frame.drop(index=36), "higher", by)
    pd.testing.assert_frame_equal(
        judged, spc_judgement.judge(gap, "higher", by).drop(index=36)
    )
    assert judged[LIMITS].notna().all(axis=None)
    assert set(judged["rule"][-2:]) == {""}


def test_periods_that_fit_no_calendar_are_a_bug():
    with pytest.raises(ValueError, match="each period once, in order"):
        spc_judgement.judge(series([1, 2, 3], frequency="MS"), "higher", "quarter")


def test_screening_is_decided_for_each_segment_by_itself():
    values = [*STABLE, *[7] * 14, 9]
    judged = spc_judgement.judge(series(values), "higher", breaks=[date(2004, 2, 1)])
    first = spc_judgement.judge(series(STABLE), "higher")
    pd.testing.assert_frame_equal(judged.loc[:15, LIMITS], first[LIMITS])
    jump = judged.loc[16:]
    assert (jump["upper_limit"] > jump["lower_limit"]).all()


# nearer to zero


def gap(values, **more):
    judged = spc_judgement.judge(series(values), "nearer_zero", **more)
    return [meaning or "." for meaning in judged["meaning"]]


AROUND_FIVE = [5, 7, 4, 6, 5, 7, 4, 6, 5, 7, 4, 6, 5, 7, 4, 6]


@pytest.mark.parametrize(
    ("last", "meaning"), [(20, "concern"), (-4, "improvement"), (-20, "concern")]
)
def test_a_gap_that_lies_nearer_to_zero_than_its_mean_is_better(last, meaning):
    assert gap([*AROUND_FIVE, last])[-1] == meaning
    assert gap([-value for value in [*AROUND_FIVE, last]])[-1] == meaning


def test_a_gap_moving_towards_zero_is_better_wherever_it_lies():
    closing = [-value for value in RISING[:-7]] + [-75, -73, -71, -69, -68, -67, -66]
    assert gap(closing)[-7:] == ["improvement"] * 7
    assert gap(RISING)[-7:] == ["concern"] * 7
    assert gap([value - 70 for value in RISING])[-7:] == [
        *["improvement"] * 4,
        *["concern"] * 3,
    ]


# breaks


def test_limits_start_again_with_the_first_period_after_a_break():
    values = [*STABLE, *(value - 30 for value in STABLE)]
    on_the_first = spc_judgement.judge(
        series(values), "higher", breaks=[date(2004, 2, 1)]
    )
    assert list(on_the_first["segment"]) == [0] * 16 + [1] * 16
    assert set(on_the_first["rule"]) == {""}
    within = spc_judgement.judge(series(values), "higher", breaks=[date(2004, 1, 2)])
    pd.testing.assert_frame_equal(within, on_the_first)
    without = spc_judgement.judge(series(values), "higher")
    assert set(without["rule"]) != {""}


@pytest.mark.parametrize("day", [date(2002, 10, 1), date(1999, 1, 1), date(2004, 1, 2)])
def test_a_break_before_the_series_or_after_its_last_period_changes_nothing(day):
    pd.testing.assert_frame_equal(
        spc_judgement.judge(series(STABLE), "higher", breaks=[day]),
        spc_judgement.judge(series(STABLE), "higher"),
    )


def test_a_segment_of_fewer_than_thirteen_points_has_no_limits():
    values = [*STABLE, *[40, 44] * 6]
    judged = spc_judgement.judge(series(values), "higher", breaks=[date(2004, 2, 1)])
    assert judged.loc[:15, LIMITS].notna().all(axis=None)
    assert judged.loc[16:, LIMITS].isna().all(axis=None)
    assert set(judged["rule"]) == {""}


def is_monthly(case):
    days = pd.to_datetime(case["input"]["dates"])
    months = pd.date_range(days[0], periods=len(days), freq="MS")
    # the package ignores a date between two rows, we move it to the next row
    is_matched = set(case["input"]["rebase_dates"]) <= set(case["input"]["dates"])
    return list(days) == list(months) and is_matched and "error" not in case["expected"]


MONTHLY = [case for case in GOLDEN["cases"] if is_monthly(case)]


@pytest.mark.parametrize("case", MONTHLY, ids=lambda case: case["id"])
def test_segments_match_the_package(case):
    given = case["input"]
    breaks = [date.fromisoformat(day) for day in given["rebase_dates"]]
    frame = series(given["values"], first=given["dates"][0])
    judged = spc_judgement.judge(frame, "higher", breaks=breaks)
    assert list(judged["segment"]) == case["expected"]["rebase_group"]


def test_enough_golden_cases_are_monthly_and_some_start_again():
    rebased = [case for case in MONTHLY if case["input"]["rebase_dates"]]
    assert (len(MONTHLY), len(rebased)) == (31, 7)


# P'


def shares(hits, sizes, states=None):
    frame = series(np.array(hits) / np.array(sizes) * 100, states)
    return frame.assign(numerator=hits, denominator=sizes)


HITS = [70, 144, 69, 142, 210, 72, 138, 71, 70, 216, 69, 71, 140, 72, 69, 213]
SIZES = [100, 200, 100, 200, 300, 100, 200, 100] * 2
SIZES[8:] = [100, 300, 100, 100, 200, 100, 100, 300]


def test_p_prime_takes_its_limits_from_the_cases_of_each_month():
    judged = spc_judgement.judge(shares(HITS, SIZES), "higher", chart="p_prime")
    expected = spc.p_prime(HITS, SIZES)
    np.testing.assert_allclose(judged["mean"], expected["mean"], rtol=1e-12)
    np.testing.assert_allclose(judged["upper_limit"], expected["upper"], rtol=1e-12)
    widths = judged["upper_limit"] - judged["lower_limit"]
    assert widths.groupby(SIZES).nunique().max() == 1
    assert widths[4] < widths[1] < widths[0]


def test_p_prime_is_not_cut_at_100_percent():
    judged = spc_judgement.judge(
        shares([98, 99, 97, 98] * 4, [100] * 16), "higher", chart="p_prime"
    )
    assert (judged["upper_limit"] > 1).all()


def test_p_prime_of_weighted_answers_takes_their_effective_number():
    frame = shares(HITS, SIZES)
    judged = spc_judgement.judge(
        frame.assign(cases=frame["denominator"] / 4), "higher", chart="p_prime"
    )
    expected = spc.p_prime(frame["numerator"] / 4, frame["denominator"] / 4)
    np.testing.assert_allclose(judged["lower_limit"], expected["lower"], rtol=1e-12)


def test_p_prime_flags_what_its_limits_call_outside():
    frame = shares([*HITS, 40, 95], [*SIZES, 100, 100])
    judged = spc_judgement.judge(frame, "higher", chart="p_prime")
    assert list(judged["meaning"][-2:]) == ["concern", "improvement"]


def test_p_prime_of_a_share_that_never_varies_has_the_limits_of_chance():
    judged = spc_judgement.judge(
        shares([70] * 15, [100] * 15), "higher", chart="p_prime"
    )
    reach = 3 * np.sqrt(0.7 * 0.3 / 100)
    np.testing.assert_allclose(judged["upper_limit"], 0.7 + reach, rtol=1e-12)
    assert set(judged["rule"]) == {""}


def test_p_prime_of_only_hits_is_reported_as_not_varying():
    judged = spc_judgement.judge(
        shares([100] * 15, [100] * 15), "higher", chart="p_prime"
    )
    assert set(judged["upper_limit"]) == set(judged["lower_limit"]) == {1.0}
    assert verdicts.verdict(judged).phrase == "no variation"


def test_p_prime_has_no_limits_where_there_are_no_cases():
    states = "v" * 8 + "-" + "v" * 8 + "p"
    sizes = [*SIZES[:8], np.nan, *SIZES[8:], 40]
    hits = [*HITS[:8], np.nan, *HITS[8:], 30]
    judged = spc_judgement.judge(shares(hits, sizes, states), "higher", chart="p_prime")
    missing = judged[LIMITS].isna()
    assert list(missing.all(axis=1)) == list(missing.any(axis=1))
    assert list(np.flatnonzero(missing.any(axis=1))) == [8]


def test_figures_published_without_their_cases_get_an_xmr_chart():
    frame = series(SPIKE, "r" * 17).assign(denominator=np.nan)
    pd.testing.assert_frame_equal(
        spc_judgement.judge(frame, "higher", chart="p_prime"),
        spc_judgement.judge(frame, "higher"),
    )


def test_p_prime_without_any_cases_is_a_bug():
    with pytest.raises(ValueError, match="takes the cases"):
        spc_judgement.judge(series(STABLE), "higher", chart="p_prime")


# many at once


def board():
    parts = [
        shares(HITS, SIZES).assign(kpi="share", area="MPS", by="month"),
        shares(HITS, SIZES).assign(kpi="share", area="MD", by="month"),
        series(FALLEN).assign(kpi="fallen", area="MD", by="month"),
        series(FALLEN).assign(kpi="windows", area="MD", by="rolling12"),
        series([3.0]).assign(kpi="short", area="MD", by="month"),
    ]
    return pd.concat(parts, ignore_index=True)


KPIS = {
    "share": ChartSettings(better="higher", chart="p_prime", resolution=0.0),
    "fallen": ChartSettings(better="lower", chart="xmr", resolution=0.0),
    "windows": ChartSettings(better="higher", chart="xmr", resolution=0.0),
    "short": ChartSettings(better="neither", chart="xmr", resolution=0.0),
}


def test_many_series_are_judged_like_each_alone():
    breaks = {("fallen", "MD"): [date(2003, 10, 1)], ("share", "MD"): []}
    together = spc_judgement.judge_all(board(), KPIS, breaks)
    apart = [
        spc_judgement.judge(
            own,
            KPIS[kpi].better,
            by,
            chart=KPIS[kpi].chart,
            breaks=breaks.get((kpi, area), ()),
        )
        for (kpi, area, by), own in board().groupby(["kpi", "area", "by"], sort=False)
    ]
    pd.testing.assert_frame_equal(together, pd.concat(apart))
    assert set(together.loc[together["kpi"] == "fallen", "segment"]) == {0, 1}


def test_no_series_at_all_can_be_judged_too():
    empty = spc_judgement.judge_all(board().iloc[:0], KPIS)
    assert empty.empty
    assert {"segment", *LIMITS, "rule", "meaning"} <= set(empty.columns)


def test_a_scoreboard_is_judged_in_a_moment():
    months = pd.concat(
        series(np.random.default_rng(place).normal(70, 2, 60)).assign(
            kpi=kpi, area=f"A{place}", by="month", denominator=500.0
        )
        for place in range(57)
        for kpi in [("share", "fallen")[place % 2]]
    )
    taken = []
    for _ in range(5):
        begun = process_time()
        spc_judgement.judge_all(months, KPIS)
        taken.append(process_time() - begun)
    # 15 ms on the machine where it was written
    assert min(taken) < 0.05


def test_a_step_no_larger_than_the_resolution_is_no_change():
    seconds = [15.0] * 8 + [16.0] + [15.0] * 8 + [16.0] + [15.0] * 8
    starts = pd.date_range("2002-01-01", periods=len(seconds), freq="MS")
    series = pd.DataFrame({"period_start": starts, "value": seconds, "state": "value"})
    # the rules alone see a long run below the mean, and months outside
    assert spc_judgement.judge(series, "lower")["rule"].ne("").any()
    judged = spc_judgement.judge(series, "lower", resolution=1.0)
    assert judged["rule"].eq("").all()
    later = series.assign(value=[*seconds[:-7], *[40.0] * 7])
    assert spc_judgement.judge(later, "lower", resolution=1.0)["rule"].iloc[-1] != ""
