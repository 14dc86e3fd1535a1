"""The questions that pages ask of a build, answered as tidy frames.

Numbers come from the cube by one query a kind of cell; this module adds values,
intervals and states. See `docs/architecture.md` for the order of the states.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from kpis import (
    build,
    coverage,
    intervals,
    periods,
    reference,
    rowsource,
    settings,
    warehouse,
)
from kpis.coverage import Coverage
from kpis.errors import UserError, unknown
from kpis.periods import Period
from kpis.registry import Kpi
from kpis.warehouse import Warehouse, fill, literal

COLUMNS = [
    "kpi", "area", "period_start", "period_end", "n", "numerator", "denominator",
    "value", "lower", "upper", "state", "reason",
]  # fmt: skip
MEDIAN = 0.5


@dataclass(frozen=True)
class Build:
    """A finished build, open for reading."""

    id: str
    warehouse: Warehouse
    kpis: dict[str, Kpi]
    imports: list[dict]
    area_kinds: dict[str, str]
    is_demo: bool

    @property
    def as_at(self) -> date:
        """Return the day of the latest extraction; today where no import counts."""
        days = [one["extracted_at"] for one in self.imports]
        return max(days, default=date.today())

    def close(self) -> None:
        """Close the database."""
        self.warehouse.close()


def current_build_id(data_dir: Path | None = None) -> str | None:
    """Return the id of the build in use, or None before the first."""
    return build.current_id(data_dir or settings.data_dir())


def open_build(data_dir: Path | None = None, build_id: str | None = None) -> Build:
    """Open a build, the current one by default; UserError if there is none."""
    data_dir = data_dir or settings.data_dir()
    build_id = build_id or build.current_id(data_dir)
    if build_id is None:
        raise UserError(
            "There is no build yet. Import a file and build: "
            "python -m kpis import FILE --mapping NAME, then python -m kpis build. "
            "Or make the demo: python -m kpis demo."
        )
    place = build.directory(data_dir, build_id)
    marts = {f"mart_{name}": build.mart_files(place, name) for name in rowsource.MARTS}
    house = warehouse.reader(place / "cube.duckdb", marts)
    facts = dict(house.tuples(warehouse.text("results/facts")))
    kinds = {
        code: kind for code, _, kind in house.tuples(warehouse.text("results/areas"))
    }
    return Build(
        build_id, house, _kpis(house), _imports(house), kinds,
        facts["is_demo"] == "true",
    )  # fmt: skip


def _kpis(house: Warehouse) -> dict[str, Kpi]:
    """Return the indicators as they were when the build was made."""
    rows = house.tuples(warehouse.text("results/kpis"))
    kpis = {}
    for kpi_id, digest, header, sql in rows:
        words = json.loads(header)
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in words.items()}
        kpis[kpi_id] = Kpi(sql=sql, digest=digest, **values)
    return kpis


def _imports(house: Warehouse) -> list[dict]:
    frame = house.query(warehouse.text("results/imports"))
    rows = []
    for row in frame.itertuples():
        has_days = not pd.isna(row.covers_from)
        rows.append(
            {
                "import_id": row.import_id,
                "source": row.source,
                "file": row.file,
                "extracted_at": row.extracted_at.tz_convert(settings.TIME_ZONE).date(),
                "covers_from": row.covers_from.date() if has_days else None,
                "covers_to": row.covers_to.date() if has_days else None,
                "areas": None if _is_none(row.areas) else list(row.areas),
                "columns": list(row.columns),
            }
        )
    return rows


def _is_none(value) -> bool:
    return value is None or (np.isscalar(value) and pd.isna(value))


def areas(build: Build) -> pd.DataFrame:
    """Return code, name and kind (mps, bocu, site) of every area, the force first."""
    return build.warehouse.query(warehouse.text("results/areas"))


def find_area(build: Build, given: str) -> str:
    """Return the code of an area given by code or name; UserError with the nearest."""
    frame = areas(build)
    known = dict(zip(frame["code"].map(reference.normal), frame["code"], strict=True))
    known |= dict(zip(frame["name"].map(reference.normal), frame["code"], strict=True))
    code = known.get(reference.normal(given))
    if code is None:
        names = [*frame["code"], *frame["name"]]
        raise UserError(unknown("area", given, names))
    return code


def standards(build: Build) -> pd.DataFrame:
    """Return the standards that the build used, with dates, status and source."""
    return build.warehouse.query(warehouse.text("results/standards"))


def arrived(build: Build, kpi_id: str) -> Coverage:
    """Return what has arrived of the exports that measure an indicator."""
    return coverage.of_kpi(build.kpis[kpi_id], build.imports)


def missing(build: Build) -> pd.DataFrame:
    """Return source, area, missing_from, missing_to: expected, and not arrived."""
    return coverage.not_arrived(build.imports)


def smallest_period(build: Build, kpi: Kpi, area: str) -> str | None:
    """Return the smallest period in which an area has a figure; None: it has none."""
    return kpi.smallest_period.get(build.area_kinds[area])


def usual_period(build: Build, kpi_id: str, area: str) -> str:
    """Return the month, or the indicator's smallest period where that is longer."""
    smallest = smallest_period(build, build.kpis[kpi_id], area) or "month"
    order = periods.LENGTHS.index
    return smallest if order(smallest) > order("month") else "month"


