"""What to look at: one line for each finding, those that spoil figures first."""

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from kpis import formatting, periods
from kpis.charts import PALETTES
from kpis.definitions import Contract
from pages._components.mounting import component

COLUMNS = ("What", "Export", "Where", "When", "Rows", "Example")
GROUPS = {
    True: "These make figures unreliable",
    False: "Worth a look; no figure is withheld",
}
KINDS = {"bocu": "boroughs", "site": "sites", "facility": "counters"}

_mount = component("findings")


def show(table: dict) -> None:
    """Draw the table that `contents` made."""
    _mount(key="findings", data=table)


def contents(
    findings: pd.DataFrame,
    areas: pd.DataFrame,
    names: Mapping[str, str],
    contracts: Mapping[str, Contract],
    theme: str,
) -> dict:
    """Return the findings as JSON, one row for each kind of finding.

    `findings` is as `results.findings` gives it, `areas` as `results.areas` does.
    """
    kinds = dict(zip(areas["code"], areas["kind"], strict=True))
    groups: dict[bool, list] = {True: [], False: []}
    for (is_unreliable, _), found in findings.groupby(["is_unreliable", "finding"]):
        groups[bool(is_unreliable)].append(_row(found, kinds, names, contracts))
    return {
        "caption": "What shows when rows are set beside other rows",
        "columns": COLUMNS,
        "groups": [
            {"title": GROUPS[key], "rows": sorted(rows, key=lambda row: -row["count"])}
            for key, rows in groups.items()
            if rows
        ],
        "palette": asdict(PALETTES[theme]),
    }


def _row(
    found: pd.DataFrame,
    kinds: Mapping[str, str],
    names: Mapping[str, str],
    contracts: Mapping[str, Contract],
) -> dict:
    first, contract = found.iloc[0], contracts[found["source"].iloc[0]]
    places = found.groupby("area_code")["row_count"].sum().sort_values(ascending=False)
    nowhere = "whole force" if first["is_unreliable"] else "no place given"
    named = {code: names.get(code, code) or nowhere for code in places.index}
    examples = found["example"].dropna()
    count = int(found["row_count"].sum())
    return {
        "title": first["title"],
        "says": first["says"],
        "export": contract.title,
        "where": _where(named, kinds),
        "places": [f"{named[code]} {formatting.count(places[code])}" for code in named]
        if len(named) > 1
        else [],
        "when": _when(found, contract.stands_for),
        "count": count,
        "rows": formatting.count(count),
        "example": examples.iloc[0].partition(":")[2] if len(examples) else "",
    }


def _when(found: pd.DataFrame, stands_for: str) -> str:
    """The days in words; a row of a monthly return stands for all of its month."""
    first, last = found["first_on"].min().date(), found["last_on"].max().date()
    return formatting.span(first, periods.of_day(last, stands_for)[1])


def _where(named: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """One place by its name, several by their number and kind."""
    if len(named) == 1:
        return next(iter(named.values()))
    located = {kinds.get(code) for code in named if code}
    only = located.pop() if len(located) == 1 else None
    what = KINDS.get(only, "places")
    known = sum(bool(code) for code in named)
    said = f"{known} {what}" if known > 1 else named[next(filter(None, named))]
    return said if known == len(named) else f"{said}, and some with {named['']}"
