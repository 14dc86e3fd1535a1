"""A table of indicators: large figures, sparklines with limits, one plain verdict.

Streamlit's own tables cannot set a figure larger than text, nor hold a drawing that a
screen reader can name; so this is a real HTML table of our own.
"""

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from kpis import formatting
from kpis.analysis import Verdict, headline, verdicts
from kpis.charts import PALETTES, sparkline, spc_chart
from kpis.context import Target
from kpis.context import targets as target_words
from kpis.definitions import Kpi, glossary
from kpis.formatting import capital
from pages._components.mounting import component

SPARKLINE_PERIODS = 24
FAMILIES = ("operational", "customer", "employee", "financial")
NOT_IN_SPARKLINES = ("too_few", "gap")
# what is worth saying, the worse first
NEWS = ("concern", "change", "improvement")
MOST_SAID = 3
# heading and class of each column
COLUMNS = (
    ("Indicator", "name"),
    ("Latest", "figure"),
    ("Cases", "count"),
    ("Beside it", "beside"),
    ("Past and its limits", "spark"),
    ("What it says", "verdict"),
)
# said below the table's key to whoever asks
EXPLAINED = (
    "Cases", "Mean", "Limits", "Better or worse than its past", "Provisional",
    "Too few", "Not measured", "Not reliable", "Suppressed", "Peer group", "Target",
)  # fmt: skip

_mount = component("scoreboard", "drawing")


def show(table: dict) -> str | None:
    """Draw the table that `contents` made; return the indicator just opened, if any."""
    result = _mount(key="scoreboard", data=table, on_opened_change=lambda: None)
    return result.opened


def contents(
    judged: pd.DataFrame,
    kpis: Mapping[str, Kpi],
    targets: Mapping[str, Target],
    names: Mapping[str, str],
    by: str,
    theme: str,
    others: pd.DataFrame | None = None,
) -> dict:
    """Return the table of one area as JSON, by family, and what to say before it.

    `judged` is a scoreboard by `by` whose series have been judged, `targets` those in
    force by indicator, `names` those of the areas. `others` has figures to set beside
    the area's, of `_cached.beside_area`.
    """
    usual = judged["area"].mode().iloc[0]
    elsewhere = {code: name for code, name in names.items() if code != usual}
    shared, has_others = shared_period(judged), others is not None
    families: dict[str, list] = {family: [] for family in FAMILIES}
    for kpi_id, series in judged.groupby("kpi", sort=False):
        own = series.reset_index(drop=True)
        row = _row(own, kpis[kpi_id], targets[kpi_id], shared)
        row["beside"] = _beside(own, kpis[kpi_id], others)
        site = _answered_at(own, elsewhere)
        for name in ("note", "aside"):
            row[name] = ", ".join(filter(None, [row[name], site]))
        families[kpis[kpi_id].wording.family].append(row)
    _read_with([row for rows in families.values() for row in rows], kpis)
    return {
        "attention": attention(list(families.values()), _chance(judged, by)),
        "caption": "Indicators with their latest settled figure",
        "columns": [one for one in COLUMNS if has_others or one[1] != "beside"],
        "key": _key(judged),
        "help": [[term, glossary.plain(term)] for term in EXPLAINED],
        "families": [
            {"title": family.capitalize(), "rows": rows}
            for family, rows in families.items()
            if rows
        ],
        "palette": asdict(PALETTES[theme]),
    }


def _read_with(rows: list[dict], kpis: Mapping[str, Kpi]) -> None:
    """Give each row what it is to be read with, and show it where no direction is good.

    There, less is praised by nobody until the other figure is seen too.
    """
    of = {row["id"]: row for row in rows}
    for row in rows:
        others = [of[other] for other in kpis[row["id"]].wording.read_with]
        said = [
            one["title"] if one["is_word"] else f"{one['title']} {one['figure']}"
            for one in others
        ]
        row["read_with"] = f"Read with: {'; '.join(said)}." if said else ""
        row["has_counterweight"] = kpis[row["id"]].judging.better == "neither"


def attention(families: list[list[dict]], chance: str) -> dict:
    """Return what has changed beyond chance, the worse and the newer first.

    `families` are rows of the table. Three are said in full.
    """
    rows = [row for family in families for row in family]
    newest = sorted(rows, key=lambda row: row["since"], reverse=True)
    news = [row for sort in NEWS for row in newest if row["variation"] == sort]
    rest = len(news) - MOST_SAID
    return {
        "heading": _heading(rows, len(news)),
        "chance": chance,
        # the sentence names its own period: of a row of twelve months it says the last
        "rows": [row | {"note": row["aside"]} for row in news[:MOST_SAID]],
        "rest": f"{formatting.count(rest)} more, marked below." if rest > 0 else "",
    }


def _heading(rows: list[dict], news: int) -> str:
    """How much there is to see; silence is not good news."""
    if news:
        return f"{news} {'change' if news == 1 else 'changes'} worth your attention"
    steady = sum(row["variation"] == "common_cause" for row in rows)
    if not steady:
        return "No indicator has enough past to judge change"
    noun = "indicator" if steady == 1 else "indicators"
    return f"No clear change in the {steady} {noun} that can be judged"


def _chance(judged: pd.DataFrame, by: str) -> str:
    """How many of the flags shown chance alone would raise, at least."""
    latest = judged[judged["is_latest"]]
    return verdicts.chance_note(int(latest["upper_limit"].notna().sum()), by)


def _key(judged: pd.DataFrame) -> list[dict]:
    """Name what the small pictures hold, in one line."""
    recent = judged.groupby("kpi").tail(SPARKLINE_PERIODS)
    drawn = [one for one in spc_chart.key(recent) if one[0] not in NOT_IN_SPARKLINES]
    if recent["mean"].notna().any():
        drawn += [("mean", "mean"), ("band", "its limits")]
    return [{"mark": mark, "says": says} for mark, says in drawn]


