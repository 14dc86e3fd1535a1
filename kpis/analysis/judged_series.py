"""Series with their limits, rules and meanings, as every page shows them."""

from collections.abc import Collection

import pandas as pd

from kpis.context import lookup
from kpis.results import Build, queries
from kpis.statistics import Charted, spc_judgement

# limits are computed over so many periods, the same for every page
PERIODS_JUDGED = 36
UNMEASURED = ("not_measured", "not_applicable")


def judged(
    build: Build, area: str, by: str, kpi_ids: Collection[str] | None = None
) -> pd.DataFrame:
    """Return the scoreboard of an area with limits, rules and meanings.

    One row per indicator and period, from the first to the last that was measured;
    columns of `results.scoreboard` and those that `judging.judge` adds. With `kpi_ids`
    only theirs, and the same rows as among all.
    """
    found = queries.scoreboard(build, area, by, PERIODS_JUDGED, kpi_ids)
    kept = found[_is_since_measured(found)].reset_index(drop=True)
    breaks = {
        pair: [one.day for one in lookup.breaks(build, *pair) if not one.is_joinable]
        for pair in set(zip(kept["kpi"], kept["area"], strict=True))
    }
    charted = {
        one.id: Charted(one.judging.better, one.judging.chart, one.measure.resolution)
        for one in build.kpis.values()
    }
    return spc_judgement.judge_all(kept, charted, breaks)


def of_areas(build: Build, kpi_id: str, areas: list[str], by: str) -> pd.DataFrame:
    """Return the judged series of an indicator in each area that has one."""
    frames = [judged(build, area, by, [kpi_id]) for area in areas]
    # with nothing measured there is one row, which says why
    some = [one for one in frames if not one["state"].isin(UNMEASURED).all()]
    return pd.concat(some, ignore_index=True) if some else frames[0][:0]


def _is_since_measured(found: pd.DataFrame) -> pd.Series:
    """Whether a row lies between the first and the last that was measured."""
    is_measured = ~found["state"].isin(UNMEASURED)
    has_begun = is_measured.groupby(found["kpi"]).cummax()
    is_not_over = is_measured[::-1].groupby(found["kpi"]).cummax()
    return has_begun & is_not_over | found["is_latest"]
