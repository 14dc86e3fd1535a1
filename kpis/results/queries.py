"""The questions that pages ask of a build, answered as tidy frames.

A series is read by `series`; here are the ways in which pages and commands ask.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import pandas as pd

from kpis import periods, warehouse
from kpis.builds import kpi_rows
from kpis.definitions import Kpi, reference_tables
from kpis.errors import UserError, unknown
from kpis.periods import Period
from kpis.results import coverage, states
from kpis.results.arrivals import arrived
from kpis.results.disclosure import LONGEST_FIRST
from kpis.results.opened_build import Build
from kpis.results.series import COLUMNS, Question, answer
from kpis.warehouse import fill, identifier, literal


def areas(build: Build) -> pd.DataFrame:
    """Return code, name and kind (mps, bocu, site) of every area, the force first."""
    return build.warehouse.query(warehouse.text("results/areas"))


def tile_grid(build: Build) -> pd.DataFrame:
    """Return bocu_code, borough_name, tile_row and tile_col: London as equal tiles."""
    return build.warehouse.query(warehouse.text("results/tile_grid"))


def find_area(build: Build, given: str) -> str:
    """Return the code of an area given by code or name; UserError with the nearest."""
    frame = areas(build)
    # a name that is a borough's and a site's, such as Lambeth, is the borough's
    last_first = frame.iloc[::-1]
    known = {
        reference_tables.normal(said): code
        for column in ("name", "code")
        for said, code in zip(last_first[column], last_first["code"], strict=True)
    }
    code = known.get(reference_tables.normal(given))
    if code is None:
        names = [*frame["code"], *frame["name"]]
        raise UserError(unknown("area", given, names))
    return code


def standards(build: Build) -> pd.DataFrame:
    """Return the standards that the build used, with dates, status and source."""
    return build.warehouse.query(warehouse.text("results/standards"))


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
    return kpi.population.smallest_period.get(
        "site" if is_served else build.places.kinds[area]
    )


def usual_period(build: Build, kpi_id: str, area: str) -> str:
    """Return the month, or the indicator's smallest period where that is longer."""
    smallest = smallest_period(build, build.kpis[kpi_id], area) or "month"
    order = periods.LENGTHS.index
    return smallest if order(smallest) > order("month") else "month"


def latest_settled(build: Build, kpi_id: str, area: str, by: str) -> Period | None:
    """Return the last finished period past its settling time, or None."""
    kpi = build.kpis[kpi_id]
    if kpi.population.stage == "published":
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
    question = Question(kpi_ids, areas, periods.between(start, end, by), by)
    return answer(build, [question])[COLUMNS]


def serving_sites(build: Build, kpi: Kpi, area: str) -> list[tuple[str, Period]]:
    """Return the sites whose figure stands for a borough's, and when; often none.

    Calls are answered by sites: a borough has no figure of its own.
    """
    if kpi.population.area != "site" or build.places.kinds[area] != "bocu":
        return []
    return [
        (site, (first, last))
        for line, site, first, last in build.serving.get(area, ())
        if line in ("", kpi.population.line_type)
    ]


def shown(
    build: Build, kpi_ids: list[str], area: str, start: date, end: date, by: str
) -> pd.DataFrame:
    """Return the series that an area's page shows, as `series` does.

    In place of a borough's that does not exist stands that of the site which served it
    at the end of the period; `area` is then the site's code.
    """
    calendar = periods.between(start, end, by)
    found = _shown(build, area, [Question(kpi_ids, [area], calendar, by)])
    return found[COLUMNS].reset_index(drop=True)


def _shown(build: Build, area: str, questions: list[Question]) -> pd.DataFrame:
    """Answer questions of one area, with the sites' figures that stand for its own."""
    kpi_ids = [kpi_id for one in questions for kpi_id in one.kpi_ids]
    serving = {one: serving_sites(build, build.kpis[one], area) for one in kpi_ids}
    sites = sorted({site for spans in serving.values() for site, _ in spans})
    if not sites:
        return answer(build, questions)
    of_sites = [
        replace(one, areas=sites, kpi_ids=[k for k in one.kpi_ids if serving[k]])
        for one in questions
    ]
    found = answer(build, [*questions, *of_sites])
    is_own = found["question"] < len(questions)
    serves = [
        any(
            site == row.area and first <= row.period_end.date() <= last
            for site, (first, last) in serving[row.kpi]
        )
        for row in found[~is_own].itertuples()
    ]
    of_site = found[~is_own][serves]
    of_site = of_site.assign(question=of_site["question"] - len(questions))
    keys = ["question", "kpi", "period_start"]
    both = pd.concat([of_site, found[is_own]]).drop_duplicates(keys)
    order = {one: place for place, one in enumerate(kpi_ids)}
    both = both.assign(place=both["kpi"].map(order))
    return both.sort_values(["question", "place", "period_start"]).drop(columns="place")


