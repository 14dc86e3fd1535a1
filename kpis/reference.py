"""Reference tables: BOCUs and their spellings, sites, standards.

A table in the data directory's `reference/` takes the place of the shipped one.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from kpis import settings
from kpis.errors import UserError, unknown

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
    """Return a reference table as text; UserError for one that cannot be read."""
    file = path(name, data_dir)
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    except ValueError as error:
        raise UserError(f"{file}: {error}. Save it as UTF-8 with commas.") from None
    for column in COLUMNS[name]:
        if column not in frame:
            raise UserError(f"{file}: {unknown('column', column, frame)}")
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

    `reference` is bocu, site, area (BOCUs, sites and the force) or kpi. Raises
    UserError for a spelling of no code or of two.
    """
    known: dict[str, str] = {}
    if reference == "kpi":
        known = _by_spelling(zip(kpi_ids, kpi_ids, strict=True), data_dir)
    if reference in ("site", "area"):
        known = _by_spelling(_site_spellings(data_dir), data_dir)
    if reference in ("bocu", "area"):
        # a place that is both, such as Lambeth, is the BOCU unless the code is given
        known |= _by_spelling(_bocu_spellings(data_dir), data_dir)
    if reference == "area":
        known[normal(settings.FORCE)] = settings.FORCE
    # an exact code is looked up as it stands, without the cost of normalising it
    return known | {code.lower(): code for code in known.values()}


def _site_spellings(data_dir: Path) -> Iterator[tuple[str, str]]:
    for row in table("site", data_dir).itertuples():
        for spelling in (row.call_site_code, row.name):
            yield spelling, row.call_site_code


def _bocu_spellings(data_dir: Path) -> Iterator[tuple[str, str]]:
    codes = set()
    for row in table("bocu", data_dir).itertuples():
        codes.add(row.bocu_code)
        for spelling in (row.bocu_code, row.borough_name, row.gss_code):
            yield spelling, row.bocu_code
    for row in table("bocu_spelling", data_dir).itertuples():
        if row.bocu_code not in codes:
            reason = unknown("BOCU", row.bocu_code, codes)
            raise UserError(f"{path('bocu_spelling', data_dir)}: {reason}")
        yield row.spelling, row.bocu_code


def _by_spelling(pairs: Iterable[tuple[str, str]], data_dir: Path) -> dict[str, str]:
    known: dict[str, str] = {}
    for spelling, code in pairs:
        plain = normal(spelling)
        if plain and known.setdefault(plain, code) != code:
            raise UserError(
                f"The spelling '{spelling}' stands for {known[plain]} and for {code}: "
                f"correct the tables in {path('bocu', data_dir).parent}."
            )
    return known