def latest_settled(build: Build, kpi_id: str, area: str, by: str) -> Period | None:
    """Return the last finished period past its settling time, or None."""
    kpi = build.kpis[kpi_id]
    if kpi.stage == "published":
        found = build.warehouse.tuples(
            warehouse.text("results/last_published"), [kpi_id, area]
        )[0][0]
        return periods.of_day(found, by) if found else None
    cover = arrived(build, kpi_id)
    if cover.last is None:
        return None
    period = periods.of_day(cover.last, by)
    while period[1] >= cover.first:
        if period[1] <= cover.last and _is_settled(kpi, cover, period):
            return period
        period = periods.back(period, by, 1)
    return None


def _is_settled(kpi: Kpi, cover: Coverage, period: Period) -> bool:
    return period[1] + timedelta(days=kpi.settles_after_days) < cover.as_at


def series(
    build: Build,
    kpi_ids: list[str],
    areas: list[str],
    start: date,
    end: date,
    by: str = "month",
) -> pd.DataFrame:
    """Return one row for each indicator, area and period that overlaps start to end.

    Columns as COLUMNS: `value`, `lower` and `upper` in natural units (a share of 1,
    seconds), NaN where there is none; `state` and, for what is not a plain value, the
    `reason` in a sentence.
    """
    calendar = periods.between(start, end, by)
    frame = _calendar_frame(kpi_ids, areas, calendar)
    frame = frame.merge(
        _cells(build, kpi_ids, areas, calendar, by),
        on=["kpi", "area", "period_start", "period_end"],
        how="left",
    )
    frame = _with_states(build, frame, by)
    for name in ("period_start", "period_end"):
        frame[name] = pd.to_datetime(frame[name])
    return frame[COLUMNS]


def _calendar_frame(kpi_ids, areas, calendar: list[Period]) -> pd.DataFrame:
    rows = [
        (kpi_id, area, first, last)
        for kpi_id in kpi_ids
        for area in areas
        for first, last in calendar
    ]
    return pd.DataFrame(rows, columns=COLUMNS[:4])


def _cells(build: Build, kpi_ids, areas, calendar, by) -> pd.DataFrame:
    """Return numbers and intervals of the cells that have rows."""
    size = "day" if by in ("day", "week") else "month"
    scope = [areas, [first for first, _ in calendar], [last for _, last in calendar]]
    kinds: dict[str, list[str]] = {"cells": [], "values": [], "published": []}
    for kpi_id in kpi_ids:
        kpi = build.kpis[kpi_id]
        kind = "values" if kpi.kind == "median" else "cells"
        kinds["published" if kpi.stage == "published" else kind].append(kpi_id)
    frames = [pd.DataFrame(columns=COLUMNS[:10])]
    ends = dict(calendar)
    if kinds["cells"]:
        sql = fill("results/number_cells", cells=f"cube.{size}_cells")
        found = build.warehouse.query(sql, [*scope, kinds["cells"]])
        frames.append(_with_ratio(found, ends))
    if kinds["values"]:
        sql = fill("results/value_cells", cells=f"cube.{size}_values")
        found = build.warehouse.query(sql, [*scope, kinds["values"]])
        frames.append(_with_median(found, ends))
    if kinds["published"]:
        sql = warehouse.text("results/published_cells")
        found = build.warehouse.query(sql, [areas, kinds["published"]])
        found["period_start"] = found["period_start"].dt.date
        found["period_end"] = found["period_end"].dt.date
        frames.append(found)
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled).reindex(columns=COLUMNS[:10])