def scoreboard(
    build: Build,
    area: str,
    by: str = "month",
    count: int = 24,
    kpi_ids: Collection[str] | None = None,
) -> pd.DataFrame:
    """Return every indicator's last periods; `is_latest` marks its latest settled one.

    With `kpi_ids` only theirs: the same rows as among all.

    `is_settled` is false of what is not over, or for which late entries may come in.
    Each indicator is shown by `by`, or by its own smallest period where that is
    longer (column `by`), so frames of several lengths stand below each other. The
    headline of an indicator that accumulates is of the last twelve months.
    """
    latest: dict[str, Period | None] = {}
    asked: dict[str, Question] = {}
    for own, own_ids in _by_length(build, area, by).items():
        last = {k: latest_settled(build, k, area, own) for k in own_ids}
        latest |= last
        calendar = _latest_periods(build, last, own, count)
        wanted = [one for one in own_ids if kpi_ids is None or one in kpi_ids]
        if wanted:
            asked[own] = Question(wanted, [area], calendar, own)
    questions = list(asked.values())
    shown = {k: latest[k] for one in questions for k in one.kpi_ids}
    headlines = _headlines(build, area, shown)
    found = _shown(build, area, [*questions, *headlines])
    is_headline = found["question"] >= len(questions)
    frame = found[~is_headline].reset_index(drop=True)
    frame["by"] = frame["question"].map(dict(enumerate(asked)))
    starts = {kpi_id: period[0] for kpi_id, period in latest.items() if period}
    latest_start = pd.to_datetime(frame["kpi"].map(starts))
    is_last = ~frame.duplicated("kpi", keep="last")
    frame["is_latest"] = frame["period_start"].eq(latest_start) | (
        latest_start.isna() & is_last
    )
    frame["is_settled"] = frame["period_start"] <= latest_start
    twelve_months = found[is_headline].set_index("kpi")
    for name in HEADLINE:
        of_kpi = frame["kpi"].map(twelve_months[name])
        frame[f"headline_{name}"] = of_kpi.where(frame["is_latest"])
    return frame.drop(columns="question")


HEADLINE = ("value", "n", "state", "reason")


def _by_length(build: Build, area: str, by: str) -> dict[str, list[str]]:
    """Return the indicators by the length of period in which an area shows them."""
    lengths: dict[str, list[str]] = {}
    for kpi in build.kpis.values():
        smallest = smallest_period(build, kpi, area) or by
        own = max(by, smallest, key=periods.LENGTHS.index)
        lengths.setdefault(own, []).append(kpi.id)
    return lengths


def _latest_periods(
    build: Build, latest: dict[str, Period | None], by: str, count: int
) -> list[Period]:
    """Return the last periods up to all that has arrived; one if nothing is settled."""
    lasts = {kpi_id: arrived(build, kpi_id).last for kpi_id in latest}
    known = [period for period in latest.values() if period]
    if not known:
        day = max((last for last in lasts.values() if last), default=build.as_at)
        return [periods.of_day(day, by)]
    end = max(lasts[kpi_id] for kpi_id, period in latest.items() if period)
    start = periods.back(min(known), by, count - 1)[1]
    return periods.between(start, max(end, max(known)[1]), by)


def _headlines(build: Build, area: str, latest) -> list[Question]:
    """Ask for what stands in place of an indicator's latest month: twelve of them.

    Only where the indicator says so; nothing is judged on it, as windows overlap.
    """
    ends: dict[date, list[str]] = {}
    for kpi_id, period in latest.items():
        if period and build.kpis[kpi_id].measure.accumulate == "rolling12":
            ends.setdefault(period[1], []).append(kpi_id)
    return [
        Question(kpi_ids, [area], periods.between(end, end, "rolling12"), "rolling12")
        for end, kpi_ids in sorted(ends.items())
    ]


def rows(
    build: Build,
    kpi_id: str,
    area: str,
    start: date,
    end: date,
    limit: int | None = None,
    chosen: dict[str, list[str] | None] | None = None,
) -> pd.DataFrame:
    """Return the rows behind an indicator from start to end, with file and line.

    Columns as the indicator's select gives them, then `file` and `line`; their sums
    are the cell. `chosen` has members by dimension, as in `rowsource.rows`. Rows that
    are single people have row_id, file and line alone, and UserError says so where the
    figure is not shown.
    """
    kpi = build.kpis[kpi_id]
    if kpi.population.made_of:
        parts = " and ".join(kpi.population.made_of)
        raise UserError(f"'{kpi.wording.title}' has no rows of its own: see {parts}.")
    if kpi.disclosure.is_needed:
        _refuse_if_hidden(build, kpi, area, start, end)
    first, last = (f"date {literal(day.isoformat())}" for day in (start, end))
    within = f"on_date between {first} and {last}"
    if kpi.population.stage == "published":
        within += f" and until_date <= {last} and area_code = {literal(area)}"
    places = [
        fill(
            "results/place",
            source=literal(source),
            mart=identifier(f"mart_{source}"),
            ref=identifier(kpi_rows.MARTS[source].ref),
            on_date=identifier(kpi_rows.MARTS[source].on_date),
            first=first,
            last=last,
        )
        for source in kpi.population.needs
    ]
    sql = fill(
        "results/rows",
        rows=kpi_rows.rows(kpi, build.imports, within, chosen),
        places="\nunion all\n".join(places) or warehouse.text("results/no_place"),
        limit=f"limit {int(limit)}" if limit is not None else "",
    )
    codes = [code for _, code in build.places.members([area])]
    found = build.warehouse.query(sql, [area, codes])
    return found if not kpi.disclosure.is_needed else found[["row_id", "file", "line"]]


def _refuse_if_hidden(build: Build, kpi: Kpi, area: str, start, end) -> None:
    lengths = [by for by in LONGEST_FIRST if periods.of_day(end, by) == (start, end)]
    for by in lengths:
        if series(build, [kpi.id], [area], start, end, by)["n"].notna().any():
            return
    raise UserError(
        f"The rows of '{kpi.wording.title}' are single people: they are listed only "
        "for a whole period, by month or longer, of which the figure is shown."
    )
