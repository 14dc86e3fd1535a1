"""Findings: what only shows when rows are compared with other rows, month by month.

Every file in `sql/findings/` is one: a comment with a TOML header, and a select that
returns area_code, on_date and row_id of what is at fault. A finding flags and never
refuses, because a file may come before the one that it is compared with. Where it
says that columns are `unusable`, figures that need them are not reliable.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import pandas as pd

from kpis import periods, settings
from kpis.builds import kpi_rows, mart_inputs, versions
from kpis.builds.mart_inputs import WHOLE, MartInputs
from kpis.builds.versions import digest
from kpis.definitions import contracts, indicators
from kpis.errors import UserError, unknown
from kpis.periods import Period
from kpis.warehouse import Warehouse, fill, identifier, literal, literals

# the last day of which a row tells, by what one row of the source stands for
LAST_DAYS = {
    "day": "on_date",
    "month": "last_day(on_date)",
    "year": "on_date + interval 1 year - interval 1 day",
}


# stands for the year of one run in the statement of a version
ANY_YEAR = (date(2000, 4, 1), date(2001, 3, 31))


@dataclass(frozen=True)
class Finding:
    """One cross-check. `source` holds the rows at fault; `reads` are all marts in it.

    A financial year is looked at as a whole, with `looks_days` before and after it, so
    that what is found does not depend on the month that arrived last.
    """

    id: str
    digest: str
    sql: str
    title: str
    says: str
    source: str
    reads: tuple[str, ...]
    looks_days: int = 0
    unusable: dict = field(default_factory=dict)


@cache
def load() -> dict[str, Finding]:
    """Return every finding by id; UserError for a header that is none."""
    found = {}
    for path in sorted((settings.SQL / "findings").glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        parts = indicators.HEADER.fullmatch(text)
        if not parts:
            raise UserError(f"{path.name}: it does not open with a /* header */.")
        one = contracts.build(
            Finding,
            tomllib.loads(parts[1]),
            path.name,
            id=path.stem,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            sql=parts[2].strip(),
        )
        for source in (one.source, *one.reads, *one.unusable):
            if source not in kpi_rows.MARTS:
                raise UserError(
                    f"{path.name}: {unknown('source', source, kpi_rows.MARTS)}"
                )
        found[path.stem] = one
    return found


def plan(
    finding: Finding, inputs: dict[str, MartInputs], shared: str
) -> dict[str, str]:
    """Return the hash of each month in which the finding is looked for.

    The months of a financial year are looked at together, so they share one.
    """
    version = versions.of_statements(_statement(finding, ANY_YEAR, []))
    hashes: dict[str, str] = {}
    for year, months in _by_year(set(inputs[finding.source].files) - {WHOLE}).items():
        near = [
            f"{first:%Y-%m}"
            for first, _ in periods.between(*_reach(finding, year), "month")
        ]
        parts = [
            f"{source} {month} {inputs[source].hashes.get(month, '')}"
            for source in finding.reads
            for month in near
        ]
        hashes |= dict.fromkeys(months, digest(shared, version, *parts))
    return hashes


def look(db: Warehouse, finding: Finding, months: Iterable[str]) -> None:
    """Look for a finding in some months and store what is found."""
    for year, own in _by_year(months).items():
        db.run(_statement(finding, year, own))


def _by_year(months: Iterable[str]) -> dict[Period, list[str]]:
    """Return months by the financial year that holds them."""
    years: dict[Period, list[str]] = {}
    for month in sorted(months):
        year = periods.of_day(mart_inputs.span(month)[0], "year")
        years.setdefault(year, []).append(month)
    return years


def _reach(finding: Finding, year: Period) -> Period:
    reach = timedelta(days=finding.looks_days)
    return year[0] - reach, year[1] + reach


def _statement(finding: Finding, year: Period, months: list[str]) -> str:
    """Return the statement that stores what is found in some months of a year."""
    first, last = _reach(finding, year)
    near = ",\n\n".join(
        fill(
            "findings_store/near",
            mart=identifier(source),
            view=identifier(f"mart_{source}"),
            on_date=identifier(kpi_rows.MARTS[source].on_date),
            first=literal(first.isoformat()),
            last=literal(last.isoformat()),
        )
        for source in finding.reads
    )
    return fill(
        "findings_store/store",
        near=near,
        select=finding.sql,
        finding=literal(finding.id),
        source=literal(finding.source),
        months=literals(months),
        last_on=LAST_DAYS[contracts.load(finding.source).stands_for],
    )


def described() -> pd.DataFrame:
    """Return finding, title, says and unusable (JSON) of every finding."""
    rows = [
        (one.id, one.title, one.says, json.dumps(one.unusable))
        for one in load().values()
    ]
    return pd.DataFrame(rows, columns=["finding", "title", "says", "unusable"])
