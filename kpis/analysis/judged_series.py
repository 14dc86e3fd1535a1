"""Series with their limits, rules and meanings, as every page shows them."""

from collections.abc import Collection

import pandas as pd

from kpis.context import lookup
from kpis.results import Build, queries
from kpis.statistics import ChartSettings, spc_judgement

# limits are calculated over so many periods, the same for every page
PERIODS_JUDGED = 36
UNMEASURED = ("not_measured", "not_applicable")


def of_area(
    build: Build, area: str, by: str, kpi_ids: Collection[str] | None = None
) -> pd.DataFrame:
    """Return the judged series of all indicators of an area.

    One row per indicator and period, from the first to the last that was measured;
    columns of `queries.scoreboard` and those that `spc_judgement.judge` adds. A segment
    ends at a break, and where the figure is that of another site. With `kpi_ids` only
    theirs, and the same rows as among all.
    """
    cells = queries.scoreboard(build, area, by, PERIODS_JUDGED, kpi_ids)
    series = cells[_is_since_measured(cells)].reset_index(drop=True)
    breaks = {
        (kpi_id, shown): [
            each.day
            for each in lookup.breaks_of_shown(build, kpi_id, {area, shown})
            if not each.is_joinable and not each.is_of_site
        ]
        for kpi_id, shown in set(zip(series["kpi"], series["area"], strict=True))
    }
    settings = {
        kpi.id: ChartSettings(
            kpi.judging.better, kpi.judging.chart, kpi.measure.resolution
        )
        for kpi in build.kpis.values()
    }
    judged = spc_judgement.judge_all(series, settings, breaks)
    return judged.assign(segment=_segments(judged))


def _segments(judged: pd.DataFrame) -> pd.Series:
    """Number each indicator's segments; one ends where the figure is another site's."""
    before = judged.groupby("kpi")[["area", "segment"]].shift()
    is_first = judged["segment"].ne(before["segment"])
    begins = is_first | judged["area"].ne(before["area"])
    return begins.groupby(judged["kpi"]).cumsum() - 1


def of_areas(build: Build, kpi_id: str, areas: list[str], by: str) -> pd.DataFrame:
    """Return the judged series of one indicator in each area that has one."""
    frames = [of_area(build, area, by, [kpi_id]) for area in areas]
    # with nothing measured there is one row, which says why
    measured = [one for one in frames if not one["state"].isin(UNMEASURED).all()]
    return pd.concat(measured, ignore_index=True) if measured else frames[0][:0]


def _is_since_measured(cells: pd.DataFrame) -> pd.Series:
    """Whether a row lies between the first and the last that was measured."""
    is_measured = ~cells["state"].isin(UNMEASURED)
    has_begun = is_measured.groupby(cells["kpi"]).cummax()
    is_not_over = is_measured[::-1].groupby(cells["kpi"]).cummax()
    return has_begun & is_not_over | cells["is_latest"]
