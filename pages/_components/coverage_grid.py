"""What has arrived: a line for each source and sender, a column for each month.

It uses one shade and three shapes, so that it can be read in grey and on a weak
projector. What is whole is quiet; a hole catches the eye.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict

import pandas as pd

from kpis import formatting, periods
from kpis.charts import PALETTES
from kpis.definitions import Contract, Kpi
from pages._components.mounting import component

# of more senders than this, those without a hole are folded behind a button
FOLDED_ABOVE = 6
KEY = (
    ([1, 1], "whole"),
    ([1, 2], "a part of its days"),
    ([0, 1], "nothing"),
    (None, "blank: not expected, or still to come"),
)

_mount = component("coverage_grid")


def draw_grid(grid: dict[str, object], theme: str) -> None:
    """Draw the grid that `contents` made."""
    palette = asdict(PALETTES[theme])
    _mount(key="coverage_grid", data=grid | {"palette": palette})


def contents(
    arrivals: pd.DataFrame,
    names: Mapping[str, str],
    contracts: Mapping[str, Contract],
    kpis: Collection[Kpi],
) -> dict[str, object]:
    """Return the grid as JSON.

    `arrivals` is of `queries.arrivals`, `names` has the names of areas by code. A cell
    is [arrived, expected] in days, or None where nothing is expected.
    """
    months = _months(arrivals)
    by_title = {
        contracts[str(source)].title: arrived
        for source, arrived in arrivals.groupby("source")
    }
    needed = {
        source: sum(source in kpi.population.needs for kpi in kpis)
        for source in contracts
        if source not in set(arrivals["source"])
    }
    return {
        "caption": "Days that have arrived, by source and month",
        "key": [{"cell": cell, "says": says} for cell, says in KEY],
        "more": "scroll to the left for earlier years",
        "years": [
            formatting.period(month, "year").removeprefix("financial year ")
            for month in months[::12]
        ],
        "months": [formatting.period(month, "month") for month in months],
        "sources": [
            _source(title, by_title[title], months, names) for title in sorted(by_title)
        ],
        "absent": [
            {"name": contracts[source].title, "says": _never(needed[source])}
            for source in sorted(needed, key=lambda source: -needed[source])
        ],
    }


def _months(arrivals: pd.DataFrame) -> list[pd.Timestamp]:
    """Return the months of the grid: whole financial years, as reports count them."""
    if arrivals.empty:
        return []
    first, last = (
        periods.of_day(day, "year")[end]
        for day, end in ((arrivals["month"].min(), 0), (arrivals["month"].max(), 1))
    )
    return list(pd.date_range(first, last, freq="MS"))


def _source(
    title: str,
    arrived: pd.DataFrame,
    months: list[pd.Timestamp],
    names: Mapping[str, str],
) -> dict[str, object]:
    line = _line(title, arrived, months)
    senders = [
        _line(names.get(str(area), str(area)), own, months)
        for area, own in arrived.groupby("area", sort=False)
        if area
    ]
    is_long = len(senders) > FOLDED_ABOVE
    folded = [sender for sender in senders if is_long and sender["is_whole"]]
    shown = [sender for sender in senders if sender not in folded]
    others = "others" if shown else "places"
    return {
        "line": line,
        "senders": shown,
        "folded": folded,
        "fold": f"{len(folded)} {others}, all whole" if folded else "",
    }


def _line(
    name: str, arrived: pd.DataFrame, months: list[pd.Timestamp]
) -> dict[str, object]:
    days = arrived.groupby("month")[["arrived_days", "expected_days"]].sum()
    days.index = pd.DatetimeIndex(days.index)
    cells = dict(zip(days.index, days.to_numpy().tolist(), strict=True))
    expected, arrived_days = days["expected_days"].sum(), days["arrived_days"].sum()
    missing, all_days = map(formatting.count, (expected - arrived_days, expected))
    is_whole = expected == arrived_days
    return {
        "name": name,
        "says": "" if is_whole else f"{missing} of {all_days} days missing",
        "is_whole": bool(is_whole),
        "cells": [cells.get(month) for month in months],
        "last": months.index(days.index.max()),
    }


def _never(needed: int) -> str:
    if not needed:
        return "never arrived; no indicator needs it"
    return f"never arrived; needed by {needed} indicator{'s' if needed > 1 else ''}"
