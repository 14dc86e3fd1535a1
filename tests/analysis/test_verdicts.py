"""What may be said of a series, in one verdict and in sentences."""

from datetime import date
from functools import partial

import numpy as np
import pandas as pd
import pytest

from kpis.analysis import verdicts
from kpis.statistics import spc, spc_judgement
from tests.series_cases import FALLEN, RISING, SPIKE, STABLE, TWICE_NEAR, series


def verdict_on(values, states=None, better="higher", by="month"):
    return verdicts.verdict(spc_judgement.judge(series(values, states), better, by), by)


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
    assert (
        verdicts.verdict(spc_judgement.judge(frame, "higher", by), by).phrase == phrase
    )


def spoken(values, year_ago, unit="percent", states=None, **row):
    judged = spc_judgement.judge(series(values, states), "higher")
    latest = pd.Series({**judged.iloc[-1], **row})
    text = verdicts.sentence(unit, latest, year_ago, verdicts.verdict(judged))
    return text.replace("\u202f", "_")


def test_sentence():
    assert spoken(FALLEN, 0.74) == (
        "69 in 100 in April 2004, n 59_500; 74 in 100 a year ago; "
        "worse than its past since October 2003: "
        "seven months in a row below the average."
    )


def test_sentence_without_a_year_ago_and_without_n():
    assert spoken(STABLE, np.nan, states="r" * 16, n=np.nan) == (
        "71 in 100 in January 2004; no figure a year ago; no clear change."
    )


def test_what_returns_say_has_no_number_of_cases():
    judged = spc_judgement.judge(series(STABLE), "higher")
    latest, verdict = judged.iloc[-1], verdicts.verdict(judged)
    said = verdicts.sentence("percent", latest, np.nan, verdict, is_of_cases=False)
    assert said == "71 in 100 in January 2004; no figure a year ago; no clear change."


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


def test_a_figure_for_each_year_is_not_followed_by_a_year_ago():
    assert spoken(STABLE, 0.13, "percent a year", value=0.12) == (
        "12 in 100 a year in January 2004, n 59_500; 13 in 100 a year the year before; "
        "no clear change."
    )


def test_sentence_begins_with_a_capital():
    assert spoken([0.1] * 16, 0.5).startswith("Fewer than 1 in 100 in January 2004")


def test_sentence_of_a_missing_month():
    values = [*STABLE[:15], np.nan]
    assert spoken(values, 0.7, states="v" * 15 + "-") == (
        "No data for January 2004: not measured."
    )


# why


@pytest.mark.parametrize(
    ("values", "because"),
    [
        (SPIKE, "above its usual range"),
        ([*STABLE, 40], "below its usual range"),
        (RISING, "risen six months in a row"),
        ([-value for value in RISING], "fallen six months in a row"),
        ([*RISING, 77], "risen seven months in a row"),
        (TWICE_NEAR, "two of the last three months near the top of its usual range"),
        (
            [-value for value in TWICE_NEAR],
            "two of the last three months near the bottom of its usual range",
        ),
        (FALLEN, "seven months in a row below the average"),
        ([-value for value in FALLEN], "seven months in a row above the average"),
        ([*FALLEN, *FALLEN[-6:]], "13 months in a row below the average"),
        (STABLE, ""),
    ],
)
def test_each_rule_is_said_in_plain_words(values, because):
    assert verdict_on(values).because == because


def test_words_name_the_periods_of_the_series():
    judged = spc_judgement.judge(
        series(FALLEN, first="2000-01-01", frequency="QS"), "higher", "quarter"
    )
    because = verdicts.verdict(judged, "quarter").because
    assert because == "seven quarters in a row below the average"


# what is counted begins with the last break


def judged_after(values, day, states=None):
    return spc_judgement.judge(series(values, states), "higher", breaks=[date(*day)])


def test_too_few_months_since_a_break_are_said_to_be():
    judged = judged_after([*STABLE, 40, 44, 42, 41, 43], (2004, 1, 17))
    assert verdicts.verdict(judged).phrase == (
        "too few months since February 2004 to judge change (5 of 13)"
    )


def test_months_without_neighbours_since_a_break_are_said_to_be_too_few_in_a_row():
    judged = judged_after([*STABLE, *[70, 72] * 13], (2004, 2, 1), "v" * 16 + "v-" * 13)
    assert verdicts.verdict(judged.iloc[:-1]).phrase == (
        "too few months in a row since February 2004 to judge change"
    )


def test_a_run_does_not_begin_before_the_break():
    after = [*[72, 76, 70, 74] * 3, *[68, 70, 66, 69, 68, 70, 69]]
    values = [*STABLE, 20, 20, 20, *after]
    judged = judged_after(values, (2004, 5, 1))
    verdict = verdicts.verdict(judged)
    assert verdict.since == pd.Timestamp("2005-05-01")
    assert verdict.because == "seven months in a row below the average"
    flagged = judged.loc[judged["segment"] == 0, "rule"]
    assert set(flagged[-3:]) == {"outside_low"}


def test_flags_on_both_sides_of_a_break_are_two_runs():
    falling = [90 - 2 * place for place in range(14)]
    frame = series([*falling, *falling]).assign(cases=4.0)
    judged = spc_judgement.judge(
        frame, "higher", chart="p_prime", breaks=[date(2003, 12, 1)]
    )
    assert set(judged["rule"]) == {"trend_down"}
    verdict = verdicts.verdict(judged)
    assert verdict.since == pd.Timestamp("2003-12-01")
    assert verdict.because == "fallen 13 months in a row"


# seasons


