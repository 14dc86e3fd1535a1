"""The questions that pages ask of a build, answered as tidy frames.

A series is read by `series`; here are the ways in which pages and commands ask.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from itertools import groupby

import pandas as pd

from kpis import periods, warehouse
from kpis.builds import kpi_rows
from kpis.definitions import Kpi, reference_tables, sources
from kpis.errors import UserError, unknown
from kpis.periods import Period
from kpis.results import coverage, states
from kpis.results.disclosure import made_of
from kpis.results.opened_build import Build
from kpis.results.series import COLUMNS, COMPLETENESS, Question, answer
from kpis.warehouse import fill, identifier, literal

LISTED_BY = ("year", "rolling12", "quarter", "month")
WHEN_LISTED = {
    "respondents": "They are listed only by quarter, or for longer periods made of "
    "quarters, where the figures of the area and of all areas in it are shown.",
    **dict.fromkeys(
        ("staff", "people", "sickness"),
        "They are listed only for a whole month, or a longer whole period, whose "
        "figure is shown.",
    ),
}


def areas(build: Build) -> pd.DataFrame:
    """Return code, name and kind (mps, bocu, site) of every area, the force first."""
    return build.warehouse.query(warehouse.text("results/areas"))


def tile_grid(build: Build) -> pd.DataFrame:
    """Return bocu_code, borough_name, tile_row and tile_col: London as equal tiles."""
    return build.warehouse.query(warehouse.text("results/tile_grid"))


def find_area(build: Build, given: str) -> str:
    """Return the code of an area given by code or name; UserError with the nearest."""
    frame = areas(build)
    # the name of a borough and a site, such as Lambeth, means the borough
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
    """Return what is expected and missing, as `coverage.not_arrived` does."""
    return coverage.not_arrived(build.imports, build.places)


def arrivals(build: Build) -> pd.DataFrame:
    """Return source, area, month, expected_days, arrived_days: the coverage grid.

    A row for every month in which something was expected; area "" stands for exports
    of the whole force.
    """
    return coverage.grid(build.imports, build.places)


def findings(build: Build) -> pd.DataFrame:
    """Return what only shows when rows are compared with other rows.

    Columns finding, title, says, source, area_code, first_on, last_on, row_count,
    example and is_unreliable: a row for each finding, area and run of months.
    """
    return build.warehouse.query(warehouse.text("results/findings"))


def smallest_period(build: Build, kpi: Kpi, area: str) -> str | None:
    """Return the smallest period in which an area has a figure, or None."""
    is_served = bool(serving_sites(build, kpi, area))
    return kpi.population.smallest_in("site" if is_served else build.places.kinds[area])


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
        whole = [span for span in known if span == periods.of_day(span[1], by)]
        return max(whole, default=None)
    cover = build.arrived(kpi_id)
    if cover.last is None:
        return None
    period = periods.of_day(cover.last, by)
    while cover.first and period[1] >= cover.first:
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
    """Return the sites whose figures are shown for a borough, and when; often none.

    Calls are answered by sites, and a borough shows the figure of its site.
    """
    if kpi.population.area != "site" or build.places.kinds[area] != "bocu":
        return []
    return [
        (site, (first, last))
        for line, site, first, last in build.serving.get(area, ())
        if line in ("", kpi.population.line_type)
    ]


def area_shown(build: Build, kpi_id: str, area: str, day: date) -> str:
    """Return the area whose figure is shown for an area on a day.

    Its own, or the site that serves it.
    """
    return _site_on(day, serving_sites(build, build.kpis[kpi_id], area)) or area


def _site_on(day: date, sites: list[tuple[str, Period]]) -> str:
    """Return which of the sites that `serving_sites` found serves on a day, or ""."""
    serve = (site for site, (first, last) in sites if first <= day <= last)
    return next(serve, "")


def areas_shown(
    build: Build, kpi_id: str, area: str, start: date, end: date, by: str
) -> list[tuple[str, Period]]:
    """Return whose figures are shown for an area from start to end, in order.

    Each with the days of the periods whose figure is its own.
    """
    calendar = periods.between(start, end, by)
    runs = groupby(calendar, lambda period: area_shown(build, kpi_id, area, period[1]))
    spans = [(code, list(run)) for code, run in runs]
    return [
        (code, (max(start, run[0][0]), min(end, run[-1][1]))) for code, run in spans
    ]


def shown(
    build: Build, kpi_ids: list[str], area: str, start: date, end: date, by: str
) -> pd.DataFrame:
    """Return the series that an area's page shows, as `series` does.

    Where a borough has no figure of its own, it is that of the site that served it at
    the end of the period; `area` is then the site's code.
    """
    calendar = periods.between(start, end, by)
    found = _shown(build, area, [Question(kpi_ids, [area], calendar, by)])
    return found[COLUMNS].reset_index(drop=True)


def _shown(build: Build, area: str, questions: list[Question]) -> pd.DataFrame:
    """Answer questions about one area, with its sites' figures where it has none."""
    kpi_ids = [kpi_id for question in questions for kpi_id in question.kpi_ids]
    serving = {
        kpi_id: serving_sites(build, build.kpis[kpi_id], area) for kpi_id in kpi_ids
    }
    sites = sorted({site for spans in serving.values() for site, _ in spans})
    if not sites:
        return answer(build, questions)
    of_sites = [
        replace(
            question, areas=sites, kpi_ids=[k for k in question.kpi_ids if serving[k]]
        )
        for question in questions
    ]
    found = answer(build, [*questions, *of_sites])
    is_own = found["question"] < len(questions)
    of_site = found[~is_own]
    cells = zip(
        of_site["kpi"], of_site["area"], of_site["period_end"].dt.date, strict=True
    )
    serves = [_site_on(end, serving[kpi_id]) == site for kpi_id, site, end in cells]
    of_site = of_site[serves]
    of_site = of_site.assign(question=of_site["question"] - len(questions))
    keys = ["question", "kpi", "period_start"]
    both = pd.concat([of_site, found[is_own]]).drop_duplicates(keys)
    order = {kpi_id: place for place, kpi_id in enumerate(kpi_ids)}
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

    With `kpi_ids`, only theirs: the same rows as without. `is_settled` is false where a
    period is not over, or late entries may come in. Each indicator is shown by `by`, or
    by its own smallest period where that is longer: the column `by` says which. The
    headline of an indicator that accumulates is of the last twelve months.
    """
    latest: dict[str, Period | None] = {}
    asked: dict[str, Question] = {}
    for own, own_ids in _by_length(build, area, by).items():
        last = {k: latest_settled(build, k, area, own) for k in own_ids}
        latest |= last
        calendar = _latest_periods(build, last, own, count)
        wanted = [k for k in own_ids if kpi_ids is None or k in kpi_ids]
        if wanted:
            asked[own] = Question(wanted, [area], calendar, own)
    questions = list(asked.values())
    shown = {k: latest[k] for question in questions for k in question.kpi_ids}
    headlines = _headlines(build, area, shown)
    found = _shown(build, area, [*questions, *headlines])
    is_headline = found["question"] >= len(questions)
    frame = found[~is_headline].reset_index(drop=True)
    frame["by"] = frame["question"].map(dict(enumerate(asked)))
    _mark_latest(frame, latest)
    twelve_months = found[is_headline].set_index("kpi")
    for name in HEADLINE:
        of_kpi = frame["kpi"].map(twelve_months[name])
        frame[f"headline_{name}"] = of_kpi.where(frame["is_latest"])
    return frame.drop(columns="question")


HEADLINE = ("value", "n", "state", "reason", *COMPLETENESS)


def _mark_latest(frame: pd.DataFrame, latest: dict[str, Period | None]) -> None:
    """Add `is_latest` and `is_settled`; the last row is the latest if none is settled.

    `latest` has the latest settled period of each indicator.
    """
    starts = {kpi_id: period[0] for kpi_id, period in latest.items() if period}
    latest_start = pd.to_datetime(frame["kpi"].map(starts))
    is_last = ~frame.duplicated("kpi", keep="last")
    is_latest = frame["period_start"].eq(latest_start)
    frame["is_latest"] = is_latest | (latest_start.isna() & is_last)
    frame["is_settled"] = frame["period_start"] <= latest_start


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
    """Return the periods up to the last day that arrived; one if nothing is settled."""
    arrived = {kpi_id: build.arrived(kpi_id).last for kpi_id in latest}
    settled = {kpi_id: period for kpi_id, period in latest.items() if period}
    if not settled:
        day = max((last for last in arrived.values() if last), default=build.as_at)
        return [periods.of_day(day, by)]
    ends = [arrived[kpi_id] or period[1] for kpi_id, period in settled.items()]
    start = periods.back(min(settled.values()), by, count - 1)[1]
    return periods.between(start, max(*ends, max(settled.values())[1]), by)


def _headlines(
    build: Build, area: str, latest: dict[str, Period | None]
) -> list[Question]:
    """Ask for the twelve months that are shown instead of an indicator's latest month.

    Only where the indicator says so. Verdicts do not use them, because they overlap.
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
    are the cell. `chosen` has members by dimension, as in `kpi_rows.rows`. Rows that
    are single people have only row_id, file and line; UserError where their figure is
    not shown.
    """
    kpi = build.kpis[kpi_id]
    if kpi.population.made_of:
        parts = " and ".join(kpi.population.made_of)
        raise UserError(f"'{kpi.wording.title}' has no rows of its own: see {parts}.")
    protects = kpi.disclosure.protects
    if kpi.disclosure.is_needed and not _are_listed(build, kpi, area, (start, end)):
        raise UserError(
            f"Rows of '{kpi.wording.title}' are single people. {WHEN_LISTED[protects]}"
        )
    first, last = (f"date {literal(day.isoformat())}" for day in (start, end))
    within = f"on_date between {first} and {last}"
    if kpi.population.stage == "published":
        within += f" and until_date <= {last} and area_code = {literal(area)}"
    sql = fill(
        "results/rows",
        rows=kpi_rows.rows(kpi, build.imports, within, chosen),
        places=_places(kpi, first, last),
        limit=f"limit {int(limit)}" if limit is not None else "",
    )
    codes = [code for _, code in build.places.members([area])]
    found = build.warehouse.query(sql, [area, codes])
    return found if not kpi.disclosure.is_needed else found[["row_id", "file", "line"]]


def _places(kpi: Kpi, first: str, last: str) -> str:
    """Return the query for file and line of the rows between two days, in SQL."""
    places = [
        fill(
            "results/place",
            source=literal(source),
            mart=identifier(f"mart_{source}"),
            ref=identifier(sources.mart(source).ref),
            on_date=identifier(sources.mart(source).on_date),
            first=first,
            last=last,
        )
        for source in kpi.population.needs
    ]
    return "\nunion all\n".join(places) or warehouse.text("results/no_place")


def lengths_listed(build: Build, kpi: Kpi, area: str, period: Period) -> list[str]:
    """Return by which lengths rows of people may be listed, if the figure is shown.

    Two lists say how many rows they share. So people are only listed by quarters, and
    where no area is hidden by quarter in the area. Rows of staff are returns of units.
    """
    lengths = [by for by in LISTED_BY if periods.of_day(period[1], by) == period]
    if kpi.disclosure.protects != "respondents":
        return lengths
    if build.arrived(kpi.id).hidden.has_within(area, "quarter"):
        return []
    return [by for by in lengths if made_of(by, period) != "month"]


def _are_listed(build: Build, kpi: Kpi, area: str, period: Period) -> bool:
    return any(
        series(build, [kpi.id], [area], period[1], period[1], by)["n"].notna().all()
        for by in lengths_listed(build, kpi, area, period)
    )