def _with_ratio(found: pd.DataFrame, ends: dict[date, date]) -> pd.DataFrame:
    """Divide once, last: value = sum of numerators / sum of denominators."""
    frame = found.copy()
    frame["period_start"] = frame["period_start"].dt.date
    frame["period_end"] = frame["period_start"].map(ends)
    numerator, denominator = frame["numerator"], frame["denominator"]
    frame["value"] = numerator / denominator.where(denominator != 0)
    frame["lower"], frame["upper"] = intervals.wilson(
        numerator.to_numpy(float), denominator.to_numpy(float)
    )
    return frame


def _with_median(found: pd.DataFrame, ends: dict[date, date]) -> pd.DataFrame:
    """Take medians from counted values, with order-statistic intervals."""
    rows = []
    keys = ["kpi", "area", "period_start"]
    for (kpi, area, start), group in found.groupby(keys, sort=False):
        values = group["value"].to_numpy()
        counts = np.cumsum(group["frequency"].to_numpy())
        n = int(counts[-1])
        lower_rank, upper_rank = intervals.quantile_ranks(n, MEDIAN)
        rows.append(
            (
                kpi, area, start.date(), ends[start.date()], n,
                at_quantile(values, counts, MEDIAN),
                at_rank(values, counts, lower_rank),
                at_rank(values, counts, upper_rank),
            )
        )  # fmt: skip
    names = [*keys, "period_end", "n", "value", "lower", "upper"]
    return pd.DataFrame(rows, columns=names)


def at_quantile(values: np.ndarray, counts: np.ndarray, quantile: float) -> float:
    """Return a quantile of counted values, interpolated between neighbouring ranks.

    `counts` is the running total of the sorted values' frequencies. The same as
    NumPy's default ("linear") on the values written out.
    """
    place = (counts[-1] - 1) * quantile
    below = at_rank(values, counts, np.floor(place) + 1)
    above = at_rank(values, counts, np.ceil(place) + 1)
    return below + (above - below) * (place - np.floor(place))


def at_rank(values: np.ndarray, counts: np.ndarray, rank: float) -> float:
    """Return the value at a rank counted from 1, NaN for no rank."""
    if np.isnan(rank):
        return np.nan
    return float(values[np.searchsorted(counts, rank)])


def _with_states(build: Build, frame: pd.DataFrame, by: str) -> pd.DataFrame:
    covers = {kpi_id: arrived(build, kpi_id) for kpi_id in frame["kpi"].unique()}
    found = [
        _state(build, build.kpis[row.kpi], covers[row.kpi], row, by)
        for row in frame.itertuples()
    ]
    frame["state"] = [state for state, _ in found]
    frame["reason"] = [reason for _, reason in found]
    hidden = frame["state"].isin(
        ["not_applicable", "not_measured", "suppressed", "not_reliable"]
    )
    frame.loc[hidden, ["value", "lower", "upper"]] = np.nan
    for name in ("n", "numerator", "denominator", "value", "lower", "upper"):
        frame[name] = frame[name].astype(float)
    return frame


def _state(build, kpi: Kpi, cover: Coverage, row, by: str) -> tuple[str, str]:
    """Return the state of a cell and why, in the order of precedence."""
    reason = _why_not_applicable(build, kpi, row.area, by)
    if reason:
        return "not_applicable", reason
    if kpi.stage == "published":
        if pd.isna(row.value):
            return "not_measured", "No figure was published for exactly this period."
        return "reported", "Published as a finished figure, without its parts."
    period = (row.period_start, row.period_end)
    if cover.first is None or period[1] < cover.first or period[0] > cover.last:
        return "not_measured", _why_not_measured(kpi, cover)
    if not cover.reaches(row.area):
        return "not_measured", f"No export of {', '.join(kpi.needs)} covers this area."
    gaps = cover.missing(period, row.area)
    holes = [
        (area, first, min(last, cover.last))
        for area, spans in gaps.items()
        for first, last in spans
        if first <= cover.last
    ]
    if holes:
        return "not_reliable", _why_not_reliable(kpi, holes)
    if pd.isna(row.n) or row.n < kpi.min_n:
        n = 0 if pd.isna(row.n) else int(row.n)
        return "too_few", f"{n} of the {kpi.min_n} cases that a figure needs."
    if gaps:
        return "provisional", f"Not finished: the exports end on {_day(cover.last)}."
    if not _is_settled(kpi, cover, period):
        days = kpi.settles_after_days
        return "provisional", f"Late entries may still come in for {days} days."
    return "value", ""


