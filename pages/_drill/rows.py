"""The rows behind a figure as a table, and the sum that they make in words."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.analysis import members
from kpis.definitions import Kpi
from pages import _cached
from pages._frame.filters import Scope
from pages._frame.markdown import plain

KEY = "rows"
# rows of the denominator that come from no export
EXPOSURES = {"residents": "thousand resident-years"}


def show(found: pd.DataFrame, kpi: Kpi, scope: Scope, of: tuple) -> None:
    """Show rows with names in place of codes; nothing where there are none.

    `of` is what they are of, beside the scope.
    """
    if len(found):
        areas = _cached.area_names(scope.build_id)
        readable = partial(for_reading, found, kpi, areas)
        with st.container(key=KEY):
            _table(_cached.kept(KEY, scope, of, readable), kpi)


def _table(shown: pd.DataFrame, kpi: Kpi) -> None:
    """Show rows, where they come from first: that is what a reader is after."""
    origin = ["file", "line", "row_id", "on_date"]
    # text, or absent, where rows of the denominator come from no file
    is_number = pd.api.types.is_numeric_dtype(shown.get("line"))
    st.dataframe(
        shown,
        hide_index=True,
        height=320 if len(shown) > 8 else "auto",
        column_order=[*origin, *(name for name in shown if name not in origin)],
        column_config={
            **{name: name.replace("_", " ").capitalize() for name in shown},
            "file": st.column_config.TextColumn("File", width=430),
            "row_id": "Row",
            "area_code": "Area",
            "numerator": quantity(kpi)
            if kpi.measure.kind in ("mean", "ratio")
            else "Counted",
            "denominator": "Out of",
            "value": quantity(kpi),
            "on_date": st.column_config.DateColumn(
                "From" if "until_date" in shown else "Day", format="D MMM YYYY"
            ),
            "until_date": st.column_config.DateColumn("Until", format="D MMM YYYY"),
            "line": st.column_config.NumberColumn("Line", format="%d")
            if is_number
            else "Line",
        },
        alt="Rows behind the figure",
    )


def for_reading(
    found: pd.DataFrame, kpi: Kpi, areas: Mapping[str, str]
) -> pd.DataFrame:
    """Return rows with names in place of codes, and nothing that reads None."""
    # a row of one side of a ratio adds nothing to the other
    sides = [name for name in ("numerator", "denominator") if name in found]
    added = found.assign(**found[sides].fillna(0))
    shown = added.dropna(axis="columns", how="all").assign(
        row_id=found["row_id"].fillna(kpi.population.exposure),
    )
    if "area_code" in found:
        named = found["area_code"].map(areas).fillna("not located")
        shown = shown.assign(area_code=named)
    if "weekday" in found:
        days = dict(enumerate(members.WEEKDAYS, 1))
        shown = shown.assign(weekday=found["weekday"].map(days))
    partly = [name for name in shown if shown[name].isna().any()]
    shown[partly] = shown[partly].apply(with_blanks)
    return shown


def with_blanks(column: pd.Series) -> pd.Series:
    """Return a column as text, empty where Streamlit's table would say None."""
    return column.map("{:}".format, na_action="ignore").astype("str").fillna("")


def quantity(kpi: Kpi) -> str:
    """The head of a column of measured values: rows hold seconds, not minutes."""
    is_time = kpi.measure.unit in ("minutes", "seconds")
    return {"pounds": "Pounds"}.get(kpi.measure.unit, "Seconds" if is_time else "Value")


def account(cell: pd.Series, kpi: Kpi, shown: int) -> str:
    """What the rows are, how many, and the sum that they make."""
    if pd.isna(cell["value"]):
        said = cell["reason"] or f"{formatting.missing(cell['state']).capitalize()}."
        return plain(said)
    value = formatting.of_cell(cell, kpi.measure)
    if cell["state"] == "reported":
        made = f"{value}, taken as published."
    else:
        made = ACCOUNTS[kpi.measure.kind](cell, kpi, value)
    limited = f" First {shown} rows are shown." if shown == _cached.ROWS_SHOWN else ""
    return made + limited


def of_proportion(cell: pd.Series, kpi: Kpi, value: str) -> str:
    numerator, denominator = (
        formatting.count(cell[part]) for part in ("numerator", "denominator")
    )
    return f"{numerator} of {denominator} make {value}."


def of_rate(cell: pd.Series, kpi: Kpi, value: str) -> str:
    exposure, whole = kpi.population.exposure, formatting.number(cell["denominator"], 1)
    rate = formatting.with_unit(value, kpi.measure.unit)
    if not exposure:
        return f"{formatting.number(cell['numerator'], 1)} over {whole} make {rate}."
    return (
        f"{formatting.count(cell['numerator'])} in {whole} {EXPOSURES[exposure]} make "
        f"{rate}. Rows without a file are {exposure}, for each day and area."
    )


def of_ratio(cell: pd.Series, kpi: Kpi, value: str) -> str:
    numerator = formatting.figure(cell["numerator"], kpi.measure.unit)
    return f"{numerator} over {formatting.count(cell['denominator'])} make {value}."


def of_values(cell: pd.Series, kpi: Kpi, value: str) -> str:
    count = formatting.count(cell["n"])
    if kpi.measure.kind == "percentile":
        share = f"{100 * kpi.measure.quantile:g} in 100"
        return f"{share} of {count} values are at most {value}."
    return f"The {kpi.measure.kind} of {count} values is {value}."


def of_difference(cell: pd.Series, kpi: Kpi, value: str) -> str:
    first, second = (
        f"{formatting.figure(side['value'], 'percent', side['n'])} in part {name} "
        f"(n {formatting.count(side['n'])})"
        for name, side in sorted(cell["parts"].items())
    )
    return f"{first} minus {second} make {value}."


ACCOUNTS = {
    "proportion": of_proportion,
    "rate": of_rate,
    "ratio": of_ratio,
    "mean": of_values,
    "median": of_values,
    "percentile": of_values,
    "difference": of_difference,
}
