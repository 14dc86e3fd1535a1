"""The questions that pages ask of a build, answered as tidy frames.

Numbers come from the cube (`cells`), states from what has arrived (`states`).
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from kpis import (
    cells,
    coverage,
    figures,
    periods,
    protected,
    reference,
    rowsource,
    states,
    warehouse,
)
from kpis.beside import breaks as breaks
from kpis.beside import comparable as comparable
from kpis.beside import comparators as comparators
from kpis.beside import definitions as definitions
from kpis.beside import revisions as revisions
from kpis.beside import target as target
from kpis.beside import targets as targets
from kpis.built import Build
from kpis.built import current_build_id as current_build_id
from kpis.built import open_build as open_build
from kpis.coverage import Coverage
from kpis.disclosure import LONGEST_FIRST
from kpis.errors import UserError, unknown
from kpis.periods import Period
from kpis.registry import Kpi
from kpis.states import Arrived
from kpis.warehouse import fill, identifier, literal

COLUMNS = [*cells.COLUMNS[:12], "state", "reason"]


def areas(build: Build) -> pd.DataFrame:
    """Return code, name and kind (mps, bocu, site) of every area, the force first."""
    return build.warehouse.query(warehouse.text("results/areas"))


def find_area(build: Build, given: str) -> str:
    """Return the code of an area given by code or name; UserError with the nearest."""
    frame = areas(build)
    # a name that is a borough's and a site's, such as Lambeth, is the borough's
    last_first = frame.iloc[::-1]
    known = {
        reference.normal(said): code
        for column in ("name", "code")
        for said, code in zip(last_first[column], last_first["code"], strict=True)
    }
    code = known.get(reference.normal(given))
    if code is None:
        names = [*frame["code"], *frame["name"]]
        raise UserError(unknown("area", given, names))
    return code


def standards(build: Build) -> pd.DataFrame:
    """Return the standards that the build used, with dates, status and source."""
    return build.warehouse.query(warehouse.text("results/standards"))


def arrived(build: Build, kpi_id: str) -> Arrived:
    """Return what has arrived of the exports that measure an indicator."""
    if kpi_id not in build.known:
        build.known[kpi_id] = _arrived(build, build.kpis[kpi_id])
    return build.known[kpi_id]


def _arrived(build: Build, kpi: Kpi) -> Arrived:
    needs = dict(kpi.needs)
    for part in kpi.made_of:
        needs |= build.kpis[part].needs
    faults = [
        one
        for one in build.faults
        if any(
            set(columns) & set(needs.get(source, ()))
            for source, columns in one["unusable"].items()
        )
    ]
    standards = build.standards.get(kpi.standard)
    covers = _covers(build, kpi)
    exports = tuple((source, cover.spans) for source, cover in covers.items())
    told = build.told.setdefault(exports, {})
    # a survey without the question is no survey with no answers
    is_asked = "survey_responses" in kpi.needs
    months = frozenset(build.months.get(kpi.id, ())) if is_asked else None
    whole = Arrived(covers, faults, build.names, standards, months=months, told=told)
    hidden = protected.areas(build.warehouse, kpi, build.places, whole)
    return replace(whole, hidden=hidden)


def _covers(build: Build, kpi: Kpi) -> dict[str, Coverage]:
    if kpi.stage == "after_cube" and not kpi.made_of:
        return coverage.of_everything(build.imports)
    covers = coverage.of_kpi(kpi, build.imports, build.places)
    for part in kpi.made_of:
        covers |= _covers(build, build.kpis[part])
    return covers


def missing(build: Build) -> pd.DataFrame:
    """Return source, area, missing_from, missing_to: expected, and not arrived."""
    return coverage.not_arrived(build.imports, build.places)


def arrivals(build: Build) -> pd.DataFrame:
    """Return source, area, month, expected_days, arrived_days: the coverage grid.

    A row for every month in which something was expected; area "" stands for exports
    of the whole force.
    """
    return coverage.grid(build.imports, build.places)


def findings(build: Build) -> pd.DataFrame:
    """Return what only shows when rows are set beside other rows.

    Columns finding, title, says, source, area_code, first_on, last_on, row_count,
    example and is_unreliable: a row for each finding, area and run of months.
    """
    return build.warehouse.query(warehouse.text("results/findings"))


def smallest_period(build: Build, kpi: Kpi, area: str) -> str | None:
    """Return the smallest period in which an area has a figure; None: it has none."""
    is_served = bool(serving_sites(build, kpi, area))
    return kpi.smallest_period.get("site" if is_served else build.places.kinds[area])


def usual_period(build: Build, kpi_id: str, area: str) -> str:
    """Return the month, or the indicator's smallest period where that is longer."""
    smallest = smallest_period(build, build.kpis[kpi_id], area) or "month"
    order = periods.LENGTHS.index
    return smallest if order(smallest) > order("month") else "month"


