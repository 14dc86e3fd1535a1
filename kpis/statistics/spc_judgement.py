"""Limits, rules and meanings of series: what charts draw and verdicts rest on.

`spc` reproduces its peers, hazards included; here is what we do about them. Only
settled figures are judged. Fewer than thirteen since the last break get no limits.
Screening that would leave no room between the limits is not used. Limits are not cut at
0 or 100 %: a chart does that, and targets are compared with the limits as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kpis.statistics import spc

# Making Data Count shows no limits and no icons below this number of points
MINIMUM_POINTS = 13

JUDGED_STATES = ("value", "reported")
COLUMNS = ("segment", "mean", "lower_limit", "upper_limit", "rule", "meaning")

# what a flag to the low side, no flag, and one to the high side mean
_MEANINGS = {
    "higher": ("concern", "", "improvement"),
    "lower": ("improvement", "", "concern"),
    "neither": ("change", "", "change"),
}
# unit of the calendar, and how many of it lie between neighbouring periods' starts
_STEPS = {
    "day": ("D", 1),
    "week": ("D", 7),
    "month": ("M", 1),
    "quarter": ("M", 3),
    "year": ("M", 12),
    "rolling12": ("M", 1),
}


@dataclass(frozen=True)
class ChartSettings:
    """How a series is judged: good direction, kind of chart, smallest step that counts.

    `better` is higher, lower, neither or nearer_zero; `chart` is xmr or p_prime.
    """

    better: str
    chart: str
    resolution: float


def judge(
    series: pd.DataFrame,
    better: str,
    by: str = "month",
    *,
    chart: str = "xmr",
    breaks: Iterable[date] = (),
    resolution: float = 0.0,
) -> pd.DataFrame:
    """Add segment, mean, lower_limit, upper_limit, rule and meaning to one series.

    `series` has a row per period with period_start, value and state; a period without a
    row is a gap in the calendar, as is one without a value. Rows that are not settled
    figures stay and get no rule. `meaning` is "", improvement, concern or change.
    Windows of twelve months overlap, so they are not judged.

    `chart` is xmr or p_prime, which also needs `cases` or, without that column,
    `denominator`: the independent cases behind each share, effective ones where
    answers are weighted. Figures published without their cases get an XmR chart.

    `breaks` are days from which figures cannot be compared with those before: limits
    start again with the first period that starts on or after one. A value within
    `resolution` of the mean, the smallest step that was measured, counts as on it.
    Raises ValueError when periods repeat or are out of order.
    """
    settings = ChartSettings(better, chart, resolution)
    return series.assign(**_judgement(_rows(series), settings, by, breaks))


def judge_all(
    frame: pd.DataFrame,
    settings: Mapping[str, ChartSettings],
    breaks: Mapping[tuple[str, str], Sequence[date]] | None = None,
) -> pd.DataFrame:
    """Judge many series at once, each as `judge` does: one frame in, one out.

    `frame` has kpi, area and by as well as the columns of a series, the rows of each
    series together. `settings` are by kpi, `breaks` by kpi and area.
    """
    rows = _rows(frame)
    names = frame[["kpi", "area", "by"]].to_numpy(dtype=object)
    begins = np.flatnonzero(np.append(True, (names[1:] != names[:-1]).any(axis=1)))
    judgements = []
    for places in np.split(np.arange(len(frame)), begins[1:]) if len(frame) else []:
        kpi, area, by = names[places[0]]
        own = rows.at(slice(places[0], places[-1] + 1))
        own_breaks = (breaks or {}).get((kpi, area), ())
        judgements.append(_judgement(own, settings[kpi], by, own_breaks))
    return frame.assign(
        **{name: _joined(judged[name] for judged in judgements) for name in COLUMNS}
    )


def _joined(parts: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.empty(0, dtype=object), *parts]).tolist()


@dataclass(frozen=True)
class _Rows:
    """What a judgement needs: first days, judged values, cases behind each."""

    starts: np.ndarray
    values: np.ndarray
    cases: np.ndarray | None

    def at(self, places: slice) -> "_Rows":
        cases = None if self.cases is None else self.cases[places]
        return _Rows(self.starts[places], self.values[places], cases)


def _rows(series: pd.DataFrame) -> _Rows:
    is_judged = np.isin(series["state"].to_numpy(dtype=object), JUDGED_STATES)
    values = series["value"].to_numpy(dtype=float)
    cases = series.get("cases", series.get("denominator"))
    return _Rows(
        days(series["period_start"]),
        np.where(is_judged, values, np.nan),
        None if cases is None else cases.to_numpy(dtype=float),
    )


def _judgement(
    rows: _Rows, settings: ChartSettings, by: str, breaks: Iterable[date]
) -> dict[str, np.ndarray]:
    """Return the columns that a judgement adds."""
    places = _calendar_places(rows.starts, by)
    if len(places) and places[-1] + 1 != len(places):
        whole = _with_gaps(rows, places, by)
        judged = _judgement(whole, settings, by, breaks)
        return {name: column[places] for name, column in judged.items()}
    cases = rows.cases if settings.chart == "p_prime" else None
    if settings.chart == "p_prime" and cases is None:
        raise ValueError("a P' chart takes the cases behind each share")
    size = len(rows.values)
    added = {
        "segment": np.zeros(size, dtype=int),
        **{name: np.full(size, np.nan) for name in COLUMNS[1:4]},
        "rule": np.full(size, "", dtype=object),
    }
    restarts = restart_places(rows.starts, breaks)
    for number, own in enumerate(spc.segments(size, restarts)):
        added["segment"][own] = number
        if by != "rolling12":
            sizes = None if cases is None else cases[own]
            _add_limits(added, own, rows.values[own], sizes, settings.resolution)
    meanings = _meanings(settings.better, added["rule"], rows.values, added["mean"])
    return added | {"meaning": meanings}


def _calendar_places(starts: np.ndarray, by: str) -> np.ndarray:
    """Return the place of each period, from 0, in a calendar that leaves none out."""
    unit, step = _STEPS[by]
    steps = np.diff(starts.astype(f"datetime64[{unit}]")).astype(int)
    if (steps <= 0).any() or (steps % step).any():
        raise ValueError("a series has each period once, in order")
    return np.append(0, np.cumsum(steps // step))[: len(starts)]


def _with_gaps(rows: _Rows, places: np.ndarray, by: str) -> _Rows:
    """Return the rows in a full calendar, without value and cases in the gaps."""
    unit, step = _STEPS[by]
    size = places[-1] + 1

    def spread(column: np.ndarray) -> np.ndarray:
        full = np.full(size, np.nan)
        full[places] = column
        return full

    calendar = rows.starts[0].astype(f"datetime64[{unit}]") + step * np.arange(size)
    cases = None if rows.cases is None else spread(rows.cases)
    return _Rows(calendar.astype("datetime64[D]"), spread(rows.values), cases)


def days(starts: pd.Series) -> np.ndarray:
    """Return the first days of periods as NumPy days."""
    return starts.to_numpy().astype("datetime64[D]")


def restart_places(starts: np.ndarray, breaks: Iterable[date]) -> list[int]:
    """Return the positions of the first periods that lie wholly after a break."""
    break_days = np.array(list(breaks), dtype="datetime64[D]")
    places = np.searchsorted(starts, break_days)
    return [int(place) for place in places if 0 < place < len(starts)]


def _add_limits(
    added: dict[str, np.ndarray],
    own: np.ndarray,
    values: np.ndarray,
    sizes: np.ndarray | None,
    resolution: float,
) -> None:
    """Fill in limits and rules of one segment, if it is long enough for any."""
    has_value = ~np.isnan(values)
    if np.count_nonzero(has_value) < MINIMUM_POINTS:
        return
    if sizes is not None and (sizes[has_value] > 0).all():
        limits = _p_prime(values, sizes)
    else:
        limits = _xmr(values)
    upper = np.broadcast_to(limits.upper, len(values))
    # no limits without cases, or where no two neighbours leave a moving range
    added["mean"][own] = np.where(np.isnan(upper), np.nan, limits.mean)
    added["lower_limit"][own] = limits.lower
    added["upper_limit"][own] = upper
    # a median of whole seconds that is 15, and once 16, has not changed
    is_on_mean = np.abs(values - limits.mean) <= resolution
    added["rule"][own] = spc.rules(np.where(is_on_mean, limits.mean, values), limits)


def _xmr(values: np.ndarray) -> spc.Limits:
    limits = spc.limits_of(values, screen=True)
    return limits if limits.upper > limits.lower else spc.limits_of(values, False)


def _p_prime(values: np.ndarray, sizes: np.ndarray) -> spc.Limits:
    """Return limits for every row with cases, from those that are judged."""
    is_base = np.ones(len(values), dtype=bool)
    return spc.p_prime_limits(values * sizes, sizes, is_base).limits


def _meanings(
    better: str, rules: np.ndarray, values: np.ndarray, means: np.ndarray
) -> np.ndarray:
    directions = np.array([spc.DIRECTIONS[rule] for rule in rules], dtype=int)
    if better != "nearer_zero":
        return np.array(_MEANINGS[better], dtype=object)[directions + 1]
    # a rising or falling run is read by where it goes, others by where they lie
    is_trend = np.array([rule.startswith("trend") for rule in rules], dtype=bool)
    comes_nearer = np.where(directions * values > 0, -1, 1)
    lies_nearer = np.sign(np.abs(means) - np.abs(values))
    nearness = np.where(is_trend, comes_nearer, lies_nearer)
    words = np.select(
        [nearness > 0, nearness < 0], ["improvement", "concern"], "change"
    )
    return np.where(directions == 0, "", words).astype(object)
