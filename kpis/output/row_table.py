"""The rows behind a figure as a table in words, and the sum that they make."""

from collections.abc import Callable, Mapping

import pandas as pd

from kpis import formatting
from kpis.analysis import members
from kpis.definitions import Kpi

# rows of the denominator that come from no export
EXPOSURES = {"residents": "thousand resident-years"}
NOT_LOCATED = "not located"


def in_words(rows: pd.DataFrame, kpi: Kpi, areas: Mapping[str, str]) -> pd.DataFrame:
    """Return rows with names in place of codes, and blanks where nothing is known.

    `rows` is of `queries.rows`, `areas` has the names of areas by code.
    """
    # a row of one side of a ratio adds nothing to the other side
    sides = [name for name in ("numerator", "denominator") if name in rows]
    added = rows.assign(**rows[sides].fillna(0))
    shown = added.dropna(axis="columns", how="all").assign(
        row_id=rows["row_id"].fillna(kpi.population.exposure),
    )
    if "area_code" in rows:
        named = rows["area_code"].map(areas).fillna(NOT_LOCATED)
        shown = shown.assign(area_code=named)
    if "weekday" in rows:
        days = dict(enumerate(members.WEEKDAYS, 1))
        shown = shown.assign(weekday=rows["weekday"].map(days))
    partly = [name for name in shown.columns if shown[name].isna().any()]
    shown[partly] = shown[partly].apply(_with_blanks)
    return shown


def _with_blanks(column: pd.Series) -> pd.Series:
    """Return a column as text, empty where Streamlit's table would say None."""
    return column.map("{:}".format, na_action="ignore").astype("str").fillna("")


def quantity(kpi: Kpi) -> str:
    """Return the heading of measured values; rows hold seconds, not minutes."""
    is_time = kpi.measure.unit in ("minutes", "seconds")
    return {"pounds": "Pounds"}.get(kpi.measure.unit, "Seconds" if is_time else "Value")


def sum_in_words(cell: pd.Series, kpi: Kpi) -> str:
    """Say how many rows make a figure, and what they add up to."""
    if pd.isna(cell["value"]):
        return cell["reason"] or f"{formatting.of_state(cell['state']).capitalize()}."
    value = formatting.of_cell(cell, kpi.measure)
    if cell["state"] == "reported":
        return f"{value}, taken as published."
    return _SUMS[kpi.measure.kind](cell, kpi, value)


def _proportion(cell: pd.Series, kpi: Kpi, value: str) -> str:
    numerator, denominator = (
        formatting.count(cell[side]) for side in ("numerator", "denominator")
    )
    return f"{numerator} of {denominator} make {value}."


def _rate(cell: pd.Series, kpi: Kpi, value: str) -> str:
    exposure, whole = kpi.population.exposure, formatting.number(cell["denominator"], 1)
    rate = formatting.with_unit(value, kpi.measure.unit)
    if not exposure:
        return f"{formatting.number(cell['numerator'], 1)} over {whole} make {rate}."
    return (
        f"{formatting.count(cell['numerator'])} in {whole} {EXPOSURES[exposure]} make "
        f"{rate}. Rows without a file are {exposure}, one for each day and area."
    )


def _ratio(cell: pd.Series, kpi: Kpi, value: str) -> str:
    numerator = amount(cell["numerator"], kpi.measure.unit)
    return f"{numerator} over {formatting.count(cell['denominator'])} make {value}."


def amount(numerator: float, unit: str) -> str:
    """Return one side of a ratio: an amount, which is not a share even if they are."""
    if unit.startswith("percent"):
        return formatting.number(numerator, 1)
    return formatting.figure(numerator, unit)


def _values(cell: pd.Series, kpi: Kpi, value: str) -> str:
    count = formatting.count(cell["n"])
    if kpi.measure.kind == "percentile":
        share = f"{100 * kpi.measure.quantile:g} in 100"
        return f"{share} of {count} values are at most {value}."
    return f"{count} values have a {kpi.measure.kind} of {value}."


def _difference(cell: pd.Series, kpi: Kpi, value: str) -> str:
    first, second = (
        f"{formatting.figure(side['value'], 'percent', side['n'])} in part {name} "
        f"(n {formatting.count(side['n'])})"
        for name, side in sorted(cell["parts"].items())
    )
    return f"{first} minus {second} make {value}."


_SUMS: dict[str, Callable[[pd.Series, Kpi, str], str]] = {
    "proportion": _proportion,
    "rate": _rate,
    "ratio": _ratio,
    "mean": _values,
    "median": _values,
    "percentile": _values,
    "difference": _difference,
}
