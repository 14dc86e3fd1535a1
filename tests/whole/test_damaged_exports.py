"""A damaged export never moves a figure in silence.

Random exports are damaged at random: rows that cannot be read, values that cannot, days
that are gone, a newer edition that is partly refused. The truth is counted from the
whole export, here, and not by the engine. Every figure is then the true one, or it has
a caveat whose bounds hold the true one, or it is not shown.
"""

import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from kpis import pipeline
from kpis.results import opened_build, queries
from tests.exports import PROJECT, canonical, save, take

ATTENDED, IMMEDIATE = "ops_immediate_attended_in_target", "ops_immediate_grade_share"
RATE, MEAN = "ops_calls_per_1000_residents", "ops_immediate_response_mean"
FIRST, LAST = date(2004, 1, 1), date(2004, 3, 31)
MADE = datetime(2004, 5, 1, tzinfo=UTC)
NAME = f"{{}}_{FIRST}_to_{LAST}.csv"
BOROUGHS = [
    line.split(",")[0]
    for line in (PROJECT / "data/reference/bocu.csv").read_text().splitlines()[1:]
]
Row = dict[str, str]


@dataclass
class Export:
    """An export as it should be, and as it was sent."""

    true: list[Row]
    sent: list[Row] = field(default_factory=list)


def incidents(chance: random.Random) -> list[Row]:
    """Three months of incidents in all boroughs, about one a day in each."""
    rows = []
    day = FIRST
    while day <= LAST:
        for code in BOROUGHS:
            for _ in range(chance.choice([0, 1, 1, 2])):
                number = len(rows) + 1
                at = f"{day}T{chance.randrange(7, 22):02}:00:00+00:00"
                minutes = chance.choice([4, 8, 11, 13, 25])
                rows.append(
                    {
                        "incident_ref": f"I{number}",
                        "created_at": at,
                        "bocu_code": code,
                        "grade_first": chance.choice("IIIS"),
                        "first_dispatched_at": "",
                        "first_on_scene_at": at[:14] + f"{minutes:02}:00+00:00",
                        "closed_at": at[:14] + "59:00+00:00",
                    }
                )
        day += timedelta(days=1)
    return rows


def truth(rows: list[Row], area: str, month: str) -> dict[str, float]:
    """Return the true figures of an area's month, counted in the plainest way."""
    own = [
        row
        for row in rows
        if row["created_at"].startswith(month) and area in ("MPS", row["bocu_code"])
    ]
    minutes = [
        int(row["first_on_scene_at"][14:16]) for row in own if row["grade_first"] == "I"
    ]
    figures = {}
    if own:
        figures[IMMEDIATE] = len(minutes) / len(own)
    if minutes:
        figures[ATTENDED] = sum(one <= 12 for one in minutes) / len(minutes)
        figures[MEAN] = 60 * sum(minutes) / len(minutes)
    return figures


def unreadable_day(row: Row) -> Row:
    return row | {"created_at": "yesterday"}


def unreadable_grade(row: Row) -> Row:
    return row | {"grade_first": "Z"}


def unreadable_arrival(row: Row) -> Row:
    return row | {"first_on_scene_at": "soon"}


def unreadable_everything(row: Row) -> Row:
    return dict.fromkeys(row, "") | {"created_at": "?"}


def unknown_borough(row: Row) -> Row:
    return row | {"bocu_code": "Nowhere"}


VALUES: list[Callable[[Row], Row]] = [
    unreadable_day, unreadable_grade, unreadable_arrival, unreadable_everything,
    unknown_borough,
]  # fmt: skip


