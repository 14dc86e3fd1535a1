"""What to look at: a line for each kind of finding, those that spoil figures first."""

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from kpis import formatting, periods
from kpis.charts import PALETTES
from kpis.definitions import Contract
from pages._components.mounting import component

COLUMNS = ("What", "Export", "Where", "When", "Rows", "Example")
# by whether they make figures unreliable
GROUPS = {
    True: "These make figures unreliable",
    False: "Worth a look; no figure is withheld",
}
KINDS = {"bocu": "boroughs", "site": "sites", "facility": "counters"}

_mount = component("findings")


def draw_findings(table: dict[str, object], theme: str) -> None:
    """Draw the table that `contents` made."""
    palette = asdict(PALETTES[theme])
    _mount(key="findings", data=table | {"palette": palette})


def contents(
    findings: pd.DataFrame,
    areas: pd.DataFrame,
    names: Mapping[str, str],
    contracts: Mapping[str, Contract],
) -> dict[str, object]:
    """Return the findings as JSON, one row for each kind of finding.

    `findings` is of `queries.findings`, `areas` of `queries.areas`, `names` has the
    names of areas by code.
    """
    kinds = dict(zip(areas["code"], areas["kind"], strict=True))
    by_kind = [found for _, found in findings.groupby(["is_unreliable", "finding"])]
    by_kind.sort(key=lambda found: found["row_count"].sum(), reverse=True)
    return {
        "caption": "What shows when rows are compared with other rows",
        "columns": COLUMNS,
        "groups": [
            {
                "title": title,
                "rows": [
                    _row(found, kinds, names, contracts)
                    for found in by_kind
                    if found["is_unreliable"].iloc[0] == is_unreliable
                ],
            }
            for is_unreliable, title in GROUPS.items()
            if findings["is_unreliable"].eq(is_unreliable).any()
        ],
    }


def _row(
    found: pd.DataFrame,
    kinds: Mapping[str, str],
    names: Mapping[str, str],
    contracts: Mapping[str, Contract],
) -> dict[str, object]:
    first, contract = found.iloc[0], contracts[found["source"].iloc[0]]
    places = found.groupby("area_code")["row_count"].sum().sort_values(ascending=False)
    nowhere = "whole force" if first["is_unreliable"] else "no place given"
    named = {code: names.get(code, code) or nowhere for code in places.index}
    examples = found["example"].dropna()
    return {
        "title": first["title"],
        "says": first["says"],
        "export": contract.title,
        "where": _where(named, kinds),
        "places": [f"{named[code]} {formatting.count(places[code])}" for code in named]
        if len(named) > 1
        else [],
        "when": _when(found, contract.stands_for),
        "rows": formatting.count(found["row_count"].sum()),
        "example": examples.iloc[0].partition(":")[2] if len(examples) else "",
    }


def _when(found: pd.DataFrame, stands_for: str) -> str:
    """Say the days; a row of a monthly return stands for the whole month."""
    first, last = found["first_on"].min().date(), found["last_on"].max().date()
    return formatting.span(first, periods.of_day(last, stands_for)[1])


def _where(named: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """Name a single place; say how many there are of several, and their kind."""
    if len(named) == 1:
        return next(iter(named.values()))
    located = {kinds.get(code) for code in named if code}
    only = located.pop() if len(located) == 1 else None
    what = KINDS.get(only or "", "places")
    known = sum(bool(code) for code in named)
    said = f"{known} {what}" if known > 1 else named[next(filter(None, named))]
    return said if known == len(named) else f"{said}, and some with {named['']}"
