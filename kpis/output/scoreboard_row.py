"""One indicator of one area as a row of a scoreboard: figure, past and verdict."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from kpis import formatting
from kpis.analysis import Verdict, headline
from kpis.charts import sparkline
from kpis.context import Target, targets
from kpis.definitions import Kpi
from kpis.formatting import capital
from kpis.output import area_names

SPARKLINE_PERIODS = 24


@dataclass(frozen=True)
class OtherFigure:
    """A figure to compare with, and whose it is: the force's, or a group's."""

    figure: str
    whose: str


@dataclass(frozen=True)
class Row:
    """One indicator of one area, in words that need no more rounding.

    `figure` is the latest settled figure; without one it names the state. `is_quiet`
    says that no weight can be put on it. `note` says what sets the figure apart: its
    period, its state, the site that it is of, how much is missing; `aside` is the note
    without the period.
    `interval` is given for small samples, `unit` where the figure leaves it out,
    `count` where cases are counted. `spark` is of `sparkline.sparkline`, None without
    a past, and `spark_label` says it in words.

    `variation`, `since` and `assurance` are those of the `Verdict`, `verdict` is it in
    short and `phrase` in full; `sentence` has the figure and its verdict. `year_ago`
    and `target` are "" where there is none. `read_with` names the indicators to read
    this one with; with `has_counterweight` they have to be in sight.
    """

    id: str
    title: str
    tier: str
    figure: str
    has_figure: bool
    is_quiet: bool
    note: str
    aside: str
    interval: str
    unit: str
    count: str
    spark: dict | None
    spark_label: str
    variation: str
    since: pd.Timestamp | None
    assurance: str | None
    verdict: str
    phrase: str
    sentence: str
    year_ago: str
    target: str
    others: tuple[OtherFigure, ...] = ()
    read_with: str = ""
    has_counterweight: bool = False


@dataclass(frozen=True)
class Shared:
    """What the rows of a scoreboard share: its area and the names of all areas.

    `aims` are the targets, `period` is the one that most rows are of, in words.
    `others` has the figures to compare with.
    """

    area: str
    names: Mapping[str, str]
    aims: Collection[Target]
    period: str
    others: pd.DataFrame | None


def of_series(series: pd.DataFrame, kpi: Kpi, shared: Shared) -> Row:
    """Return the row of a judged series."""
    latest, shown = headline.latest(series), headline.headline(series, kpi)
    ends = headline.ends(latest)
    target = targets.of_period(shared.aims, kpi.id, latest["area"], ends)
    verdict = headline.verdict(series, target)
    recent = series.tail(SPARKLINE_PERIODS)
    has_figure, has_past = pd.notna(shown["value"]), recent["value"].notna().any()
    site = area_names.site(latest["area"], shared.area, shared.names)
    return Row(
        id=kpi.id,
        title=kpi.wording.title,
        tier=kpi.wording.tier,
        figure=_figure(shown, kpi),
        has_figure=has_figure,
        is_quiet=not has_figure or shown["state"] == "too_few",
        note=_joined(
            _period(shown, shared.period), _state(shown), site, _missing(shown)
        ),
        aside=_joined(_state(shown), site, _missing(shown)),
        interval=_interval(shown, kpi.measure.unit),
        unit=formatting.left_out(kpi.measure.unit) if has_figure else "",
        count=_count(shown, kpi),
        spark=sparkline.sparkline(recent, kpi) if has_past else None,
        spark_label=_spoken(recent, kpi) if has_past else "",
        variation=verdict.variation,
        since=verdict.since,
        assurance=verdict.assurance,
        verdict=capital(verdict.phrase),
        phrase=_phrase(series, kpi, verdict, target),
        sentence=_sentence(series, kpi, verdict) if has_figure else "",
        year_ago=_year_ago(series, kpi),
        target=targets.in_short(target, kpi.measure.unit) if target.is_set else "",
        others=_others(shown, kpi, shared.others),
    )


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _figure(shown: pd.Series, kpi: Kpi) -> str:
    """Return a figure, or the state that says why there is none."""
    if pd.isna(shown["value"]):
        return formatting.of_state(shown["state"]).capitalize()
    return formatting.of_cell(shown, kpi.measure)


def _count(shown: pd.Series, kpi: Kpi) -> str:
    """Return how many cases a figure is of; rows of a return are not cases."""
    is_counted = kpi.measure.counts == "cases" and shown["n"] > 0
    has_count = is_counted and pd.notna(shown["value"])
    return formatting.count(shown["n"]) if has_count else ""


def _period(shown: pd.Series, shared: str) -> str:
    """Name the period of a figure where it is not the one that most rows share."""
    if pd.isna(shown["value"]):
        return ""
    period = headline.period(shown)
    return "" if period == shared else period


def _state(shown: pd.Series) -> str:
    """Name the state of a figure, or ""; the verdict already says "too few"."""
    has_word = pd.notna(shown["value"]) and shown["state"] != "too_few"
    return formatting.of_state(shown["state"]) if has_word else ""


def _missing(shown: pd.Series) -> str:
    """Return in a few words how much is missing from a figure, or ""."""
    if pd.isna(shown["value"]) or not shown["caveat"]:
        return ""
    lost = shown["refused"] + shown["unusable"]
    if pd.isna(lost):
        return "some rows missing"
    if not lost:
        return "some days empty"
    return f"{lost:,.0f} of {shown['rows']:,.0f} rows missing"


def _sentence(series: pd.DataFrame, kpi: Kpi, verdict: Verdict) -> str:
    """Say a figure, its verdict, and what is missing from it."""
    caveat = headline.headline(series, kpi)["caveat"]
    said = [headline.sentence(series, kpi, verdict), caveat]
    return " ".join(filter(None, said))


def _interval(shown: pd.Series, unit: str) -> str:
    """Return the interval of a small sample; a large one carries its figure alone."""
    if shown["state"] != "too_few" or pd.isna(shown["lower"]):
        return ""
    return formatting.between(shown["lower"], shown["upper"], unit)


def _phrase(series: pd.DataFrame, kpi: Kpi, verdict: Verdict, target: Target) -> str:
    latest, past = headline.latest(series), _year_ago(series, kpi)
    if pd.isna(latest["value"]):
        return latest["reason"]
    phrase = capital(verdict.phrase)
    if past:
        phrase += f"; {formatting.a_year_ago(past)}"
    if not verdict.outlook:
        return f"{phrase}."
    aim = targets.in_words(target, kpi.measure.unit)
    return f"{phrase}. {capital(verdict.outlook)}: {aim}."


def _year_ago(series: pd.DataFrame, kpi: Kpi) -> str:
    """Return the figure of a year ago, with as many digits as the latest, or "".

    A figure of twelve months has none: that of one month is something else.
    """
    latest, past = headline.latest(series), headline.year_ago(series)
    is_alike = headline.headline(series, kpi)["by"] == latest["by"]
    if not is_alike or pd.isna(latest["value"]) or pd.isna(past):
        return ""
    cases = formatting.cases(kpi.measure.counts, latest["n"], latest["cases"])
    return formatting.figure(past, kpi.measure.unit, cases)


def _others(
    shown: pd.Series, kpi: Kpi, others: pd.DataFrame | None
) -> tuple[OtherFigure, ...]:
    """Return the figures of other areas in the same period.

    A figure from the very same rows is left out: where one site answers for all, its
    figure is the force's.
    """
    if others is None or pd.isna(shown["value"]):
        return ()
    is_same = others["kpi"].eq(kpi.id) & others["by"].eq(shown["by"])
    is_same &= others["period_start"].eq(shown["period_start"])
    is_same &= others["value"].notna() & others["n"].ne(shown["n"])
    return tuple(
        OtherFigure(formatting.of_cell(row, kpi.measure), row["whose"])
        for _, row in others[is_same].iterrows()
    )


def _spoken(recent: pd.DataFrame, kpi: Kpi) -> str:
    """Say the sparkline in words, for those who do not see it."""
    known = recent[recent["value"].notna()]
    first, last = headline.period(known.iloc[0]), headline.period(known.iloc[-1])
    lowest, highest = (
        formatting.in_words(value, kpi.measure.unit)
        for value in (known["value"].min(), known["value"].max())
    )
    return f"{first} to {last}: between {lowest} and {highest}."