def latest_settled(build: Build, kpi_id: str, area: str, by: str) -> Period | None:
    """Return the last finished period past its settling time, or None."""
    kpi = build.kpis[kpi_id]
    if kpi.stage == "published":
        known = build.warehouse.tuples(
            warehouse.text("results/published_periods"), [kpi_id, area]
        )
        whole = [one for one in known if one == periods.of_day(one[1], by)]
        return max(whole, default=None)
    cover = arrived(build, kpi_id)
    if cover.last is None:
        return None
    period = periods.of_day(cover.last, by)
    while period[1] >= cover.first:
        if period[1] <= cover.last and states.is_settled(kpi, cover, period):
            return period
        period = periods.back(period, by, 1)
    return None


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
        _cells(build, _measured(build, kpi_ids, areas), areas, calendar, by),
        on=["kpi", "area", "period_start", "period_end"],
        how="left",
    )
    frame["incomplete"] = _incomplete(build, kpi_ids, areas, calendar, by, frame)
    frame = _with_states(build, frame, by)
    for name in ("period_start", "period_end"):
        frame[name] = pd.to_datetime(frame[name])
    return frame[COLUMNS]


def _cells(build: Build, kpis: list[Kpi], areas, calendar, by: str) -> pd.DataFrame:
    def read(some: list[Kpi]) -> pd.DataFrame:
        return cells.read(build.warehouse, some, members(build, areas), calendar, by)

    frames = [read([kpi for kpi in kpis if not kpi.made_of])]
    for kpi in kpis:
        if kpi.made_of:
            share, money = (read([build.kpis[part]]) for part in kpi.made_of)
            frames.append(cells.share_of_money(kpi, share, money))
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled)


def _measured(build: Build, kpi_ids: list[str], areas: list[str]) -> list[Kpi]:
    """Return the indicators of which one of the areas can have a figure."""
    kinds = {build.places.kinds[area] for area in areas}
    kpis = [build.kpis[kpi_id] for kpi_id in kpi_ids]
    return [kpi for kpi in kpis if kinds & set(kpi.smallest_period)]


def members(build: Build, areas: list[str]) -> list[tuple[str, str]]:
    """Return areas, each with the codes whose cells add up to it.

    A borough's are its own and those of its facilities; the force's is everything.
    """
    return [
        (area, code)
        for area in areas
        for code in dict.fromkeys(
            [
                area,
                *(
                    part
                    for part, *_ in build.places.parts.get(area, ())
                    if build.places.kinds[part] == "facility"
                ),
            ]
        )
    ]


def _incomplete(build: Build, kpi_ids, areas, calendar, by, frame) -> list[str]:
    """Say of each cell that too little is recorded to trust it, or ""."""
    floors = {kpi_id: build.kpis[kpi_id].reliable_if or {} for kpi_id in kpi_ids}
    asked = sorted({other for floor in floors.values() for other in floor})
    if not asked:
        return [""] * len(frame)
    kpis = [build.kpis[other] for other in asked]
    found = _cells(build, kpis, areas, calendar, by)
    keys = ["kpi", "area", "period_start", "period_end"]
    values = found.set_index(keys)["value"].to_dict()
    said = []
    for cell in frame[keys].itertuples(index=False):
        low = [
            (build.kpis[other], values[other, *cell[1:]], floor)
            for other, floor in floors[cell.kpi].items()
            if values.get((other, *cell[1:]), floor) < floor
        ]
        said.append(" ".join(_too_low(*one) for one in low))
    return said


