"""Reference tables: BOCUs and their spellings, sites, standards.

A table in the data directory's `reference/` takes the place of the shipped one.
"""

import re
from pathlib import Path

import pandas as pd

from kpis import settings
from kpis.errors import UserError

COLUMNS = {
    "bocu": ["bocu_code", "borough_name", "gss_code"],
    "bocu_spelling": ["spelling", "bocu_code"],
    "site": ["call_site_code", "name", "kind"],
    "standards": ["applies_to", "area", "seconds", "valid_from", "valid_to", "status"],
}


def path(name: str, data_dir: Path) -> Path:
    """Return the file in force for a reference table."""
    own = data_dir / "reference" / f"{name}.csv"
    return own if own.exists() else settings.REFERENCE / f"{name}.csv"


def table(name: str, data_dir: Path) -> pd.DataFrame:
    """Return a reference table as text; UserError for a column that is missing."""
    file = path(name, data_dir)
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    missing = [column for column in COLUMNS[name] if column not in frame]
    if missing:
        raise UserError(f"{file}: the column {missing[0]} is missing.")
    return frame


def areas(data_dir: Path) -> pd.DataFrame:
    """Return code, name and kind (mps, bocu, site) of every area, the force first."""
    bocu = table("bocu", data_dir)
    bocu = bocu.rename(columns={"bocu_code": "code", "borough_name": "name"})
    site = table("site", data_dir).rename(columns={"call_site_code": "code"})
    frames = [
        pd.DataFrame({"code": [settings.FORCE], "name": ["MPS"], "kind": ["mps"]}),
        bocu.assign(kind="bocu").sort_values("name"),
        site.assign(kind="site"),
    ]
    return pd.concat(frames)[["code", "name", "kind"]].reset_index(drop=True)


def normal(spelling: str) -> str:
    """Return a spelling without case, spaces and signs: "K & C" becomes "kandc".

    `sql/import/normal_spelling.sql` says the same in SQL.
    """
    return re.sub("[^a-z0-9]", "", spelling.lower().replace("&", "and"))


def spellings(reference: str, data_dir: Path, kpi_ids: list[str]) -> dict[str, str]:
    """Return every known spelling, in normal form, with the code it stands for.

    `reference` is bocu, site, area (BOCUs, sites and the force) or kpi.
    """
    known: dict[str, str] = {}
    if reference == "kpi":
        known = {normal(kpi_id): kpi_id for kpi_id in kpi_ids}
    if reference in ("site", "area"):
        for row in table("site", data_dir).itertuples():
            known[normal(row.name)] = known[normal(row.call_site_code)] = (
                row.call_site_code
            )
    if reference in ("bocu", "area"):
        for row in table("bocu_spelling", data_dir).itertuples():
            known[normal(row.spelling)] = row.bocu_code
        for row in table("bocu", data_dir).itertuples():
            for spelling in (row.borough_name, row.gss_code, row.bocu_code):
                known[normal(spelling)] = row.bocu_code
    if reference == "area":
        known[normal(settings.FORCE)] = settings.FORCE
    # an exact code is looked up as it stands, without the cost of normalising it
    return known | {code.lower(): code for code in known.values()}
