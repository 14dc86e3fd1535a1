"""A scoreboard: every indicator of one area in words, as screen and paper show it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from kpis import formatting
from kpis.analysis import verdicts
from kpis.charts import spc_chart
from kpis.context import Target
from kpis.definitions import FAMILIES, Kpi
from kpis.output import scoreboard_row
from kpis.output.heading import shared_period
from kpis.output.scoreboard_row import SPARKLINE_PERIODS, Row, Shared

# the chart's marks that a sparkline is too small for
NOT_IN_SPARKLINES = ("too_few", "gap")
# changes worth saying, the worse first
NEWS = ("concern", "change", "improvement")
MOST_SAID = 3
COMPARED = ["kpi", "period_start", "by", "n", "value", "lower", "upper", "cases"]


@dataclass(frozen=True)
class Attention:
    """What has changed beyond chance: a heading, and the first changes in full.

    `chance` says how many flags chance alone raises, `rest` how many changes are only
    marked in the table; either may be "".
    """

    heading: str
    chance: str
    rows: tuple[Row, ...]
    rest: str


@dataclass(frozen=True)
class Family:
    """The indicators of one family."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class KeyEntry:
    """A mark of the sparklines, and what it means."""

    mark: str
    says: str


@dataclass(frozen=True)
class Scoreboard:
    """Every indicator of one area, by family, and what to look at first.

    `has_others` says whether figures of the force are shown next to the area's.
    """

    attention: Attention
    families: tuple[Family, ...]
    key: tuple[KeyEntry, ...]
    has_others: bool

    @property
    def rows(self) -> list[Row]:
        """Return the rows of all families."""
        return [row for family in self.families for row in family.rows]


def of_series(
    judged: pd.DataFrame,
    kpis: Mapping[str, Kpi],
    aims: Collection[Target],
    names: Mapping[str, str],
    by: str,
    others: pd.DataFrame | None = None,
) -> Scoreboard:
    """Return the scoreboard of one area.

    `judged` has the area's judged series by `by`, `aims` every target of the build,
    `names` the names of all areas. `others` has the figures to compare with, as
    `figures_to_compare` returns them.
    """
    # a site's figure stands for the area's in a few rows
    area = judged["area"].mode().iloc[0]
    shared = Shared(area, names, aims, shared_period(judged), others)
    rows = [
        scoreboard_row.of_series(
            series.reset_index(drop=True), kpis[str(kpi_id)], shared
        )
        for kpi_id, series in judged.groupby("kpi", sort=False)
    ]
    rows = with_counterweights(rows, kpis)
    by_family = [
        [row for row in rows if kpis[row.id].wording.family == family]
        for family in FAMILIES
    ]
    return Scoreboard(
        attention([row for family in by_family for row in family], _chance(judged, by)),
        tuple(
            Family(name.capitalize(), tuple(family))
            for name, family in zip(FAMILIES, by_family, strict=True)
            if family
        ),
        tuple(KeyEntry(mark, says) for mark, says in _key(judged)),
        others is not None,
    )


def figures_to_compare(
    force: pd.DataFrame, groups: pd.DataFrame, area: str, name_of_force: str
) -> pd.DataFrame:
    """Return the figures to show next to an area's: the force's and its groups'.

    `force` has the force's judged series, `groups` is of
    `area_comparison.groups_of_all`. Returns COMPARED, and `whose` in words.
    """
    is_member = groups["areas"].map(lambda areas: area in areas).astype(bool)
    own = groups[is_member].assign(whose=groups["group"])
    both = pd.concat([force.assign(whose=name_of_force), own], ignore_index=True)
    return both[[*COMPARED, "whose"]]


def with_counterweights(rows: list[Row], kpis: Mapping[str, Kpi]) -> list[Row]:
    """Return rows with the indicators to read each of them with.

    Where neither direction is good, the other figure has to be in sight: alone, a lower
    figure would be taken for praise.
    """
    by_id = {row.id: row for row in rows}
    found = []
    for row in rows:
        others = [by_id[other] for other in kpis[row.id].wording.read_with]
        said = [
            f"{other.title} {other.figure}" if other.has_figure else other.title
            for other in others
        ]
        found.append(
            replace(
                row,
                read_with=f"Read with: {'; '.join(said)}." if said else "",
                has_counterweight=kpis[row.id].judging.better == "neither",
            )
        )
    return found


def attention(rows: Collection[Row], chance: str) -> Attention:
    """Return what has changed beyond chance, the worse first, then the newer."""
    newest = sorted(rows, key=lambda row: row.since or pd.Timestamp.min, reverse=True)
    news = [row for sort in NEWS for row in newest if row.variation == sort]
    rest = len(news) - MOST_SAID
    return Attention(
        _heading(rows, len(news)),
        chance,
        tuple(news[:MOST_SAID]),
        f"{formatting.count(rest)} more, marked below." if rest > 0 else "",
    )


def _heading(rows: Collection[Row], news: int) -> str:
    """Say how much there is to see; silence is not good news."""
    if news:
        return f"{news} {'change' if news == 1 else 'changes'} worth your attention"
    steady = sum(row.variation == "common_cause" for row in rows)
    if not steady:
        return "No indicator has enough past to judge change"
    noun = "indicator" if steady == 1 else "indicators"
    return f"No clear change in the {steady} {noun} that can be judged"


def _chance(judged: pd.DataFrame, by: str) -> str:
    """Say how many of the flags chance alone would raise, at least."""
    latest = judged[judged["is_latest"]]
    return verdicts.chance_note(int(latest["upper_limit"].notna().sum()), by)


def _key(judged: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the marks that the sparklines hold, each with what it means."""
    recent = judged.groupby("kpi").tail(SPARKLINE_PERIODS)
    drawn = [pair for pair in spc_chart.key(recent) if pair[0] not in NOT_IN_SPARKLINES]
    if recent["mean"].notna().any():
        drawn += [("mean", "mean"), ("band", "its limits")]
    return drawn
