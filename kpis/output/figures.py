"""Figures as `show` prints them: records for programs, lines for people."""

import math
from collections.abc import Hashable, Iterator
from typing import Any

import pandas as pd

from kpis import formatting
from kpis.definitions import Kpi

DAYS = ("period_start", "period_end")
COUNTS = ("n", "numerator", "denominator", "rows", "refused", "unusable", "filtered")
NUMBERS = (*COUNTS, "value", "lower", "upper", "least", "most")


def records(cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Return cells with plain values: ISO days, whole counts, None for no number."""
    return [_record(row) for row in cells.to_dict("records")]


def _record(cell: dict[Hashable, Any]) -> dict[str, Any]:
    row = {str(name): value for name, value in cell.items()}
    for name in DAYS:
        row[name] = row[name].date().isoformat()
    for name in NUMBERS:
        number = row[name]
        row[name] = None if pd.isna(number) or math.isinf(number) else number
    for name in COUNTS:
        if row[name] is not None and float(row[name]).is_integer():
            row[name] = int(row[name])
    if not isinstance(row["parts"], dict):
        del row["parts"]
    # only charts need it
    del row["cases"]
    return row


def lines(cells: pd.DataFrame, kpi: Kpi, names: dict[str, str]) -> Iterator[str]:
    """Yield a line for each cell: area, days, figure, n, state, reason and caveat."""
    width = max(len(names[area]) for area in cells["area"])
    for _, row in cells.iterrows():
        figure = formatting.of_cell(row, kpi.measure)
        count = "" if math.isnan(row.n) else f"n {formatting.count(row.n)}"
        days = f"{row.period_start:%Y-%m-%d} to {row.period_end:%Y-%m-%d}"
        state = formatting.of_state(row.state)
        yield (
            f"{names[row.area]:{width}}  {days}  {figure:>14}  {count:12} {state} "
            f"{' '.join(filter(None, [row.reason, row.caveat]))}"
        ).rstrip()
