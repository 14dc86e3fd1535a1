"""What the engine says of an area, asked of `results` alone: the audit's measure.

Nothing here comes from pages, their caches or their judged series, and the parts of a
figure are added up once more from the cube.
"""

from datetime import date

import numpy as np
import pandas as pd

from kpis import formatting, periods, settings
from kpis.definitions import Kpi
from kpis.periods import Period
from kpis.results import queries
from kpis.results.opened_build import Build

# figures of tables whose rows add up; values are taken to be the same within this
TOLERANCE = 1e-9
LONGEST_CELLS = ("month", "quarter", "year", "rolling12")


class Engine:
    """The figures of one build; each area and kind of period is asked once."""

    def __init__(self, build: Build):
        self.build = build
        self.kpis = build.kpis
        self._latest: dict[tuple[str, str], dict[str, pd.Series]] = {}
        self._series: dict[tuple[str, str], dict[str, pd.DataFrame]] = {}
        self._areas: dict[tuple, dict[str, pd.Series]] = {}

    def series(self, kpi_id: str, area: str, by: str) -> pd.DataFrame:
        """Return every period of a series, by its own length (column `by`)."""
        if (area, by) not in self._series:
            self._ask(area, by)
        return self._series[area, by][kpi_id]

    def latest(self, kpi_id: str, area: str, by: str) -> pd.Series:
        """Return the row of the latest settled period, or of the last there is."""
        if (area, by) not in self._latest:
            self._ask(area, by)
        return self._latest[area, by][kpi_id]

    def headline(self, kpi_id: str, area: str, by: str) -> pd.Series:
        """Return the row that an overview shows in large: of twelve months for some."""
        row = self.latest(kpi_id, area, by)
        is_of_twelve = self.kpis[kpi_id].measure.accumulate == "rolling12"
        if not is_of_twelve or self._settled(kpi_id, area, row["by"]) is None:
            return row
        end = row["period_end"].date()
        found = queries.shown(self.build, [kpi_id], area, end, end, "rolling12")
        # twelve months have no interval of their own in a table
        nothing = {"lower": float("nan"), "upper": float("nan"), "cases": float("nan")}
        return pd.Series({**found.iloc[0], **nothing, "by": "rolling12"})

    def a_year_before(self, row: pd.Series, area: str, by: str) -> pd.Series:
        """Return the row of the same period a year earlier."""
        ends = row["period_start"].date(), row["period_end"].date()
        start = pd.Timestamp(periods.year_before(ends, row["by"])[0])
        series = self.series(row["kpi"], area, by)
        return series[series["period_start"] == start].iloc[0]

    def areas(self, row: pd.Series, kind: str) -> dict[str, pd.Series]:
        """Return the rows of all areas of a kind in the period of a row, by code."""
        period = (row["period_start"], row["by"])
        if (row["kpi"], kind, *period) not in self._areas:
            # those of the same period come along: a query costs more than its rows
            known = [one for rows in self._latest.values() for one in rows.values()]
            same = {
                one["kpi"]
                for one in known
                if (one["period_start"], one["by"]) == period
            }
            kpi_ids = sorted(same | {row["kpi"]})
            codes = [
                code for code, one in self.build.places.kinds.items() if one == kind
            ]
            ends = row["period_start"].date(), row["period_end"].date()
            found = queries.series(self.build, kpi_ids, codes, *ends, row["by"])
            found = found[found["period_end"] == row["period_end"]]
            for kpi_id, rows in found.groupby("kpi"):
                by_code = {one["area"]: one for _, one in rows.iterrows()}
                self._areas[kpi_id, kind, *period] = by_code
        return self._areas[row["kpi"], kind, *period]

    def group(self, row: pd.Series, group: str) -> tuple[float, float]:
        """Return value and n of a group of boroughs together, in the period of a row.

        Both are NaN where a borough of it has no figure.
        """
        own = [code for name, code in self.build.table("peer_groups") if name == group]
        boroughs = self.areas(row, "bocu")
        rows = pd.DataFrame([boroughs[code] for code in own])
        if not len(rows) or rows["value"].isna().any():
            return float("nan"), float("nan")
        value = rows["numerator"].sum() / rows["denominator"].sum()
        return value, rows["n"].sum()

    def added_up(self, row: pd.Series) -> float:
        """Return the value of a row once more, from the cube's cells of its days.

        NaN where a value is not made of cells: published, or made of other indicators.
        """
        kpi = self.kpis[row["kpi"]]
        if not kpi.sql or kpi.population.stage == "published":
            return float("nan")
        size = "month" if row["by"] in LONGEST_CELLS else "day"
        table = f"{size}_{'values' if kpi.measure.has_values else 'cells'}"
        cells = self.build.warehouse.query(
            f"from {table} where kpi = ? and on_date between ? and ?",
            [kpi.id, row["period_start"].date(), row["period_end"].date()],
        )
        if row["area"] != settings.FORCE:
            cells = cells[cells["area_code"].isin(self._codes(row["area"]))]
        if kpi.measure.has_values:
            values = np.repeat(cells["value"], cells["frequency"])
            return (
                float(np.quantile(values, kpi.measure.quantile))
                if len(values)
                else np.nan
            )
        sides = cells.groupby("part")[["numerator", "denominator"]].sum()
        ratios = (
            sides["numerator"] / sides["denominator"] * kpi.measure.denominator_unit
        )
        if kpi.measure.kind == "difference":
            ratios = ratios.reindex(["a", "b"])
            return float(ratios["a"] - ratios["b"])
        return float(ratios.iloc[0]) if len(ratios) else float("nan")

    def _codes(self, area: str) -> list[str]:
        """Return the codes of an area's cells: its own and those of its counters."""
        parts = self.build.places.parts.get(area, ())
        kinds = self.build.places.kinds
        return [area, *(one for one, *_ in parts if kinds[one] == "facility")]

    def _settled(self, kpi_id: str, area: str, by: str) -> Period | None:
        return queries.latest_settled(self.build, kpi_id, area, by)

    def _ask(self, area: str, by: str) -> None:
        """Ask for all indicators of an area at once, each by its own length."""
        lengths: dict[str, list[str]] = {}
        for kpi in self.kpis.values():
            smallest = queries.smallest_period(self.build, kpi, area) or by
            own = max(by, smallest, key=periods.LENGTHS.index)
            lengths.setdefault(own, []).append(kpi.id)
        known = [self.build.arrived(kpi_id) for kpi_id in self.kpis]
        first = min((one.first for one in known if one.first), default=date.max)
        start, end = min(first, self.build.as_at), self.build.as_at
        series, latest = {}, {}
        for own, kpi_ids in lengths.items():
            found = queries.shown(self.build, kpi_ids, area, start, end, own)
            last = self._last_days(kpi_ids, area, own)
            for kpi_id, rows in found.assign(by=own).groupby("kpi", sort=False):
                is_latest = rows["period_end"].dt.date == last[kpi_id]
                series[kpi_id], latest[kpi_id] = rows, rows[is_latest].iloc[0]
        self._series[area, by], self._latest[area, by] = series, latest

    def _last_days(self, kpi_ids: list[str], area: str, by: str) -> dict[str, date]:
        """Return the last day of the period that each indicator's figure is of."""
        settled = {one: self._settled(one, area, by) for one in kpi_ids}
        arrived = {one: self.build.arrived(one).last for one in kpi_ids}
        some = [one for one in kpi_ids if settled[one]] or kpi_ids
        days = [arrived[one] for one in some if arrived[one]]
        ends = [period[1] for period in settled.values() if period]
        day = max([*days, *ends], default=self.build.as_at)
        last = periods.of_day(day, by)[1]
        return {one: (settled[one] or (last, last))[1] for one in kpi_ids}


def figure(row: pd.Series, kpi: Kpi) -> str:
    """The figure of a row in the words of the product; its state where it has none."""
    if pd.isna(row["value"]):
        return formatting.of_state(row["state"])
    return formatting.of_cell(row, kpi.measure)
