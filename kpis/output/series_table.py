"""An indicator's series as a table: in words for a reader, in numbers for a file."""

from collections.abc import Mapping

import pandas as pd

from kpis import formatting
from kpis.analysis import headline
from kpis.charts import spc_chart
from kpis.definitions import Kpi
from kpis.formatting import capital

HEADS = {
    "period": "Period",
    "figure": "Figure",
    "interval": "95 % interval",
    "n": "Cases",
    "says": "What it says",
}
# columns that only the program itself needs
INTERNAL = ["is_latest", "is_settled", "parts"]


def in_words(series: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Return a judged series with the columns of HEADS, the latest period first."""
    rows = [
        (
            capital(headline.period(row)),
            formatting.of_cell(row, kpi.measure)
            if pd.notna(row["value"])
            else formatting.NO_FIGURE,
            formatting.interval(row, kpi.measure.unit),
            row["n"],
            _says(row),
        )
        for _, row in series.iloc[::-1].iterrows()
    ]
    return pd.DataFrame(rows, columns=list(HEADS))


def in_numbers(series: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a judged series as it is downloaded.

    `names` has the names of areas by code: in a borough's series there may be figures
    of sites. A difference has two sides; each number of a side gets a column of its
    own.
    """
    sides = [
        {
            f"{name}_{side}": value
            for side, numbers in sorted(parts.items())
            for name, value in numbers.items()
        }
        if isinstance(parts, dict)
        else {}
        for parts in series["parts"]
    ]
    numbers = series.drop(columns=INTERNAL)
    place = list(numbers.columns).index("area") + 1
    numbers.insert(place, "area_name", numbers["area"].map(names))
    return numbers.join(pd.DataFrame(sides, index=series.index))


def _says(row: pd.Series) -> str:
    """Say what the chart's mark means and by which rule, the state, what is missing."""
    said = [spc_chart.MARKS[row["meaning"]]] if row["meaning"] else []
    said += [spc_chart.RULES[row["rule"]]] if row["meaning"] and row["rule"] else []
    says = ", ".join([*said, *filter(None, [formatting.of_state(row["state"])])])
    return ". ".join(filter(None, [says, row["caveat"]]))
