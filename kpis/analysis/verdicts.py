"""What may be said of a series: one plain verdict, and sentences for councillors.

Limits, rules and meanings come from `spc_judgement`. What `spc` leaves open is decided
there and here: if the latest month is missing, the verdict says so; fewer than thirteen
points get no verdict; and a series that never varies is called that.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpis import formatting
from kpis.statistics import JUDGED_STATES, MINIMUM_POINTS, spc, spc_judgement

# share of charts of a process that never changes whose latest point is flagged, at
# least: simulated for 12 to 36 points in tests/statistics/test_false_alarms.py
FALSE_FLAGS_PER_CHART = 0.014

# what a flag means, in words
PHRASES = {
    "improvement": "better than its past",
    "concern": "worse than its past",
    "change": "changed",
}
_NUMBERS = {
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
    11: "eleven",
    12: "twelve",
}
_OUTLOOKS = {
    "pass": "it meets its target every {period} unless something changes",
    "fail": "it misses its target every {period} unless something changes",
    "hit_or_miss": "it meets its target in some {periods} and misses it in others",
}


@dataclass(frozen=True)
class Verdict:
    """What may be said of the latest settled point.

    `variation` is common_cause, improvement, concern, change or no_verdict; `rule` is
    the rule that fired or ""; `since` is the start of the period in which the flagged
    run began, or None. `phrase` says this in words, `because` which rule fired.
    `assurance` is pass, fail or hit_or_miss, or None without a target or a verdict;
    `outlook` says it in words. Words have no full stop and may be "".
    """

    variation: str
    rule: str
    since: pd.Timestamp | None
    phrase: str
    because: str = ""
    assurance: str | None = None
    outlook: str = ""


@dataclass(frozen=True)
class _Settled:
    """The rows of a judged series that are not provisional, column by column."""

    starts: np.ndarray
    values: np.ndarray
    states: np.ndarray
    segments: np.ndarray
    means: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    rules: np.ndarray
    meanings: np.ndarray

    def start(self, place: int) -> pd.Timestamp:
        """Return the first day of the period at a place."""
        return pd.Timestamp(self.starts[place])


def _settled(judged: pd.DataFrame) -> _Settled:
    states = judged["state"].to_numpy(dtype=object)
    is_settled = states != "provisional"

    def numbers(name: str) -> np.ndarray:
        return judged[name].to_numpy(dtype=float)[is_settled]

    return _Settled(
        starts=spc_judgement.days(judged["period_start"])[is_settled],
        values=numbers("value"),
        states=states[is_settled],
        segments=judged["segment"].to_numpy()[is_settled],
        means=numbers("mean"),
        lower=numbers("lower_limit"),
        upper=numbers("upper_limit"),
        rules=judged["rule"].to_numpy(dtype=object)[is_settled],
        meanings=judged["meaning"].to_numpy(dtype=object)[is_settled],
    )


def verdict(
    judged: pd.DataFrame,
    by: str = "month",
    *,
    assurance: Callable[[float, float], str | None] | None = None,
) -> Verdict:
    """Return the verdict on the latest settled row of a frame that `judge` returned.

    This is the latest row that is not provisional, even if it has no figure: the month
    before never stands in for a missing one. `assurance` takes the lower and upper
    limit of the latest row and says whether the target in force is kept, as
    `partial(targets.assurance, target)` does. Without a verdict nothing is said of the
    target either.
    """
    settled = _settled(judged)
    reason = _reason_for_none(settled, by)
    if reason:
        return Verdict("no_verdict", "", None, reason)
    promise = assurance(settled.lower[-1], settled.upper[-1]) if assurance else None
    # what never varies and is on its target has always met it
    if promise == "hit_or_miss" and settled.lower[-1] == settled.upper[-1]:
        promise = "pass"
    outlook = (
        _OUTLOOKS[promise].format(period=by, periods=formatting.lengths(by))
        if promise
        else ""
    )
    rule = str(settled.rules[-1])
    if not rule:
        varies = settled.upper[-1] > settled.lower[-1]
        phrase = "no clear change" if varies else "no variation"
        return Verdict("common_cause", "", None, phrase, "", promise, outlook)
    place = _start_of_run(settled)
    since, meaning = settled.start(place), settled.meanings[-1]
    is_latest = place == len(settled.rules) - 1
    began = _when(since, by) if is_latest else _since(since, by)
    phrase = f"{PHRASES[meaning]} {began}{_season(settled, place, by)}"
    because = _because(settled, by)
    return Verdict(meaning, rule, since, phrase, because, promise, outlook)


def _reason_for_none(settled: _Settled, by: str) -> str:
    """Return why the latest row cannot be judged, or ""."""
    if not len(settled.starts):
        return "no settled figure yet"
    state = settled.states[-1]
    if np.isnan(settled.values[-1]):
        return f"no data for {_named(settled.start(-1), by)}"
    if state == "too_few":
        return "too few cases to judge change"
    if state not in JUDGED_STATES:
        return f"no verdict: {formatting.of_state(state)}"
    if by == "rolling12":
        return "no verdict: periods of 12 months overlap"
    own = settled.segments == settled.segments[-1]
    points = int(np.isin(settled.states[own], JUDGED_STATES).sum())
    first = settled.start(int(own.argmax()))
    since = "" if own.all() else f" {_since(first, by)}"
    if points < MINIMUM_POINTS:
        which = f"{formatting.lengths(by)}{since}"
        return f"too few {which} to judge change ({points} of {MINIMUM_POINTS})"
    if np.isnan(settled.upper[-1]):
        return f"too few {formatting.lengths(by)} in a row{since} to judge change"
    return ""


def _start_of_run(settled: _Settled) -> int:
    """Return the position at which the flags that lead up to the last row began.

    Flags of the same direction belong together: a rule of higher precedence hides the
    others, so the name of the rule may change within a run. One point without a flag
    does not end it: the third point of two in three has none.
    """
    directions = [spc.DIRECTIONS[rule] for rule in settled.rules]
    first = int(np.argmax(settled.segments == settled.segments[-1]))
    start = len(directions) - 1
    for position in range(start - 1, first - 1, -1):
        if directions[position] == directions[-1]:
            start = position
        elif directions[position] != 0 or start - position > 1:
            break
    return start


def _season(settled: _Settled, run_start: int, by: str) -> str:
    """Say that the same period a year before was flagged on the same side, or ""."""
    if by not in ("week", "month", "quarter"):
        return ""
    # 52 weeks lead to a Monday again
    step = pd.Timedelta(weeks=52) if by == "week" else pd.DateOffset(years=1)
    earlier = settled.start(-1) - step
    place = int(np.searchsorted(settled.starts, np.datetime64(earlier, "D")))
    is_before = place < run_start and settled.start(place) == earlier
    direction = spc.DIRECTIONS[settled.rules[-1]]
    is_before = is_before and settled.segments[place] == settled.segments[-1]
    if not is_before or spc.DIRECTIONS[settled.rules[place]] != direction:
        return ""
    return f", as in {_named(earlier, by)}, perhaps the season"


def _because(settled: _Settled, by: str) -> str:
    """Return the rule that fired on the last row, in words that need no statistics."""
    rule, periods = settled.rules[-1], formatting.lengths(by)
    is_up = spc.DIRECTIONS[rule] > 0
    side = "above" if is_up else "below"
    if rule.startswith("outside"):
        return f"{side} its usual range"
    if rule.startswith("two_of_three"):
        end = "top" if is_up else "bottom"
        return f"two of the last three {periods} near the {end} of its usual range"
    own = settled.segments == settled.segments[-1]
    values = settled.values[own]
    if rule.startswith("trend"):
        steps = _number(_run_length(np.sign(np.diff(values))))
        return f"{'risen' if is_up else 'fallen'} {steps} {periods} in a row"
    points = _number(_run_length(np.sign(values - settled.means[own])))
    return f"{points} {periods} in a row {side} the average"


def _run_length(signs: np.ndarray) -> int:
    """Return how many signs at the end are equal."""
    differs = signs[::-1] != signs[-1]
    return int(differs.argmax()) if differs.any() else len(signs)


def _number(count: int) -> str:
    return _NUMBERS.get(count, str(count))


def expected_flags(charts: int) -> float:
    """Return how many of the charts chance alone flags, at least, on the latest point.

    This holds if nothing at all has changed and each month is independent of the one
    before; series that are smoothed or seasonal, or whose months depend on each other,
    are flagged far more often.
    """
    return charts * FALSE_FLAGS_PER_CHART


def chance_note(charts: int, by: str = "month") -> str:
    """Say how many of these charts chance alone flags, at least."""
    expected = expected_flags(charts)
    if not charts:
        return ""
    shown = "this chart" if charts == 1 else f"these {formatting.count(charts)} charts"
    if expected >= 1:
        count = f"at least {int(expected)} of {shown} on average"
    elif charts == 1:
        count = (
            f"{shown} in at least 1 of {round(1 / expected)} {formatting.lengths(by)}"
        )
    else:
        # anything above two in three would round to "1 of 1"
        share = "2 of 3" if expected > 2 / 3 else f"1 of {round(1 / expected)}"
        often = f"in at least {share} {formatting.lengths(by)}"
        count = f"one of {shown} {often}"
    return f"Chance alone flags {count}, even if nothing has changed."


def sentence(
    unit: str,
    latest: pd.Series,
    year_ago: float,
    verdict: Verdict,
    by: str = "month",
    *,
    is_of_cases: bool = True,
) -> str:
    """Return one sentence for councillors on the latest settled figure.

    `latest` is a row with period_start, value, n and state; `year_ago` the value of the
    same period a year earlier, NaN if there is none: each season is compared with
    itself. A figure that was published without its parts has no n.
    """
    if pd.isna(latest["value"]):
        named = _named(latest["period_start"], by)
        return f"No data for {named}: {formatting.of_state(latest['state'])}."
    now = formatting.in_words(latest["value"], unit)
    text = f"{now} {_when(latest['period_start'], by)}"
    if is_of_cases and latest["state"] != "reported":
        text += f", n {formatting.count(latest['n'])}"
    past = "no figure" if pd.isna(year_ago) else formatting.in_words(year_ago, unit)
    # the unit is said once
    past = past.removesuffix(f" {formatting.left_out(unit)}")
    text += f"; {formatting.a_year_ago(past)}; {verdict.phrase}"
    text += f": {verdict.because}" if verdict.because else ""
    text += f"; {verdict.outlook}" if verdict.outlook else ""
    return f"{text[0].upper()}{text[1:]}."


def _named(start: pd.Timestamp, by: str) -> str:
    article = "the " if by in ("week", "year", "rolling12") else ""
    return article + formatting.period(start, by)


def _when(start: pd.Timestamp, by: str) -> str:
    return f"{'on' if by == 'day' else 'in'} {_named(start, by)}"


def _since(start: pd.Timestamp, by: str) -> str:
    return f"since {_named(start, by)}"