def _too_low(kpi: Kpi, value: float, floor: float) -> str:
    now, least = (figures.in_words(one, kpi.unit) for one in (value, floor))
    return f"{kpi.title}: {now}, and {least} are needed to trust this figure."


def _calendar_frame(kpi_ids, areas, calendar: list[Period]) -> pd.DataFrame:
    rows = [
        (kpi_id, area, first, last)
        for kpi_id in kpi_ids
        for area in areas
        for first, last in calendar
    ]
    return pd.DataFrame(rows, columns=COLUMNS[:4])


def _with_states(build: Build, frame: pd.DataFrame, by: str) -> pd.DataFrame:
    covers = {kpi_id: arrived(build, kpi_id) for kpi_id in frame["kpi"].unique()}
    found = [
        states.of_cell(
            build.kpis[cell.kpi],
            covers[cell.kpi],
            build.places.kinds[cell.area],
            by,
            cell,
        )
        for cell in frame.itertuples()
    ]
    frame["state"] = [state for state, _ in found]
    frame["reason"] = [reason for _, reason in found]
    is_hidden = frame["state"].isin(states.HIDES_VALUE)
    # of people not even the number is told where there is no figure
    is_of_people = frame["kpi"].map(
        {one: build.kpis[one].disclosure != "none" for one in covers}
    )
    is_secret = frame["state"].eq("not_applicable") | is_hidden & is_of_people
    frame.loc[is_secret, ["n", "numerator", "denominator", "cases"]] = np.nan
    frame["parts"] = frame["parts"].mask(is_hidden)
    frame.loc[is_hidden, ["value", "lower", "upper"]] = np.nan
    for name in ("n", "numerator", "denominator", "value", "lower", "upper", "cases"):
        frame[name] = frame[name].astype(float)
    return frame


def serving_sites(build: Build, kpi: Kpi, area: str) -> list[tuple[str, Period]]:
    """Return the sites whose figure stands for a borough's, and when; often none.

    Calls are answered by sites: a borough has no figure of its own.
    """
    if kpi.area != "site" or build.places.kinds[area] != "bocu":
        return []
    return [
        (site, (first, last))
        for line, site, first, last in build.serving.get(area, ())
        if line in ("", kpi.line_type)
    ]


def shown(
    build: Build, kpi_ids: list[str], area: str, start: date, end: date, by: str
) -> pd.DataFrame:
    """Return the series that an area's page shows, as `series` does.

    In place of a borough's that does not exist stands that of the site which served it
    at the end of the period; `area` is then the site's code.
    """
    frame = series(build, kpi_ids, [area], start, end, by)
    serving = {one: serving_sites(build, build.kpis[one], area) for one in kpi_ids}
    sites = sorted({site for spans in serving.values() for site, _ in spans})
    if not sites:
        return frame
    sited = [one for one in kpi_ids if serving[one]]
    found = series(build, sited, sites, start, end, by)
    serves = [
        any(
            site == row.area and first <= row.period_end.date() <= last
            for site, (first, last) in serving[row.kpi]
        )
        for row in found.itertuples()
    ]
    keys = ["kpi", "period_start"]
    of_site = found[serves].drop_duplicates(keys)
    both = pd.concat([of_site, frame]).drop_duplicates(keys)
    order = {one: place for place, one in enumerate(kpi_ids)}
    both = both.assign(place=both["kpi"].map(order))
    return both.sort_values(["place", "period_start"])[COLUMNS].reset_index(drop=True)


