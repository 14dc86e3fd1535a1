"""Small exports and mappings for the tests of import, and readers of the result."""

import csv
import io
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd

from kpis.definitions import contracts
from kpis.ingest import importer, lake
from kpis.ingest.importer import Request

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
VISIT = {
    "visit_id": "V1",
    "facility_code": "CO1",
    "arrived_at": "2004-03-01T11:00:00+00:00",
    "service_started_at": "2004-03-01T11:05:00+00:00",
    "service_ended_at": "2004-03-01T11:15:00+00:00",
    "left_before_service": "false",
    "visit_reason": "advice",
    "outcome": "dealt_with",
    "recorded_by": "ticket_system",
    "grossing_factor": "",
}
RESPONSE = {
    "survey_code": "FCS",
    "wave": "2003-Q4",
    "response_id": "R1",
    "question_code": "fcs_overall",
    "interview_date": "2004-03-01",
    "experience_date": "2004-01-15",
    "mode": "telephone",
    "bocu_code": "CW",
    "facility_code": "",
    "respondent_group": "counter_caller",
    "ethnicity_group": "white",
    "answer_code": "2",
    "scale_code": "satisfaction_5",
    "weight": "1.25",
    "design_effect": "1.4",
}
STAFF = {
    "month": "2004-03",
    "unit_code": "CW",
    "staff_group": "response_officer",
    "fte_establishment": "42",
    "fte_actual": "38.5",
    "headcount": "40",
    "probationer_fte": "12.5",
    "sickness_days_lost": "30.5",
    "leavers": "1",
    "transfers_out": "2",
    "joiners": "3",
    "overtime_hours": "210.25",
    "training_complete_headcount": "35",
}
ENTRY = {
    "entry_ref": "E1",
    "month": "2004-03",
    "unit_code": "IR",
    "cost_centre_type": "call_handling",
    "cost_type": "basic_pay",
    "budget_profiled": "120000.00",
    "actual": "118250.40",
    "accrual": "1500.00",
    "basis": "outturn",
    "period": "12",
    "is_reversal": "false",
    "activity": "call_handling",
}
PATROL = {
    "month": "2004-03",
    "bocu_code": "CW",
    "role": "response",
    "patrol_hours_total": "900",
    "patrol_hours_single": "120.5",
}
HOURS = {
    "month": "2004-03",
    "facility_code": "CO1",
    "hours_advertised": "480",
    "hours_open": "471.5",
    "stops_scheduled": "20",
    "stops_kept": "19",
}
ACTIVITY = {
    "financial_year": "2003/04",
    "bocu_code": "CW",
    "hours_frontline": "650",
    "hours_total": "1000",
    "sample_fortnight": "2003-11-03",
}
CONTACTS = {
    "month": "2004-03",
    "channel": "email",
    "bocu_code": "CW",
    "contacts": "31",
}
GOOD_ROW = {
    "calls": CALL,
    "incidents": INCIDENT,
    "published_figures": FIGURE,
    "front_counter_visits": VISIT,
    "survey_responses": RESPONSE,
    "workforce_monthly": STAFF,
    "finance_monthly": ENTRY,
    "patrol_monthly": PATROL,
    "facility_hours_monthly": HOURS,
    "activity_annual": ACTIVITY,
    "contacts_other_monthly": CONTACTS,
}
# the column that tells rows apart, where the key has several columns
TOLD_APART_BY = {"published_figures": "source", "survey_responses": "response_id"}
FACILITIES = """\
facility_code,facility_type,name,bocu_code,has_front_counter,step_free,opened,closed,source
CO1,police_station,Counter One,CW,true,true,,,test
MOB1,mobile_police_station,Mobile One,QK,false,true,,,test
"""

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
    """Return rows as CSV with LF line ends and the columns of all rows."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def canonical(source: str, *changes: dict) -> str:
    """Return a canonical export: the good row of a source with each change applied.

    Each row gets its own key unless the change gives one.
    """
    return text_of(
        [
            {**GOOD_ROW[source], **own_key(source, place), **change}
            for place, change in enumerate(changes, start=1)
        ]
    )


def own_key(source: str, place: int) -> dict[str, str]:
    """Return the key values of row 1, 2, ... of a source; months go back in time."""
    contract = contracts.load(source)
    name = TOLD_APART_BY.get(source, contract.key[0])
    year, month = divmod(2004 * 12 + 3 - place, 12)
    value = {
        "month": f"{year}-{month + 1:02}",
        "financial_year": f"{2004 - place}/{(2005 - place) % 100:02}",
    }.get(contract.columns[name].type, f"K{place}")
    return {name: value}


def without_column(content: str, name: str) -> str:
    """Return an export without one of its columns."""
    rows = list(csv.DictReader(io.StringIO(content)))
    return text_of([{k: v for k, v in row.items() if k != name} for row in rows])


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
    """Import a file, made on 1 April 2004 unless `said` gives another time."""
    request = Request(**{"extracted_at": MADE_AT, **said})
    return importer.import_file(path, mapping, data_dir, request)


def held(data_dir: Path, source: str, *import_ids: str) -> pd.DataFrame:
    """Return the lake's rows of the imports that count, in order of lines."""
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
    """Return the rows of some columns as plain values, None for empty."""
    plain = frame[list(names)].astype(object).where(frame[list(names)].notna(), None)
    return [row[0] if len(names) == 1 else tuple(row) for row in plain.to_numpy()]


def clocks(frame: pd.DataFrame, name: str) -> list[str | None]:
    """Return instants as local time with offset, None for empty."""
    return [
        None if pd.isna(one) else one.tz_convert("Europe/London").isoformat()
        for one in frame[name]
    ]


def quarantined(data_dir: Path, account: dict) -> list[dict]:
    """Return the rows of an import's quarantine file, or no rows without one."""
    path = data_dir / "quarantine" / f"{account['import_id']}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def everything(directory: Path) -> dict[str, bytes]:
    """Return every file in a directory, without the lock, which is always empty."""
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
    """Run python -m kpis in a new process."""
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