def _why_not_applicable(build: Build, kpi: Kpi, area: str, by: str) -> str:
    smallest = smallest_period(build, kpi, area)
    if smallest is None:
        measured_by = {"site": "call-handling site", "bocu": "borough"}
        return f"Measured by {measured_by.get(kpi.area, 'force')}, not for this area."
    if periods.LENGTHS.index(by) < periods.LENGTHS.index(smallest):
        return f"Has a figure by {smallest} and longer only."
    return ""


def _why_not_measured(kpi: Kpi, cover: Coverage) -> str:
    sources = ", ".join(kpi.needs)
    columns = ", ".join(name for names in kpi.needs.values() for name in names)
    if cover.first is None:
        return f"No export of {sources} with {columns} has been imported."
    return (
        f"Exports of {sources} with {columns} run from {_day(cover.first)} "
        f"to {_day(cover.last)}."
    )


def _why_not_reliable(kpi: Kpi, holes: list[tuple[str, date, date]]) -> str:
    source = next(iter(kpi.needs))
    parts = [
        f"{area + ': ' if area else ''}{source} from {_day(first)} to {_day(last)}"
        for area, first, last in holes
    ]
    return f"Has not arrived: {'; '.join(parts)}."


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def scoreboard(
    build: Build, area: str, by: str = "month", count: int = 24
) -> pd.DataFrame:
    """Return every indicator's last periods; `is_latest` marks its latest settled one.

    Each indicator is shown by `by`, or by its own smallest period where that is
    longer (column `by`), so frames of several lengths stand below each other.
    """
    frames = []
    lengths: dict[str, list[str]] = {}
    order = periods.LENGTHS.index
    for kpi in build.kpis.values():
        smallest = smallest_period(build, kpi, area) or by
        own = max(by, smallest, key=order)
        lengths.setdefault(own, []).append(kpi.id)
    for own, kpi_ids in lengths.items():
        latest = {k: latest_settled(build, k, area, own) for k in kpi_ids}
        known = [period for period in latest.values() if period]
        end = max((_last_day(build, k) for k in kpi_ids if latest[k]), default=None)
        if not known:
            frames.append(_unmeasured(build, kpi_ids, area, own))
            continue
        start = periods.back(min(known), own, count - 1)[1]
        frame = series(build, kpi_ids, [area], start, max(end, max(known)[1]), own)
        ends = frame["kpi"].map(lambda k: latest[k][0] if latest[k] else None)
        frame["is_latest"] = frame["period_start"].dt.date == ends
        never = frame["kpi"].map(latest).isna()
        is_last = ~frame.duplicated("kpi", keep="last")
        frame["is_latest"] |= never & is_last
        frames.append(frame.assign(by=own))
    return pd.concat(frames, ignore_index=True)


def _last_day(build: Build, kpi_id: str) -> date:
    return arrived(build, kpi_id).last


def _unmeasured(build: Build, kpi_ids, area, by: str) -> pd.DataFrame:
    day = build.as_at
    frame = series(build, kpi_ids, [area], day, day, by)
    return frame.assign(is_latest=True, by=by)


def rows(
    build: Build,
    kpi_id: str,
    area: str,
    start: date,
    end: date,
    limit: int | None = None,
) -> pd.DataFrame:
    """Return the rows behind an indicator from start to end, with file and line.

    Columns as the indicator's select gives them, then `file` and `line`; their sums
    are the cell.
    """
    kpi = build.kpis[kpi_id]
    first, last = (f"date {literal(day.isoformat())}" for day in (start, end))
    within = f"on_date between {first} and {last}"
    if kpi.stage == "published":
        within += f" and until_date <= {last} and area_code = {literal(area)}"
    places = [
        fill(f"results/place_{source}", first=first, last=last) for source in kpi.needs
    ]
    sql = fill(
        "results/rows",
        rows=rowsource.rows(kpi, build.imports, within),
        places="\nunion all\n".join(places),
        limit=f"limit {int(limit)}" if limit is not None else "",
    )
    return build.warehouse.query(sql, [area, area])