def test_a_flag_that_was_there_a_year_before_may_be_the_season():
    summer = [70, 72, 69, 71, 70, 72, 90, 71, 70, 72, 69, 71]
    verdict = verdict_on([*summer, *summer[:7]], better="neither")
    assert verdict.phrase == (
        "changed in April 2004, as in April 2003, perhaps the season"
    )
    assert verdict.because == "above its usual range"


@pytest.mark.parametrize("year_ago", [70, 50])
def test_a_flag_that_was_not_there_a_year_before_is_not_the_season(year_ago):
    before = [70, 72, 69, 71, 70, 72, year_ago, 71, 70, 72, 69, 71]
    verdict = verdict_on([*before, 70, 72, 69, 71, 70, 72, 90])
    assert verdict.phrase == "better than its past in April 2004"


@pytest.mark.parametrize(
    ("breaks", "season"),
    [([], ", as in the week of 6 October 2003, perhaps the season"),
     ([date(2004, 1, 5)], "")],
)  # fmt: skip
def test_a_flag_before_a_break_is_not_the_season(breaks, season):
    usual = [70, 72, 69, 71] * 13
    values = [*usual[:39], 90, *usual[:51], 90]
    frame = series(values, first="2003-01-06", frequency="W-MON")
    judged = spc_judgement.judge(frame, "neither", by="week", breaks=breaks)
    verdict = verdicts.verdict(judged, by="week")
    assert verdict.phrase == f"changed in the week of 4 October 2004{season}"


def test_a_run_longer_than_a_year_is_not_the_season():
    assert verdict_on([*[90, 92] * 10, *[60, 61, 60, 62] * 4]).phrase == (
        "worse than its past since June 2004"
    )


# targets


def promised(values, target, better="higher", **more):
    judged = spc_judgement.judge(series(values), better, **more)
    assurance = partial(spc.assurance, target, better=better)
    return verdicts.verdict(judged, assurance=assurance)


@pytest.mark.parametrize(
    ("target", "better", "expected"),
    [
        (0.9, "higher", "fail"),
        (0.5, "higher", "pass"),
        (0.7, "higher", "hit_or_miss"),
        (0.9, "lower", "pass"),
        (0.5, "lower", "fail"),
        (0.9, "neither", None),
        (None, "higher", None),
        (0.9, "nearer_zero", "pass"),
        (0.5, "nearer_zero", "fail"),
        (0.7, "nearer_zero", "hit_or_miss"),
    ],
)
def test_the_limits_of_the_latest_month_decide_on_the_target(target, better, expected):
    assert promised(STABLE, target, better).assurance == expected


def test_the_target_is_compared_with_limits_that_are_not_cut():
    # limits of 94 to 103 in 100: all of them is within reach, not out of it
    verdict = promised([98, 99, 97, 100] * 4, 1.0)
    assert verdict.assurance == "hit_or_miss"


@pytest.mark.parametrize(
    ("target", "expected"), [(1.0, "pass"), (0.9, "pass"), (1.1, "fail")]
)
def test_an_indicator_that_always_meets_its_target_is_not_said_to_miss_it(
    target, expected
):
    assert promised([100] * 15, target).assurance == expected


def test_the_limits_since_the_break_decide():
    values = [*STABLE, *(value - 30 for value in STABLE)]
    assert promised(values, 0.6, breaks=[date(2004, 2, 1)]).assurance == "fail"
    assert promised(STABLE, 0.6).assurance == "pass"


@pytest.mark.parametrize("values", [STABLE[:12], [*STABLE[:15], np.nan]])
def test_without_a_verdict_nothing_is_said_about_the_target(values):
    states = "".join("-" if np.isnan(value) else "v" for value in values)
    judged = spc_judgement.judge(series(values, states), "higher")
    assurance = partial(spc.assurance, 0.9, better="higher")
    verdict = verdicts.verdict(judged, assurance=assurance)
    assert (verdict.variation, verdict.assurance) == ("no_verdict", None)
    assert verdict.outlook == ""


def test_sentence_with_a_target():
    judged = spc_judgement.judge(series(FALLEN), "higher")
    assurance = partial(spc.assurance, 0.95, better="higher")
    verdict = verdicts.verdict(judged, assurance=assurance)
    text = verdicts.sentence("percent", judged.iloc[-1], 0.74, verdict)
    assert text.endswith(
        "seven months in a row below the average; "
        "it misses its target every month unless something changes."
    )


@pytest.mark.parametrize(
    ("assurance", "outlook"),
    [
        ("pass", "it meets its target every week unless something changes"),
        ("fail", "it misses its target every week unless something changes"),
        ("hit_or_miss", "it meets its target in some weeks and misses it in others"),
        (None, ""),
    ],
)
def test_each_promise_is_said_in_plain_words(assurance, outlook):
    frame = series(STABLE, first="2004-02-02", frequency="7D")
    judged = spc_judgement.judge(frame, "higher", "week")
    verdict = verdicts.verdict(judged, "week", assurance=lambda *_: assurance)
    assert verdict.outlook == outlook


# chance


@pytest.mark.parametrize(
    ("charts", "note"),
    [
        (0, ""),
        (
            1,
            "Chance alone flags this chart in at least 1 of 71 months, "
            "even if nothing has changed.",
        ),
        (
            4,
            "Chance alone flags one of these 4 charts in at least 1 of 18 months, "
            "even if nothing has changed.",
        ),
        (
            51,
            "Chance alone flags one of these 51 charts in at least 2 of 3 months, "
            "even if nothing has changed.",
        ),
        (
            320,
            "Chance alone flags at least 4 of these 320 charts on average, "
            "even if nothing has changed.",
        ),
    ],
)
def test_what_chance_alone_flags(charts, note):
    assert verdicts.chance_note(charts) == note
    assert verdicts.expected_flags(charts) == pytest.approx(0.014 * charts)
