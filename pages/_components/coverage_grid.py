"""What has arrived: a line for each source and sender, a column for each month.

One shade and three shapes tell it, so that it reads in grey and on a weak projector:
what is whole lies quiet, a hole is what the eye falls on.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict

import pandas as pd

from kpis import formatting, periods
from kpis.charts import PALETTES
from kpis.definitions import Contract, Kpi
from pages._components.mounting import component

# with more senders than this, those without a hole wait behind a button
FOLDED_ABOVE = 6
KEY = (
    ([1, 1], "whole"),
    ([1, 2], "a part of its days"),
    ([0, 1], "nothing"),
    (None, "blank: not expected, or still to come"),
)

_mount = component("coverage_grid")


def show(grid: dict) -> None:
    """Draw the grid that `contents` made."""
    _mount(key="coverage_grid", data=grid)


def contents(
    arrivals: pd.DataFrame,
    names: Mapping[str, str],
    contracts: Mapping[str, Contract],
    kpis: Collection[Kpi],
    theme: str,
) -> dict:
    """Return the grid as JSON.

    `arrivals` is as `results.arrivals` gives it, `names` are those of the areas. A
    cell is [arrived, expected] in days, or None where nothing is expected.
    """
    months = _months(arrivals)
    sources = [
        _source(contracts[source].title, lines, months, names)
        for source, lines in arrivals.groupby("source", sort=True)
    ]
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
        "sources": sorted(sources, key=lambda one: one["line"]["name"]),
        "absent": [
            {"name": contracts[source].title, "says": _never(needed[source])}
            for source in sorted(needed, key=lambda source: -needed[source])
        ],
        "palette": asdict(PALETTES[theme]),
    }


def _months(arrivals: pd.DataFrame) -> list[pd.Timestamp]:
    """The months of the grid: whole financial years, as reports count them."""
    if arrivals.empty:
        return []
    first, last = (
        periods.of_day(day, "year")[end]
        for day, end in ((arrivals["month"].min(), 0), (arrivals["month"].max(), 1))
    )
    return list(pd.date_range(first, last, freq="MS"))


def _source(
    title: str, arrived: pd.DataFrame, months: list, names: Mapping[str, str]
) -> dict:
    line = _line(title, arrived, months)
    senders = [
        _line(names.get(area, area), own, months)
        for area, own in arrived.groupby("area", sort=False)
        if area
    ]
    is_long = len(senders) > FOLDED_ABOVE
    folded = [one for one in senders if is_long and one["is_whole"]]
    shown = [one for one in senders if not (is_long and one["is_whole"])]
    others = "others" if shown else "places"
    return {
        "line": line,
        "senders": shown,
        "folded": folded,
        "fold": f"{len(folded)} {others}, all whole" if folded else "",
    }


def _line(name: str, arrived: pd.DataFrame, months: list) -> dict:
    days = arrived.groupby("month")[["arrived_days", "expected_days"]].sum()
    days.index = pd.DatetimeIndex(days.index)
    cells = dict(zip(days.index, days.to_numpy().tolist(), strict=True))
    expected = int(days["expected_days"].sum())
    gone = expected - int(days["arrived_days"].sum())
    return {
        "name": name,
        "says": f"{formatting.count(gone)} of {formatting.count(expected)} days missing"
        if gone
        else "",
        "is_whole": not gone,
        "cells": [cells.get(month) for month in months],
        "last": months.index(days.index.max()),
    }


def _never(needed: int) -> str:
    if not needed:
        return "never arrived; no indicator needs it"
    return f"never arrived; needed by {needed} indicator{'s' if needed > 1 else ''}"
