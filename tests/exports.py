"""Small exports and mappings for the tests of import, and what became of them."""

import csv
import io
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd

from kpis import contracts, importer, lake
from kpis.importer import Request

PROJECT = Path(__file__).resolve().parent.parent
MADE_AT = datetime(2004, 4, 1, 2, tzinfo=UTC)

CALL = {
    "call_id": "C1",
    "line_type": "emergency_999",
    "stage": "primary",
    "origin": "public",
    "offered_at": "2004-03-01T10:00:00+00:00",
    "answered_at": "2004-03-01T10:00:08+00:00",
    "ended_at": "2004-03-01T10:02:00+00:00",
    "outcome": "answered",
    "call_site_code": "IR",
    "bocu_code": "CW",
    "disposition": "advice_given",
    "contact_reason": "new_request",
}
INCIDENT = {
    "incident_ref": "20040301-1",
    "created_at": "2004-03-01T10:00:00+00:00",
    "origin": "public",
    "bocu_code": "CW",
    "grade_first": "I",
    "grade_final": "I",
    "grade_change_count": "0",
    "attendance_required": "true",
    "first_dispatched_at": "2004-03-01T10:01:00+00:00",
    "first_on_scene_at": "2004-03-01T10:09:00+00:00",
    "units_assigned": "1",
    "closed_at": "2004-03-01T11:00:00+00:00",
    "resolution": "attended",
}
FIGURE = {
    "kpi_id": "cust_public_confidence",
    "area_code": "CW",
    "period_start_on": "2004-01-01",
    "period_end_on": "2004-03-31",
    "value": "0.56",
    "n": "900",
    "source": "Survey",
}
GOOD_ROW = {"calls": CALL, "incidents": INCIDENT, "published_figures": FIGURE}

JOBS = """\
title = "Job log"
source = "incidents"
time_zone = "Europe/London"

[columns]
incident_ref = { column = "Job" }
created_at = { column = "Raised", format = "%d/%m/%Y %H:%M" }
bocu_code = { column = "Borough" }
grade_first = { constant = "I" }
origin = { constant = "public" }
"""
JOB_ROWS = "Job,Raised,Borough\n1,05/11/2003 23:58,Camden\n2,06/11/2003 08:15,Brent\n"


def text_of(rows: list[dict], delimiter: str = ",") -> str:
    """Return rows as CSV with LF line ends; the columns are those of all rows."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def canonical(source: str, *changes: dict) -> str:
    """Return a canonical export: the good row of a source, changed, for each change.

    Rows get a key of their own unless the change says one.
    """
    key = "source" if source == "published_figures" else contracts.load(source).key[0]
    return text_of(
        [
            {**GOOD_ROW[source], key: f"K{place}", **change}
            for place, change in enumerate(changes, start=1)
        ]
    )


def save(directory: Path, content: str | bytes, name: str = "export.csv") -> Path:
    """Write an export, text as UTF-8, and return its path."""
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def save_mapping(data_dir: Path, text: str, name: str = "jobs") -> str:
    """Write a mapping of the force's own and return its name."""
    save(data_dir / "mappings", text, f"{name}.toml")
    return name


def take(path: Path, mapping: str, data_dir: Path, **said) -> dict:
    """Import a file, made on 1 April 2004 unless something else is said."""
    request = Request(**{"extracted_at": MADE_AT, **said})
    return importer.import_file(path, mapping, data_dir, request)


def held(data_dir: Path, source: str, *import_ids: str) -> pd.DataFrame:
    """Return the rows that the lake holds of the imports that count, line by line."""
    imports = lake.current(lake.read_manifest(data_dir), source)
    files = [
        str(file)
        for file in lake.files(data_dir, imports)
        if not import_ids or file.stem in import_ids
    ]
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Europe/London'")
        table = connection.sql(
            "select * from read_parquet($files, hive_partitioning = false) "
            "order by extracted_at, import_id, line",
            params={"files": files},
        ).to_arrow_table()
    return table.to_pandas()


def values(frame: pd.DataFrame, *names: str) -> list:
    """Return the rows of some columns as plain values, None for what is empty."""
    plain = frame[list(names)].astype(object).where(frame[list(names)].notna(), None)
    return [row[0] if len(names) == 1 else tuple(row) for row in plain.to_numpy()]


def clocks(frame: pd.DataFrame, name: str) -> list[str | None]:
    """Return instants as local time with offset, None for what is empty."""
    return [
        None if pd.isna(one) else one.tz_convert("Europe/London").isoformat()
        for one in frame[name]
    ]


def quarantined(data_dir: Path, account: dict) -> list[dict]:
    """Return the rows of an import's quarantine file, none where there is no file."""
    path = data_dir / "quarantine" / f"{account['import_id']}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def everything(directory: Path) -> dict[str, bytes]:
    """Return every file below a directory, without the lock, which is always empty."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path != directory / "lock"
    }


def adds_up(account: dict) -> bool:
    """Whether every row that was read is accounted for."""
    parts = ("accepted", "quarantined", "duplicates", "filtered")
    return account["read"] == sum(account[part] for part in parts)


def command(*arguments, data_dir: Path, **environment) -> subprocess.CompletedProcess:
    """Run python -m kpis in a process of its own."""
    own = {**os.environ, "DEMAND_DATA_DIR": str(data_dir), **environment}
    return subprocess.run(
        [sys.executable, "-m", "kpis", *map(str, arguments)],
        cwd=PROJECT,
        env=own,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