def scoreboard(
    build: Build, area: str, by: str = "month", count: int = 24
) -> pd.DataFrame:
    """Return every indicator's last periods; `is_latest` marks its latest settled one.

    `is_settled` is false of what is not over, or for which late entries may come in.
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
        frame = shown(build, kpi_ids, area, start, max(end, max(known)[1]), own)
        starts = {kpi_id: period[0] for kpi_id, period in latest.items() if period}
        latest_start = frame["kpi"].map(starts)
        frame["is_latest"] = frame["period_start"].dt.date == latest_start
        frame["is_settled"] = frame["period_start"] <= pd.to_datetime(latest_start)
        never = latest_start.isna()
        is_last = ~frame.duplicated("kpi", keep="last")
        frame["is_latest"] |= never & is_last
        frames.append(_with_headlines(build, frame.assign(by=own), area, latest))
    return pd.concat(frames, ignore_index=True)


HEADLINE = ("value", "n", "state", "reason")


def _with_headlines(build: Build, frame: pd.DataFrame, area: str, latest):
    """Add what stands for an indicator in place of its latest month: twelve of them.

    Only where the indicator says so; nothing is judged on it, as windows overlap.
    """
    ends = {
        one: period[1]
        for one, period in latest.items()
        if period and build.kpis[one].accumulate == "rolling12"
    }
    for name in HEADLINE:
        frame[f"headline_{name}"] = None
    for end in sorted(set(ends.values())):
        of_end = [one for one in ends if ends[one] == end]
        found = shown(build, of_end, area, end, end, "rolling12").set_index("kpi")
        rows = frame["is_latest"] & frame["kpi"].isin(of_end)
        for name in HEADLINE:
            frame.loc[rows, f"headline_{name}"] = frame["kpi"].map(found[name])
    return frame


def _last_day(build: Build, kpi_id: str) -> date:
    return arrived(build, kpi_id).last


def _unmeasured(build: Build, kpi_ids, area, by: str) -> pd.DataFrame:
    lasts = [arrived(build, kpi_id).last for kpi_id in kpi_ids]
    day = max((last for last in lasts if last), default=build.as_at)
    frame = series(build, kpi_ids, [area], day, day, by)
    frame = frame.assign(is_latest=True, is_settled=False, by=by)
    return _with_headlines(build, frame, area, {})


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
    are the cell. Rows that are single people have row_id, file and line alone, and
    UserError says so where the figure is not shown.
    """
    kpi = build.kpis[kpi_id]
    if kpi.made_of:
        parts = " and ".join(kpi.made_of)
        raise UserError(f"'{kpi.title}' has no rows of its own: see {parts}.")
    if kpi.disclosure != "none":
        _refuse_if_hidden(build, kpi, area, start, end)
    first, last = (f"date {literal(day.isoformat())}" for day in (start, end))
    within = f"on_date between {first} and {last}"
    if kpi.stage == "published":
        within += f" and until_date <= {last} and area_code = {literal(area)}"
    places = [
        fill(
            "results/place",
            source=literal(source),
            mart=identifier(f"mart_{source}"),
            ref=identifier(rowsource.MARTS[source].ref),
            on_date=identifier(rowsource.MARTS[source].on_date),
            first=first,
            last=last,
        )
        for source in kpi.needs
    ]
    sql = fill(
        "results/rows",
        rows=rowsource.rows(kpi, build.imports, within),
        places="\nunion all\n".join(places) or warehouse.text("results/no_place"),
        limit=f"limit {int(limit)}" if limit is not None else "",
    )
    codes = [code for _, code in members(build, [area])]
    found = build.warehouse.query(sql, [area, codes])
    return found if kpi.disclosure == "none" else found[["row_id", "file", "line"]]


def _refuse_if_hidden(build: Build, kpi: Kpi, area: str, start, end) -> None:
    lengths = [by for by in LONGEST_FIRST if periods.of_day(end, by) == (start, end)]
    for by in lengths:
        if series(build, [kpi.id], [area], start, end, by)["n"].notna().any():
            return
    raise UserError(
        f"The rows of '{kpi.title}' are single people: they are listed only for a "
        "whole period, by month or longer, of which the figure is shown."
    )
