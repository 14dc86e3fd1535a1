"""Small forces drawn as tables: rows go in as an export, cells come from the build.

A table is text with a line for each row and `|` between its columns, as in
`tests/examples/`. A row says only what matters to its test; `DEFAULTS` gives the rest.
"""

import csv
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from kpis import periods, pipeline, settings
from kpis.definitions import contracts
from kpis.ingest import importer
from kpis.results import opened_build, queries

NOTHING = "-"
# long after every drawn row, so a figure is settled unless its test says otherwise
EXTRACTED = "2020-01-01T00:00"
DEFAULTS = {
    "calls": {
        "line_type": "emergency_999",
        "stage": "primary",
        "origin": "public",
        "outcome": "answered",
        "call_site_code": "IR",
    },
    "incidents": {"origin": "public", "grade_first": "I", "bocu_code": "QK"},
    "front_counter_visits": {
        "left_before_service": "false",
        "visit_reason": "advice",
        "recorded_by": "ticket_system",
    },
    "survey_responses": {
        "survey_code": "USS",
        "wave": "2003-Q3",
        "mode": "telephone",
        "question_code": "uss_overall",
        "respondent_group": "burglary",
        "weight": "1",
    },
    "workforce_monthly": {"staff_group": "response_officer"},
    "finance_monthly": {
        "cost_centre_type": "call_handling",
        "cost_type": "basic_pay",
        "basis": "outturn",
    },
    "patrol_monthly": {"role": "response"},
    "facility_hours_monthly": {},
    "contacts_other_monthly": {"channel": "email"},
    "activity_annual": {},
    "published_figures": {
        "kpi_id": "cust_public_confidence",
        "source": "Survey of the example",
    },
}


def read(text: str) -> list[dict[str, str]]:
    """Return the rows of a table, without the rule below its header; "-" is empty.

    A column `times` says how often a row is repeated.
    """
    lines = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.strip().splitlines()
        if line.strip().strip("|-: ")
    ]
    header, *rows = lines
    result = []
    for cells in rows:
        row = dict(zip(header, cells, strict=True))
        times = int(row.pop("times", "1"))
        row = {name: "" if cell == NOTHING else cell for name, cell in row.items()}
        result += [row] * times
    return result


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as a CSV file with the columns of the first row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def canonical(source: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return rows in the product's layout: every column, ids numbered if missing."""
    contract = contracts.load(source)
    empty = dict.fromkeys(contract.columns, "")
    # only ids are numbered; other parts of a key have a meaning
    ids = [name for name in contract.key if contract.columns[name].type == "id"]
    numbered = [
        {name: str(number) for name in ids} for number in range(1, len(rows) + 1)
    ]
    return [
        empty | DEFAULTS.get(source, {}) | number | row
        for number, row in zip(numbered, rows, strict=True)
    ]


def instant(text: str) -> datetime:
    """Return a local time of the force as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(settings.TIME_ZONE))


class Force:
    """A data directory that receives exports, is built, and answers."""

    def __init__(self, data_dir: Path):
        self.data_dir = data_dir
        self.exports = 0

    def copy(self, place: Path) -> "Force":
        """Return another force with the same past: quicker than a build of its own."""
        shutil.copytree(self.data_dir, place)
        other = Force(place)
        other.exports = self.exports
        return other

    def receives(
        self,
        source: str,
        table: str,
        *,
        covers: str = "",
        extracted: str = EXTRACTED,
        mapping: str = "",
    ) -> dict:
        """Import a table as one file and return the account of its rows.

        `covers` is a month or "first to last"; the default is the months of the rows,
        because a drawn table has few days and no more is to be guessed from them.
        `mapping` names one in the data directory; the default is the product's layout.
        """
        self.exports += 1
        rows = read(table)
        rows = rows if mapping else canonical(source, rows)
        self.data_dir.mkdir(parents=True, exist_ok=True)
        file = write(self.data_dir / f"{source}_{self.exports}.csv", rows)
        covers = covers or ("" if mapping else months_of(source, rows, extracted))
        request = importer.Request(instant(extracted), days(covers) if covers else None)
        return importer.import_file(
            file, mapping or f"canonical_{source}", self.data_dir, request
        )

    def add_mapping(self, name: str, text: str) -> None:
        """Put a mapping into the data directory."""
        place = self.data_dir / "mappings"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{name}.toml").write_text(text, encoding="utf-8")

    def add_reference(self, name: str, table: str) -> None:
        """Put a reference table of the force's own into the data directory."""
        place = self.data_dir / "reference"
        place.mkdir(parents=True, exist_ok=True)
        write(place / f"{name}.csv", read(table))

    @contextmanager
    def build(self) -> Iterator[opened_build.Build]:
        """Build what has been received so far and hold it open."""
        pipeline.build(self.data_dir)
        with closing(opened_build.open_build(self.data_dir)) as one:
            yield one


def months_of(source: str, rows: list[dict[str, str]], extracted: str) -> str:
    """Return the months of some rows as `days` reads them, or "" if there is none.

    They end before the day of the export.
    """
    happened = contracts.load(source).happened
    months = sorted(
        row[happened][:7]
        for row in rows
        if re.match(r"\d{4}-\d{2}(-|$)", row[happened])
    )
    if not months:
        return ""
    end = periods.read(months[-1], True)
    last_covered = date.fromisoformat(extracted[:10]) - timedelta(days=1)
    return f"{months[0]} to {min(end, last_covered)}"


def days(text: str) -> periods.Period:
    """Return the first and last day of "2004-03" or of "2003-04 to 2004-03"."""
    first, _, last = text.partition(" to ")
    return periods.read(first, False), periods.read(last or first, True)


def cell(
    one: opened_build.Build, kpi_id: str, area: str, period: str, by: str = "month"
) -> pd.Series:
    """Return the one cell of a period, named as `days` reads it."""
    first, last = days(period)
    found = queries.series(one, [kpi_id], [area], last, last, by)
    assert len(found) == 1, found.to_string()
    start = found["period_start"][0].date()
    assert start == first or by == "rolling12", f"no {by} begins on {first}"
    return found.iloc[0]
