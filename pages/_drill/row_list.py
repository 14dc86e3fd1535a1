"""Rows behind a figure as a table: where each comes from, then what it says."""

import pandas as pd
import streamlit as st

from kpis.definitions import Kpi
from kpis.output import row_table
from pages._frame.elements import Heads

KEY = "rows"
# where a row comes from: that is what a reader is after
ORIGIN = ["file", "line", "row_id", "on_date"]


def show_rows(rows: pd.DataFrame, kpi: Kpi) -> None:
    """Show rows of `row_table.in_words`; nothing if there are none."""
    if rows.empty:
        return
    # text, or absent, where rows of the denominator come from no file
    has_lines = "line" in rows and pd.api.types.is_numeric_dtype(rows["line"])
    heads: Heads = {name: name.replace("_", " ").capitalize() for name in rows.columns}
    heads |= {
        "file": st.column_config.TextColumn("File", width=430),
        "row_id": "Row",
        "area_code": "Area",
        "numerator": row_table.quantity(kpi)
        if kpi.measure.kind in ("mean", "ratio")
        else "Counted",
        "denominator": "Out of",
        "value": row_table.quantity(kpi),
        "on_date": st.column_config.DateColumn(
            "From" if "until_date" in rows else "Day", format="D MMM YYYY"
        ),
        "until_date": st.column_config.DateColumn("Until", format="D MMM YYYY"),
        "line": st.column_config.NumberColumn("Line", format="%d")
        if has_lines
        else "Line",
    }
    with st.container(key=KEY):
        st.dataframe(
            rows,
            hide_index=True,
            height=320 if len(rows) > 8 else "auto",
            column_order=[
                *ORIGIN,
                *(name for name in rows.columns if name not in ORIGIN),
            ],
            column_config=heads,
            alt="Rows behind the figure",
        )