def shared_period(judged: pd.DataFrame) -> str:
    """Return in words the period that most headline figures are of, or ""."""
    found = judged[judged["is_latest"] & judged["value"].notna()]
    return found.apply(headline.period, axis=1).mode().iloc[-1] if len(found) else ""


def _answered_at(series: pd.DataFrame, elsewhere: Mapping[str, str]) -> str:
    """Name the site whose figure stands for a borough's."""
    site = elsewhere.get(headline.latest(series)["area"])
    return f"figure of {site}" if site else ""


def _row(series: pd.DataFrame, kpi: Kpi, target: Target, shared: str) -> dict:
    latest, verdict = headline.headline(series, kpi), headline.verdict(series, target)
    recent = series.tail(SPARKLINE_PERIODS)
    has_figure = pd.notna(latest["value"])
    has_past = recent["value"].notna().any()
    # rows of a return are no cases
    is_counted = has_figure and kpi.measure.counts == "cases" and latest["n"] > 0
    return {
        "id": kpi.id,
        "title": kpi.wording.title,
        "tier": kpi.wording.tier,
        "note": _note(latest, shared),
        "aside": _state(latest),
        "figure": formatting.of_cell(latest, kpi.measure)
        if has_figure
        else formatting.missing(latest["state"]).capitalize(),
        "is_word": not has_figure,
        "is_quiet": not has_figure or latest["state"] == "too_few",
        "interval": _interval(latest, kpi.measure.unit),
        "unit": formatting.left_out(kpi.measure.unit) if has_figure else "",
        "count": formatting.count(latest["n"]) if is_counted else "",
        "spark": sparkline.sparkline(recent, kpi) if has_past else None,
        "spark_label": _spoken(recent, kpi) if has_past else "",
        "variation": verdict.variation,
        "since": str(verdict.since or ""),
        "sentence": headline.sentence(series, kpi, verdict) if has_figure else "",
        "verdict": capital(verdict.phrase),
        "year_ago": _year_ago(series, kpi),
        "target": target_words.in_short(target, kpi.measure.unit)
        if target.is_set
        else "",
        "assurance": verdict.assurance,
        "phrase": _phrase(series, kpi, verdict, target),
    }


def _note(latest: pd.Series, shared: str) -> str:
    """What sets this figure apart from the others: its period, its state."""
    if pd.isna(latest["value"]):
        return ""
    period = headline.period(latest)
    return ", ".join(filter(None, ["" if period == shared else period, _state(latest)]))


def _state(latest: pd.Series) -> str:
    """The state of a figure, or ""; the verdict's column says that cases are few."""
    has_word = pd.notna(latest["value"]) and latest["state"] != "too_few"
    return formatting.missing(latest["state"]) if has_word else ""


def _interval(latest: pd.Series, unit: str) -> str:
    """The interval of a small sample; a large one carries its figure by itself."""
    if latest["state"] != "too_few" or pd.isna(latest["lower"]):
        return ""
    ends = [formatting.figure(latest[end], unit) for end in ("lower", "upper")]
    return " to ".join(ends)


def _phrase(series: pd.DataFrame, kpi: Kpi, verdict: Verdict, target: Target) -> str:
    latest, past = headline.latest(series), _year_ago(series, kpi)
    if pd.isna(latest["value"]):
        return latest["reason"]
    phrase = verdict.phrase[0].upper() + verdict.phrase[1:]
    if past:
        phrase += f"; {past} a year ago"
    if not verdict.outlook:
        return f"{phrase}."
    outlook = verdict.outlook[0].upper() + verdict.outlook[1:]
    return f"{phrase}. {outlook}: {target_words.in_words(target, kpi.measure.unit)}."


def _year_ago(series: pd.DataFrame, kpi: Kpi) -> str:
    """The figure of a year ago, with as many digits as the latest, or "".

    Twelve months have none: that of one month would be something else.
    """
    latest, past = headline.latest(series), headline.year_ago(series)
    is_alike = headline.headline(series, kpi)["by"] == latest["by"]
    if not is_alike or pd.isna(latest["value"]) or pd.isna(past):
        return ""
    cases = formatting.cases(kpi.measure.counts, latest["n"], latest["cases"])
    return formatting.figure(past, kpi.measure.unit, cases)


def _beside(
    series: pd.DataFrame, kpi: Kpi, others: pd.DataFrame | None
) -> list[tuple[str, str]]:
    """Return the figures of the headline's period, and whose each is.

    None for the very same rows, where one site answers for all; none for twelve months.
    """
    latest = headline.headline(series, kpi)
    if others is None or pd.isna(latest["value"]):
        return []
    is_same = others["kpi"].eq(kpi.id) & others["by"].eq(latest["by"])
    is_same &= others["period_start"].eq(latest["period_start"])
    is_same &= others["value"].notna() & others["n"].ne(latest["n"])
    return [
        (formatting.of_cell(row, kpi.measure), row["whose"])
        for _, row in others[is_same].iterrows()
    ]


def _spoken(recent: pd.DataFrame, kpi: Kpi) -> str:
    """The sparkline in words, for whoever does not see it."""
    shown = recent[recent["value"].notna()]
    first, last = headline.period(shown.iloc[0]), headline.period(shown.iloc[-1])
    lowest, highest = (
        formatting.in_words(value, kpi.measure.unit)
        for value in (shown["value"].min(), shown["value"].max())
    )
    return f"{first} to {last}: between {lowest} and {highest}."
