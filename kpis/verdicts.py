"""What a series may be said to show: limits, rules and one plain verdict.

`spc` reproduces its peer, hazards included; here is what we do about them. Only
settled figures are judged, fewer than thirteen get no limits, a series that never
varies is said to, and screening that would leave no room between the limits is not
used.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpis import figures, spc

# Making Data Count shows neither limits nor icons below this number of points.
MINIMUM_POINTS = 13

_JUDGED_STATES = ("value", "reported")

# Direction alone does not say whether a difference comes nearer to zero.
_MEANINGS = {
    "higher": {0: "", 1: "improvement", -1: "concern"},
    "lower": {0: "", 1: "concern", -1: "improvement"},
    "neither": {0: "", 1: "change", -1: "change"},
    "nearer_zero": {0: "", 1: "change", -1: "change"},
}

_PHRASES = {
    "improvement": "better than its past",
    "concern": "worse than its past",
    "change": "changed",
}

_PERIODS = {
    "day": "days",
    "week": "weeks",
    "month": "months",
    "quarter": "quarters",
    "year": "years",
}


@dataclass(frozen=True)
class Verdict:
    """What may be said of the latest settled point.

    `variation` is common_cause, improvement, concern, change or no_verdict; `rule` is
    the rule that fired or ""; `since` is the start of the period in which the flagged
    run began, or None; `phrase` says it in words, without a full stop.
    """

    variation: str
    rule: str
    since: pd.Timestamp | None
    phrase: str


def judge(series: pd.DataFrame, better: str, by: str = "month") -> pd.DataFrame:
    """Add mean, lower_limit, upper_limit, rule and meaning to one series.

    `series` holds one indicator in one area, a row per period of the full calendar,
    with period_start, value and state. Rows that are not settled figures stay and get
    no rule. `meaning` is "", improvement, concern or change. Windows of twelve months
    overlap, so they are left unjudged. Raises ValueError when periods repeat or are out
    of order.
    """
    starts = series["period_start"]
    if not (starts.is_monotonic_increasing and starts.is_unique):
        raise ValueError("a series has each period once, in order")
    chart = _chart(series["value"].where(_is_judged(series)).to_numpy(), by)
    meanings = _MEANINGS[better]
    return series.assign(
        mean=chart["mean"].to_numpy(),
        lower_limit=chart["lower"].to_numpy(),
        upper_limit=chart["upper"].to_numpy(),
        rule=chart["rule"].to_numpy(),
        meaning=[meanings[spc.DIRECTIONS[rule]] for rule in chart["rule"]],
    )


def _is_judged(series: pd.DataFrame) -> pd.Series:
    return series["state"].isin(_JUDGED_STATES)


def _chart(values: np.ndarray, by: str) -> pd.DataFrame:
    if by == "rolling12" or np.count_nonzero(~np.isnan(values)) < MINIMUM_POINTS:
        return _no_chart(len(values))
    chart = spc.xmr(values)
    if not (chart["upper"] > chart["lower"]).all():
        chart = spc.xmr(values, screen=False)
    # No two neighbours among the points: there is no moving range at all.
    return _no_chart(len(values)) if chart["upper"].isna().any() else chart


def _no_chart(size: int) -> pd.DataFrame:
    blank = {"mean": np.nan, "lower": np.nan, "upper": np.nan, "rule": ""}
    return pd.DataFrame(blank, index=range(size))


def verdict(judged: pd.DataFrame, by: str = "month") -> Verdict:
    """The verdict on the latest settled row of a frame that `judge` returned.

    The latest row that is not provisional counts, also when it has no figure: a missing
    month is never passed over in favour of the one before it.
    """
    settled = judged[judged["state"] != "provisional"]
    reason = _reason_for_none(settled, by)
    if reason:
        return Verdict("no_verdict", "", None, reason)
    latest = settled.iloc[-1]
    if not latest["rule"]:
        varies = latest["upper_limit"] > latest["lower_limit"]
        phrase = "no clear change" if varies else "no variation"
        return Verdict("common_cause", "", None, phrase)
    since = settled["period_start"].iloc[_start_of_run(settled["rule"])]
    began = _when(since, by) if since == latest["period_start"] else _since(since, by)
    phrase = f"{_PHRASES[latest['meaning']]} {began}"
    return Verdict(latest["meaning"], latest["rule"], since, phrase)


def _reason_for_none(settled: pd.DataFrame, by: str) -> str:
    """Why the latest row cannot be judged, or ""."""
    if settled.empty:
        return "no settled figure yet"
    latest = settled.iloc[-1]
    if pd.isna(latest["value"]):
        return f"no data for {_named(latest['period_start'], by)}"
    if latest["state"] == "too_few":
        return "too few cases to judge change"
    if latest["state"] not in _JUDGED_STATES:
        return f"no verdict: {figures.missing(latest['state'])}"
    if by == "rolling12":
        return "not judged: windows of 12 months overlap"
    points = int(_is_judged(settled).sum())
    if points < MINIMUM_POINTS:
        return f"too few {_PERIODS[by]} to judge change ({points} of {MINIMUM_POINTS})"
    if pd.isna(latest["upper_limit"]):
        return f"too few {_PERIODS[by]} in a row to judge change"
    return ""


def _start_of_run(rules: pd.Series) -> int:
    """Position at which the flags that lead up to the last row began.

    Flags of the same direction belong together: a rule of higher precedence hides the
    others, so the name of the rule may change within a run. One point without a flag
    does not end it: the third point of two in three has none.
    """
    directions = rules.map(spc.DIRECTIONS).to_list()
    start = len(directions) - 1
    for position in range(start - 1, -1, -1):
        if directions[position] == directions[-1]:
            start = position
        elif directions[position] != 0 or start - position > 1:
            break
    return start


def sentence(
    unit: str, latest: pd.Series, year_ago: float, verdict: Verdict, by: str = "month"
) -> str:
    """One sentence for councillors on the latest settled figure.

    `latest` is a row with period_start, value, n and state; `year_ago` the value of the
    same period a year earlier, NaN if there is none. A figure that was published
    without its parts has no n.
    """
    if pd.isna(latest["value"]):
        named = _named(latest["period_start"], by)
        return f"No data for {named}: {figures.missing(latest['state'])}."
    now = figures.in_words(latest["value"], unit)
    text = f"{now} {_when(latest['period_start'], by)}"
    if latest["state"] != "reported":
        text += f", n {figures.count(latest['n'])}"
    past = "no figure" if pd.isna(year_ago) else figures.in_words(year_ago, unit)
    # what is counted by the year was said once
    past = past.removesuffix(f" {figures.left_out(unit)}")
    text += f"; {past} a year ago; {verdict.phrase}."
    return text[0].upper() + text[1:]


def _named(start: pd.Timestamp, by: str) -> str:
    article = "the " if by in ("week", "year", "rolling12") else ""
    return article + figures.period(start, by)


def _when(start: pd.Timestamp, by: str) -> str:
    return f"{'on' if by == 'day' else 'in'} {_named(start, by)}"


def _since(start: pd.Timestamp, by: str) -> str:
    return f"since {_named(start, by)}"
