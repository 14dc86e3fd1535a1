"""Groups of an indicator's rows as a table in words."""

from collections.abc import Mapping, Sequence

import pandas as pd

from kpis import formatting
from kpis.analysis import members
from kpis.definitions import Kpi
from kpis.output.row_table import NOT_LOCATED

# after the columns of what is grouped by
HEADS = {"figure": "Figure", "interval": "95 % interval", "n": "Cases"}


def in_words(
    groups: pd.DataFrame, by: Sequence[str], kpi: Kpi, areas: Mapping[str, str]
) -> pd.DataFrame:
    """Return `grouped_rows.grouped` in words: the members of `by`, then HEADS."""
    words = {name: [member(code, name, areas) for code in groups[name]] for name in by}
    figures = {
        "figure": [formatting.of_part(row, kpi.measure) for row in groups.itertuples()],
        "interval": [
            formatting.interval(row, kpi.measure.unit) for row in groups.itertuples()
        ],
        "n": groups["n"].tolist(),
    }
    return pd.DataFrame(words | figures)


def member(code: str, name: str, areas: Mapping[str, str]) -> str:
    """Name a member of a dimension, a month or an area."""
    if name == "area":
        return areas.get(code, NOT_LOCATED)
    if name == "month":
        return formatting.period(pd.Timestamp(f"{code}-01"), "month")
    return members.member(code, name)