def damage(export: Export, chance: random.Random) -> list[str]:
    """Damage an export at random, and say how."""
    how = []
    rows = list(export.true)
    for change in VALUES:
        if chance.random() < 0.5:
            share = chance.choice([0.002, 0.01, 0.04, 0.3])
            month = chance.choice(["", "2004-02"])
            area = chance.choice(["", "", BOROUGHS[5]])
            rows = [
                change(row)
                if chance.random() < share
                and row["created_at"].startswith(month)
                and area in ("", row["bocu_code"])
                else row
                for row in rows
            ]
            how.append(f"{change.__name__} {share} {month} {area}")
    if chance.random() < 0.4:
        first = FIRST + timedelta(days=chance.randrange(0, 80))
        gone = [str(first + timedelta(days=n)) for n in range(chance.randrange(1, 12))]
        rows = [row for row in rows if row["created_at"][:10] not in gone]
        how.append(f"no rows from {gone[0]} to {gone[-1]}")
    export.sent = rows
    return how


def sent(export: Export, home: Path, chance: random.Random) -> list[str]:
    """Import a damaged export, perhaps after a whole one of which rows have changed."""
    how = damage(export, chance)
    if chance.random() < 0.3:
        # what an earlier edition said of some rows was different
        older = [
            row | {"first_on_scene_at": row["closed_at"]}
            if chance.random() < 0.05
            else row
            for row in export.true
        ]
        path = save(home / "inbox", canonical("incidents", *older), NAME.format("old"))
        earlier = MADE - timedelta(days=7)
        take(path, "canonical_incidents", home, extracted_at=earlier)
        how.append("after an older edition")
    path = save(
        home / "inbox", canonical("incidents", *export.sent), NAME.format("new")
    )
    take(path, "canonical_incidents", home, extracted_at=MADE)
    return how


@pytest.mark.parametrize("seed", [*range(5), 150])
def test_no_figure_moves_in_silence(seed, tmp_path):
    """More of them are in `tests/drill/test_damage.py`."""
    check(seed, tmp_path)


def check(seed: int, tmp_path: Path) -> None:
    """Damage an export at random and compare every figure with the true one."""
    chance = random.Random(seed)
    export = Export(incidents(chance))
    how = sent(export, tmp_path, chance)
    pipeline.build(tmp_path)
    areas = ["MPS", *BOROUGHS]
    with closing(opened_build.open_build(tmp_path)) as build:
        found = queries.series(
            build, [ATTENDED, IMMEDIATE, MEAN], areas, FIRST, LAST, "month"
        )
    silent = [line for _, row in found.iterrows() if (line := silently(row, export))]
    assert not silent, f"{how}: {silent[:5]}"
    assert found["value"].notna().any() or how


def silently(row: pd.Series, export: Export) -> str:
    """Return how a figure moved without a word, or "" if it did not."""
    month = f"{row['period_start']:%Y-%m}"
    true = truth(export.true, row["area"], month).get(row["kpi"])
    if pd.isna(row["value"]):
        return "" if row["reason"] else f"{row['area']} {month}: no figure, no reason"
    if true is not None and abs(row["value"] - true) < 1e-9:
        return ""
    said = f"{row['kpi']} {row['area']} {month}: {row['value']} for {true}"
    if not row["caveat"]:
        return f"{said}, without a caveat"
    has_bounds = pd.notna(row["least"])
    is_within = row["least"] - 1e-9 <= (true or 0) <= row["most"] + 1e-9
    if true is not None and has_bounds and not is_within:
        return f"{said}, not between {row['least']} and {row['most']}"
    return ""


def test_a_loss_that_no_one_counts_is_found(tmp_path, monkeypatch):
    """The property can fail: it does once the losses are not counted."""
    chance = random.Random(1)
    export = Export(incidents(chance))
    export.sent = [
        unreadable_grade(row) if chance.random() < 0.02 else row for row in export.true
    ]
    path = save(tmp_path, canonical("incidents", *export.sent), NAME.format("new"))
    take(path, "canonical_incidents", tmp_path, extracted_at=MADE)
    monkeypatch.setattr(pipeline.losses, "count", lambda *arguments: None)
    pipeline.build(tmp_path)
    with closing(opened_build.open_build(tmp_path)) as build:
        found = queries.series(build, [IMMEDIATE], ["MPS"], FIRST, LAST, "month")
    assert any(silently(row, export) for _, row in found.iterrows())
