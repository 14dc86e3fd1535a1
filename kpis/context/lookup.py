"""What stands beside a figure: its target, breaks, comparators and revisions.

None of it is part of a series, and none of it moves a figure.
"""

import json
from datetime import date

import numpy as np
import pandas as pd

from kpis import warehouse
from kpis.context import breaks as breaks_of
from kpis.context import comparators as comparators_of
from kpis.context import revision_words
from kpis.context import targets as targets_of
from kpis.context.breaks import Break, Series
from kpis.context.comparators import Comparator
from kpis.context.targets import Target
from kpis.periods import Period
from kpis.results import Build

WAS = ["was_value", "was_n", "was_numerator", "was_denominator"]
REVISION_COLUMNS = [
    "kpi", "on_date", *WAS, "was_build", "was_as_at", "was_provisional", "reason",
    "was_digest", "words",
]  # fmt: skip


def targets(build: Build) -> list[Target]:
    """Return every target of the build, and every saying that there is none."""
    return [Target(*row) for row in build.table("targets")]


def target(build: Build, kpi_id: str, area: str, day: date) -> Target:
    """Return the target in force: the area's own, else the force's."""
    return targets_of.in_force(targets(build), kpi_id, area, day)


def comparators(build: Build, kpi_id: str) -> list[Comparator]:
    """Return the published figures to set beside an indicator's, the force's first."""
    sql = warehouse.text("results/comparators")
    return [
        comparators_of.Comparator(*row) for row in build.warehouse.tuples(sql, [kpi_id])
    ]


def breaks(build: Build, kpi_id: str, area: str) -> list[Break]:
    """Return the breaks of one series, in order."""
    kpi = build.kpis[kpi_id]
    parts = [build.kpis[part] for part in kpi.population.made_of]
    series = Series(
        frozenset({kpi_id, *kpi.population.made_of}),
        frozenset(source for one in (kpi, *parts) for source in one.population.needs),
        kpi.population.standard,
        area,
    )
    found = (
        build.table(name) for name in ("series_breaks", "standard_changes", "moves")
    )
    return breaks_of.of_series(series, *found)


def comparable(build: Build, kpi_id: str, area: str, one: Period, other: Period) -> str:
    """Return why two periods of a series are not set against each other, or ""."""
    return breaks_of.comparable(breaks(build, kpi_id, area), one, other)


def revisions(build: Build, kpi_id: str, area: str) -> pd.DataFrame:
    """Return what builds before this one said of the months of a series.

    One row for each month and build, the newest first: kpi, on_date (first day of the
    month), was_value, was_n, was_numerator, was_denominator, was_build, was_as_at,
    was_provisional, reason (definition, rules, data), was_digest, words. A difference
    has no numerator; what is made of others has the rows of these. Of indicators of
    people the earlier figures are NaN: the difference could be one person's.
    """
    kpi = build.kpis[kpi_id]
    sql = warehouse.text("results/revisions")
    found = build.warehouse.query(sql, [[kpi_id, *kpi.population.made_of], area])
    headers = [json.loads(header) for header in found["header"]]
    found["unit"] = [one["unit"] for one in headers]
    is_difference = np.array([one["kind"] == "difference" for one in headers], bool)
    frame = pd.concat([found[~is_difference], _whole(found[is_difference])])
    frame["number"] = _numbers(frame["was_build"])
    newest_first = ["was_as_at", "number", "on_date", "kpi"]
    frame = frame.sort_values(newest_first, ascending=False, ignore_index=True)
    is_secret = np.array(
        [build.kpis[one].disclosure.is_needed for one in frame["kpi"]], bool
    )
    frame.loc[is_secret, WAS] = np.nan
    frame["words"] = [
        revision_words.hidden_in_words(one.was_as_at, one.reason)
        if is_hidden
        else revision_words.in_words(
            one.was_value, one.unit, one.was_as_at, one.reason, one.was_provisional
        )
        for one, is_hidden in zip(frame.itertuples(), is_secret, strict=True)
    ]  # fmt: skip
    return frame[REVISION_COLUMNS]


def _numbers(builds: pd.Series) -> pd.Series:
    """Return the numbers of builds: the hash before one says nothing of its turn."""
    return builds.map(lambda name: int(name.rpartition("-")[2]))


def _whole(sides: pd.DataFrame) -> pd.DataFrame:
    """Return differences from their two sides: a minus b."""
    keys = ["kpi", "on_date", "was_build"]
    whole = sides.drop_duplicates(keys).set_index(keys)
    value = sides.set_index([*keys, "part"])["was_value"].unstack("part")
    value = value.reindex(columns=["a", "b"])
    n = sides.groupby(keys)["was_n"].sum()
    return whole.assign(
        was_value=value["a"] - value["b"],
        was_n=n,
        was_numerator=np.nan,
        was_denominator=np.nan,
    ).reset_index()


def definitions(build: Build, kpi_id: str) -> pd.DataFrame:
    """Return digest, header, sql and first_build of every text that an indicator had.

    The first comes first. `was_digest` of a revision names the one by which it was
    counted.
    """
    found = build.warehouse.query(warehouse.text("results/definitions"), [kpi_id])
    return found.sort_values("first_build", key=_numbers, ignore_index=True)
