"""What may be said of a series, and what we do about the hazards of XmR charts."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kpis import verdicts

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "xmr_nhsrplotthedots.json").read_text("utf-8")
)

STABLE = [70, 72, 69, 71, 70, 72, 69, 71, 70, 72, 69, 71, 70, 72, 69, 71]
FALLEN = [*[72, 76, 70, 74] * 3, 68, 70, 66, 69, 68, 70, 69]
RISING = [*[70, 76, 66, 72, 68, 78, 64, 74] * 2, 66, 67, 68, 69, 71, 73, 75]
SPIKE = [*STABLE, 90]
TWICE_NEAR = [*STABLE, 70, 75.5, 72, 75.5]

SPOKEN = {
    "v": "value",
    "r": "reported",
    "p": "provisional",
    "f": "too_few",
    "u": "not_reliable",
    "-": "not_measured",
}


def series(values, states=None, first="2002-10-01", frequency="MS"):
    """A frame as `results` gives it; `states` is one letter of SPOKEN a row."""
    starts = pd.date_range(first, periods=len(values), freq=frequency)
    letters = states or "v" * len(values)
    return pd.DataFrame(
        {
            "period_start": starts,
            "value": np.array(values, dtype=float) / 100,
            "n": 59_500.0,
            "state": [SPOKEN[letter] for letter in letters],
        }
    )


def verdict_on(values, states=None, better="higher", by="month"):
    return verdicts.verdict(verdicts.judge(series(values, states), better, by), by)


def is_plain(case):
    """Long enough to judge, and not one of the hazards that we treat otherwise."""
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
def test_meaning_is_that_of_the_package(case):
    directions = {"increase": "higher", "decrease": "lower", "neutral": "neither"}
    values = np.array(case["input"]["values"], dtype=float)
    frame = series(values).assign(value=values)
    judged = verdicts.judge(frame, directions[case["input"]["improvement_direction"]])
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


def test_frame_is_kept_and_five_columns_are_added():
    frame = series(STABLE)
    judged = verdicts.judge(frame, "higher")
    added = ["mean", "lower_limit", "upper_limit", "rule", "meaning"]
    assert list(judged.columns) == [*frame.columns, *added]
    pd.testing.assert_frame_equal(judged[frame.columns], frame)


@pytest.mark.parametrize(
    ("better", "up", "down"),
    [
        ("higher", "improvement", "concern"),
        ("lower", "concern", "improvement"),
        ("neither", "change", "change"),
        ("nearer_zero", "change", "change"),
    ],
)
def test_meaning_follows_the_good_direction(better, up, down):
    spikes = [*STABLE, 90, 70, 50]
    meanings = verdicts.judge(series(spikes), better)["meaning"]
    assert list(meanings[-3:]) == [up, "", down]


@pytest.mark.parametrize("letter", ["p", "f", "u", "-"])
def test_rows_that_are_not_settled_figures_take_no_part(letter):
    with_odd = verdicts.judge(series([*STABLE, 99], "v" * 16 + letter), "higher")
    without = verdicts.judge(series(STABLE), "higher")
    columns = ["mean", "lower_limit", "upper_limit", "rule", "meaning"]
    pd.testing.assert_frame_equal(with_odd.loc[:15, columns], without[columns])
    assert with_odd["rule"].iloc[-1] == with_odd["meaning"].iloc[-1] == ""


def test_published_figures_take_part():
    judged = verdicts.judge(series(SPIKE, "r" * 17), "higher")
    assert judged["rule"].iloc[-1] == "outside_high"


def test_twelve_points_are_not_judged_and_thirteen_are():
    values = [*STABLE[:11], 95]
    twelve = verdicts.judge(series(values), "higher")
    assert twelve[["mean", "lower_limit", "upper_limit"]].isna().all(axis=None)
    assert set(twelve["rule"]) == {""}
    thirteen = verdicts.judge(series([70, *values]), "higher")
    assert thirteen["rule"].iloc[-1] == "outside_high"


def test_series_that_never_varies_has_its_mean_for_limits():
    judged = verdicts.judge(series([7] * 15), "higher")
    for column in ["mean", "lower_limit", "upper_limit"]:
        assert set(judged[column]) == {0.07}
    assert set(judged["rule"]) == {""}
    assert verdicts.verdict(judged).phrase == "no variation"


def test_screening_is_not_used_where_it_would_collapse_the_limits():
    judged = verdicts.judge(series([7] * 14 + [9]), "higher")
    assert (judged["upper_limit"] > judged["lower_limit"]).all()
    assert list(judged["rule"][:14]) == ["shift_low"] * 14
    assert judged["rule"].iloc[-1] == "outside_high"


def test_points_without_neighbours_have_no_limits():
    judged = verdicts.judge(series([70, 72] * 13, "v-" * 13), "higher")
    columns = ["mean", "lower_limit", "upper_limit"]
    assert judged[columns].isna().all(axis=None)
    phrase = verdicts.verdict(judged.iloc[:-1]).phrase
    assert phrase == "too few months in a row to judge change"


def test_windows_of_twelve_months_are_not_judged():
    judged = verdicts.judge(series(FALLEN), "higher", by="rolling12")
    assert set(judged["rule"]) == {""}
    verdict = verdicts.verdict(judged, by="rolling12")
    assert verdict.variation == "no_verdict"
    assert verdict.phrase == "not judged: windows of 12 months overlap"


@pytest.mark.parametrize("order", [[1, 0], [0, 0]])
def test_periods_out_of_order_or_twice_are_a_bug(order):
    with pytest.raises(ValueError, match="each period once, in order"):
        verdicts.judge(series([70, 71]).iloc[order], "higher")


@pytest.mark.parametrize(
    ("values", "better", "variation", "rule", "phrase"),
    [
        (STABLE, "higher", "common_cause", "", "no clear change"),
        (
            FALLEN,
            "higher",
            "concern",
            "shift_low",
            "worse than its past since October 2003",
        ),
        (
            FALLEN,
            "lower",
            "improvement",
            "shift_low",
            "better than its past since October 2003",
        ),
        (FALLEN, "neither", "change", "shift_low", "changed since October 2003"),
        # A later rule of higher precedence does not move the beginning.
        (
            [*FALLEN, 60],
            "higher",
            "concern",
            "outside_low",
            "worse than its past since October 2003",
        ),
        (
            RISING,
            "higher",
            "improvement",
            "trend_up",
            "better than its past since February 2004",
        ),
        (
            SPIKE,
            "higher",
            "improvement",
            "outside_high",
            "better than its past in February 2004",
        ),
        (
            TWICE_NEAR,
            "higher",
            "improvement",
            "two_of_three_high",
            "better than its past since March 2004",
        ),
        # An old signal is not news about the latest month.
        ([*STABLE[:8], 90, *STABLE[:8]], "higher", "common_cause", "", None),
    ],
)
def test_verdict(values, better, variation, rule, phrase):
    verdict = verdict_on(values, better=better)
    assert (verdict.variation, verdict.rule) == (variation, rule)
    assert verdict.phrase == (phrase or "no clear change")
    assert (verdict.since is None) == (rule == "")


@pytest.mark.parametrize(
    ("after_february", "since"),
    [
        ([90, 90], "2004-02-01"),
        ([70, 90], "2004-02-01"),
        ([70, 71, 90], "2004-05-01"),
        ([50, 90], "2004-04-01"),
    ],
)
def test_run_goes_back_over_flags_of_its_direction(after_february, since):
    assert verdict_on([*SPIKE, *after_february]).since == pd.Timestamp(since)


@pytest.mark.parametrize(
    ("count", "states", "phrase"),
    [
        (9, None, "too few months to judge change (9 of 13)"),
        (14, "v" * 9 + "----v", "too few months to judge change (10 of 13)"),
        (16, "v" * 15 + "-", "no data for January 2004"),
        (16, "v" * 14 + "-p", "no data for December 2003"),
        (16, "v" * 15 + "f", "too few cases to judge change"),
        (16, "v" * 15 + "u", "no verdict: not reliable"),
        (3, "ppp", "no settled figure yet"),
        (0, None, "no settled figure yet"),
    ],
)
def test_no_verdict_says_why(count, states, phrase):
    values = [
        np.nan if states and states[i] == "-" else STABLE[i] for i in range(count)
    ]
    verdict = verdict_on(values, states)
    assert verdict == verdicts.Verdict("no_verdict", "", None, phrase)


def test_provisional_months_do_not_hide_the_latest_settled_one():
    assert verdict_on([*FALLEN, 90], "v" * 19 + "p") == verdict_on(FALLEN)


@pytest.mark.parametrize(
    ("by", "first", "frequency", "phrase"),
    [
        ("day", "2004-02-01", "D", "better than its past on 17 February 2004"),
        ("week", "2004-02-02", "7D", "better than its past in the week of 24 May 2004"),
        (
            "quarter",
            "2000-01-01",
            "QS",
            "better than its past in January to March 2004",
        ),
        (
            "year",
            "1988-04-01",
            "YS-APR",
            "better than its past in the financial year 2004/05",
        ),
    ],
)
def test_verdict_names_other_periods(by, first, frequency, phrase):
    frame = series(SPIKE, first=first, frequency=frequency)
    assert verdicts.verdict(verdicts.judge(frame, "higher", by), by).phrase == phrase


def spoken(values, year_ago, unit="percent", states=None, **row):
    judged = verdicts.judge(series(values, states), "higher")
    latest = pd.Series({**judged.iloc[-1], **row})
    text = verdicts.sentence(unit, latest, year_ago, verdicts.verdict(judged))
    return text.replace("\u202f", "_")


def test_sentence():
    assert spoken(FALLEN, 0.74) == (
        "69 in 100 in April 2004, n 59_500; 74 in 100 a year ago; "
        "worse than its past since October 2003."
    )


def test_sentence_without_a_year_ago_and_without_n():
    assert spoken(STABLE, np.nan, states="r" * 16, n=np.nan) == (
        "71 in 100 in January 2004; no figure a year ago; no clear change."
    )


def test_sentence_in_minutes():
    assert spoken(STABLE, 540, "minutes", value=567.0) == (
        "9 minutes 27 seconds in January 2004, n 59_500; "
        "9 minutes 0 seconds a year ago; no clear change."
    )


def test_sentence_says_once_what_a_rate_is_of():
    assert spoken(STABLE, 5.1, "per 1,000 a year", value=5.6) == (
        "5.6 per 1,000 a year in January 2004, n 59_500; 5.1 a year ago; "
        "no clear change."
    )


def test_sentence_begins_with_a_capital():
    assert spoken([0.1] * 16, 0.5).startswith("Fewer than 1 in 100 in January 2004")


def test_sentence_of_a_missing_month():
    values = [*STABLE[:15], np.nan]
    assert spoken(values, 0.7, states="v" * 15 + "-") == (
        "No data for January 2004: not measured."
    )
