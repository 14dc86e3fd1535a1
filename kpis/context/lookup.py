"""What a build knows of a figure's context: targets, breaks, comparators, revisions.

None of it is part of a series, and none of it changes a figure.
"""

import json
from collections.abc import Iterable

import numpy as np
import pandas as pd

from kpis import periods, settings, warehouse
from kpis.builds import store
from kpis.context import breaks, revision_words
from kpis.context.breaks import Break, Series
from kpis.context.comparators import Comparator
from kpis.context.targets import Target
from kpis.definitions import Kpi
from kpis.periods import Period
from kpis.results import Build

PUBLISHED = "mart_published_figures"
WAS = ["was_value", "was_n", "was_numerator", "was_denominator"]
REVISION_COLUMNS = [
    "kpi", "on_date", *WAS, "was_build", "was_as_at", "was_provisional", "reason",
    "was_digest", "words",
]  # fmt: skip


def targets_of(build: Build) -> list[Target]:
    """Return every target of the build, and every statement that there is none."""
    return [Target(*row) for row in build.table("targets")]


def comparators_of(build: Build, kpi_id: str) -> list[Comparator]:
    """Return the published figures next to an indicator's own, the force's first."""
    sql = warehouse.text("results/comparators")
    return [Comparator(*row) for row in build.warehouse.tuples(sql, [kpi_id])]


def published_of(build: Build, kpi_id: str, area: str) -> list[Comparator]:
    """Return the figures that were published of an area, its places and the force.

    They came with exports. Those that an indicator shows as its own figures are left
    out: one figure for exactly one of its periods.
    """
    if not build.warehouse.tuples(warehouse.text("results/mart_columns"), [PUBLISHED]):
        return []
    codes = [settings.FORCE, *(code for _, code in build.places.members([area]))]
    rows = build.warehouse.tuples(
        warehouse.text("results/published_figures"), [kpi_id, codes]
    )
    return [
        Comparator(
            kpi_id, build.names.get(code, code), first, last, value, n,
            None, None, None, None, source,
        )
        for code, first, last, value, n, publishers, source in rows
        if publishers > 1
        or not _is_own(build.kpis[kpi_id], build.places.kinds[code], (first, last))
    ]  # fmt: skip


def _is_own(kpi: Kpi, area_kind: str, period: Period) -> bool:
    """Return whether a published figure is one of an indicator's own cells."""
    smallest = kpi.population.smallest_in(area_kind)
    if kpi.population.stage != "published" or smallest is None:
        return False
    own = periods.LENGTHS[periods.LENGTHS.index(smallest) :]
    return any(period == periods.of_day(period[1], by) for by in own)


def breaks_of(build: Build, kpi_id: str, area: str) -> list[Break]:
    """Return the breaks of one series, in order."""
    kpi = build.kpis[kpi_id]
    kpis = [kpi, *(build.kpis[part] for part in kpi.population.made_of)]
    is_of_site = kpi.population.area == "site" and build.places.kinds[area] == "bocu"
    series = Series(
        frozenset(each.id for each in kpis),
        frozenset(source for each in kpis for source in each.population.needs),
        # a site's figure is measured by the site's standard
        "" if is_of_site else kpi.population.standard,
        area,
        kpi.population.line_type if is_of_site else None,
    )
    return breaks.of_series(
        series,
        noted=build.table("series_breaks"),
        standards=build.table("standard_changes"),
        served=build.table("moves"),
    )


def breaks_of_shown(build: Build, kpi_id: str, areas: Iterable[str]) -> list[Break]:
    """Return the breaks of a series whose figures may be those of sites, in order.

    `areas` are the one that was asked for, and those whose figures are shown.
    """
    found = {each for area in areas for each in breaks_of(build, kpi_id, area)}
    return sorted(found, key=lambda each: (each.day, each.reason))


def revisions_of(build: Build, kpi_id: str, area: str) -> pd.DataFrame:
    """Return what earlier builds said of the months of a series, the newest first.

    One row for each month and build: kpi, on_date (first day of the month), was_value,
    was_n, was_numerator, was_denominator, was_build, was_as_at, was_provisional, reason
    (definition, rules, data), was_digest, words. A difference has no numerator. An
    indicator made of others has the rows of these. For indicators of people the earlier
    figures are NaN: the difference could be a single person's.
    """
    kpi = build.kpis[kpi_id]
    sql = warehouse.text("results/revisions")
    sides = build.warehouse.query(sql, [[kpi_id, *kpi.population.made_of], area])
    headers = [json.loads(header) for header in sides["header"]]
    sides["unit"] = [header["unit"] for header in headers]
    is_difference = np.array([own["kind"] == "difference" for own in headers], bool)
    frame = pd.concat([sides[~is_difference], _differences(sides[is_difference])])
    frame["number"] = _numbers(frame["was_build"])
    newest_first = ["was_as_at", "number", "on_date", "kpi"]
    frame = frame.sort_values(newest_first, ascending=False, ignore_index=True)
    is_hidden = np.array(
        [build.kpis[own_id].disclosure.is_needed for own_id in frame["kpi"]], bool
    )
    frame.loc[is_hidden, WAS] = np.nan
    frame["words"] = [
        revision_words.hidden_in_words(row["was_as_at"], row["reason"])
        if hidden
        else revision_words.in_words(
            row["was_value"],
            row["unit"],
            row["was_as_at"],
            row["reason"],
            row["was_provisional"],
        )
        for (_, row), hidden in zip(frame.iterrows(), is_hidden, strict=True)
    ]
    return frame[REVISION_COLUMNS]


def definitions_of(build: Build, kpi_id: str) -> pd.DataFrame:
    """Return every text that an indicator had: digest, header, sql and first_build.

    The first comes first. `was_digest` of a revision names the text by which it was
    counted.
    """
    texts = build.warehouse.query(warehouse.text("results/definitions"), [kpi_id])
    return texts.sort_values("first_build", key=_numbers, ignore_index=True)


def _numbers(builds: pd.Series) -> pd.Series:
    """Return the numbers of builds: the hash before one says nothing of their order."""
    return builds.map(store.number)


def _differences(sides: pd.DataFrame) -> pd.DataFrame:
    """Return differences from their two sides: a minus b."""
    keys = ["kpi", "on_date", "was_build"]
    whole = sides.drop_duplicates(keys).set_index(keys)
    values = sides.set_index([*keys, "part"])["was_value"].unstack("part")
    values = values.reindex(columns=["a", "b"])
    return whole.assign(
        was_value=values["a"] - values["b"],
        was_n=sides.groupby(keys)["was_n"].sum(),
        was_numerator=np.nan,
        was_denominator=np.nan,
    ).reset_index()
