"""Faults that real exports have, put into the finished tables of the demo on purpose.

Each is a function from a table to the same table with one fault, and finds the place of
its fault itself: DEFECTS says where. Calls, incidents and visits come month by month.
All are there at every scale.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpis.demo import columns, parameters
from kpis.demo.columns import NEVER
from kpis.demo.facilities import CLOSED_AT_NIGHT

CHRONIC_CALLS_A_MONTH = 75
REUSED_NUMBERS, NEGATIVE_WAITS, LATE_POLICE_GRADES = 10, 12, 20
SENT_TWICE = "contacts_other_monthly"


@dataclass(frozen=True)
class Defect:
    """One fault: what is wrong, in which source, where, and what makes it.

    `spoil` is None for a fault that is not made in a table.
    """

    name: str
    what: str
    source: str
    where: str
    spoil: Callable[[pa.Table], pa.Table] | None = None


def spoil(source: str, table: pa.Table) -> pa.Table:
    """Return a table with every fault of its source."""
    for defect in DEFECTS:
        if defect.source == source and defect.spoil:
            table = defect.spoil(table)
    return table


def sent_twice(paths: list[Path]) -> list[Path]:
    """Copy one of the files under another name; return the copy."""
    copies = []
    for path in paths:
        if path.name.startswith(SENT_TWICE):
            copies.append(path.with_name(f"{path.stem}_again.csv"))
            shutil.copyfile(path, copies[-1])
    return copies


def _naive_times(calls: pa.Table) -> pa.Table:
    hour = pc.utf8_slice_codeunits(calls["offered_at"], 0, 13)
    nights = [f"{day}T{h:02}" for day in ("2003-10-26", "2004-03-28") for h in range(4)]
    in_night = pc.is_in(hour, pa.array(nights))
    for name in ("offered_at", "answered_at", "ended_at"):
        without = pc.utf8_slice_codeunits(calls[name], 0, 19)
        calls = _with(calls, name, pc.if_else(in_night, without, calls[name]))
    return calls


def _negative_wait(calls: pa.Table) -> pa.Table:
    chosen = _first(
        _starts(calls, "offered_at", "2003-05")
        & _is(calls, "outcome", "answered")
        & _is(calls, "line_type", "non_emergency")
        & _is(calls, "stage", "primary"),
        NEGATIVE_WAITS,
    )
    before = columns.instants(_seconds(calls["offered_at"]) - 40)
    return _with(calls, "answered_at", pc.if_else(chosen, before, calls["answered_at"]))


def _chronic_caller(calls: pa.Table) -> pa.Table:
    can_be = np.asarray(pc.greater_equal(calls["offered_at"], "2003-04"))
    can_be &= np.asarray(pc.less(calls["offered_at"], "2004-04"))
    kinds = pa.array(["advice_given", "message_taken", "no_policing_purpose", "other"])
    can_be &= np.asarray(pc.is_in(calls["disposition"], kinds))
    # at the switchboard of the borough that will be theirs
    can_be &= _is(calls, "stage", "primary") & _is(calls, "call_site_code", "TOC3")
    candidates = np.flatnonzero(can_be)
    count = min(CHRONIC_CALLS_A_MONTH, len(candidates))
    places = candidates[np.linspace(0, len(candidates) - 1, count).astype(int)]
    chosen = np.isin(np.arange(len(calls)), places)
    caller = pc.if_else(chosen, "c" * 16, calls["caller_hash"])
    calls = _with(calls, "caller_hash", caller)
    borough = pc.if_else(chosen, "NI", calls["bocu_code"])
    return _with(calls, "bocu_code", borough)


def _number_reused(incidents: pa.Table) -> pa.Table:
    """Number incidents of 6 June as of 5 June: the system's day did not turn over."""
    chosen = _first(_starts(incidents, "created_at", "2003-06-06"), REUSED_NUMBERS)
    number = pc.utf8_slice_codeunits(incidents["incident_ref"], 8)
    reused = pc.binary_join_element_wise("20030605", number, "")
    refs = pc.if_else(chosen, reused, incidents["incident_ref"])
    return _with(incidents, "incident_ref", refs)


def _clock_in_utc(incidents: pa.Table) -> pa.Table:
    chosen = _is(incidents, "bocu_code", "JI") & _starts(
        incidents, "created_at", "2003-07"
    )
    for name in incidents.column_names:
        if name.endswith("_at"):
            instants = _seconds(incidents[name])
            early = np.where(instants < NEVER, instants - parameters.HOUR, NEVER)
            shown = pc.if_else(chosen, columns.instants(early), incidents[name])
            incidents = _with(incidents, name, shown)
    return incidents


def _no_arrivals(incidents: pa.Table) -> pa.Table:
    chosen = _is(incidents, "bocu_code", "GD") & np.isin(
        np.asarray(pc.utf8_slice_codeunits(incidents["created_at"], 0, 10)),
        [f"2003-09-{day:02}" for day in range(8, 15)],
    )
    for name in ("first_on_scene_at", "arrival_source"):
        incidents = _with(incidents, name, pc.if_else(chosen, None, incidents[name]))
    return incidents


def _heaping(incidents: pa.Table) -> pa.Table:
    """Pull arrivals of the quarter of an hour after the standard back to it."""
    created_at = _seconds(incidents["created_at"])
    took = _seconds(incidents["first_on_scene_at"]) - created_at
    standard = parameters.STANDARD_SECONDS["I"]
    chosen = _is(incidents, "grade_first", "I") & _is(incidents, "bocu_code", "LX")
    chosen &= (took > standard) & (took <= standard + 15 * parameters.MINUTE)
    sent_at = _seconds(incidents["first_dispatched_at"])
    chosen &= (sent_at <= created_at + standard) | (sent_at == NEVER)
    at_standard = columns.instants(created_at + standard)
    arrived = pc.if_else(chosen, at_standard, incidents["first_on_scene_at"])
    return _with(incidents, "first_on_scene_at", arrived)


def _downgrades(incidents: pa.Table) -> pa.Table:
    """Lower missed Immediate incidents to Soon just after the standard."""
    regraded_at = _seconds(incidents["created_at"]) + parameters.STANDARD_SECONDS["I"]
    regraded_at += 15 + np.arange(len(regraded_at)) % 60
    chosen = _is(incidents, "grade_first", "I") & _is(incidents, "grade_final", "I")
    chosen &= _is(incidents, "bocu_code", "EK")
    chosen &= _is(incidents, "resolution", "attended")
    chosen &= np.asarray(pc.is_null(incidents["regraded_at"]))
    chosen &= _seconds(incidents["first_on_scene_at"]) > regraded_at
    chosen &= _seconds(incidents["closed_at"]) > regraded_at
    at = pc.if_else(chosen, columns.instants(regraded_at), incidents["regraded_at"])
    incidents = _with(incidents, "regraded_at", at)
    final = pc.if_else(chosen, "S", incidents["grade_final"])
    incidents = _with(incidents, "grade_final", final)
    counts = pc.if_else(chosen, 1, incidents["grade_change_count"])
    return _with(incidents, "grade_change_count", counts)


def _late_police_grades(incidents: pa.Table) -> pa.Table:
    chosen = _first(
        _starts(incidents, "created_at", "2009-05")
        & _is(incidents, "origin", "police"),
        LATE_POLICE_GRADES,
    )
    for name in ("grade_first", "grade_final"):
        incidents = _with(incidents, name, pc.if_else(chosen, "P", incidents[name]))
    at_target = pc.if_else(chosen, None, incidents["grade_at_target"])
    incidents = _with(incidents, "grade_at_target", at_target)
    required = pc.if_else(chosen, True, incidents["attendance_required"])
    return _with(incidents, "attendance_required", required)


def _outside_hours(visits: pa.Table) -> pa.Table:
    """Put one counter's clock half a day off: its visits come by night."""
    chosen = _is(visits, "facility_code", CLOSED_AT_NIGHT)
    chosen &= _starts(visits, "arrived_at", "2003-06")
    for name in ("arrived_at", "service_started_at", "service_ended_at"):
        instants = _seconds(visits[name])
        late = np.where(instants < NEVER, instants + 13 * parameters.HOUR, NEVER)
        shown = pc.if_else(chosen, columns.instants(late), visits[name])
        visits = _with(visits, name, shown)
    return visits


def _no_weights(answers: pa.Table) -> pa.Table:
    chosen = _is(answers, "survey_code", "C999") & _is(answers, "wave", "2003-Q2")
    return _with(answers, "weight", pc.if_else(chosen, None, answers["weight"]))


def _in_thousands(entries: pa.Table) -> pa.Table:
    chosen = _is(entries, "unit_code", "KF") & _is(entries, "month", "2003-11")
    for name in ("budget_profiled", "actual", "accrual"):
        pounds = np.asarray(pc.cast(entries[name], pa.float64()))
        thousands = columns.decimals(pounds / 1000, 2)
        entries = _with(entries, name, pc.if_else(chosen, thousands, entries[name]))
    return entries


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    place = table.column_names.index(name)
    return table.set_column(place, table.schema.field(name), values)


def _is(table: pa.Table, name: str, value: str) -> np.ndarray:
    return np.asarray(pc.fill_null(pc.equal(table[name], value), False))


def _starts(table: pa.Table, name: str, text: str) -> np.ndarray:
    return np.asarray(pc.starts_with(table[name], text))


def _first(chosen: np.ndarray, count: int) -> np.ndarray:
    """Return the first so many of the chosen rows."""
    return chosen & (np.cumsum(chosen) <= count)


def _seconds(instants: pa.ChunkedArray) -> np.ndarray:
    """Return seconds since 1970 of ISO 8601 text with an offset, NEVER for null."""
    is_known = np.asarray(pc.is_valid(instants))
    text = pc.fill_null(instants, "1970-01-01T00:00:00+00:00")
    clock = pc.strptime(
        pc.utf8_slice_codeunits(text, 0, 19), format="%Y-%m-%dT%H:%M:%S", unit="s"
    )
    ahead = np.asarray(pc.equal(pc.utf8_slice_codeunits(text, 19), "+01:00"))
    shown = np.asarray(clock).astype(np.int64)
    return np.where(is_known, shown - parameters.HOUR * ahead, NEVER)


DEFECTS = (
    Defect(
        "naive_times",
        "Local times without an offset on the two nights when the clocks change",
        "calls",
        "calls offered before 04:00 on 26 October 2003 and 28 March 2004",
        _naive_times,
    ),
    Defect(
        "number_reused",
        "The numbers of one day used again on the next, under the old date",
        "incidents",
        f"the first {REUSED_NUMBERS} incidents of 6 June 2003",
        _number_reused,
    ),
    Defect(
        "clock_in_utc",
        "All times in UTC, written as if they were local: an hour early",
        "incidents",
        "incidents of Redbridge, July 2003",
        _clock_in_utc,
    ),
    Defect(
        "file_sent_twice",
        "The same file again under another name",
        SENT_TWICE,
        "the file whose name ends in `_again.csv`",
    ),
    Defect(
        "no_arrivals",
        "No arrival times for a week",
        "incidents",
        "incidents of Hackney, 8 to 14 September 2003",
        _no_arrivals,
    ),
    Defect(
        "no_weights",
        "A survey wave without weights",
        "survey_responses",
        "survey of 999 callers, wave 2003-Q2",
        _no_weights,
    ),
    Defect(
        "in_thousands",
        "A finance return in thousands of pounds",
        "finance_monthly",
        "entries of Newham, November 2003",
        _in_thousands,
    ),
    Defect(
        "outside_hours",
        "Visits while the counter is closed",
        "front_counter_visits",
        "a counter of Westminster, June 2003",
        _outside_hours,
    ),
    Defect(
        "negative_wait",
        "Calls answered before they were offered",
        "calls",
        f"{NEGATIVE_WAITS} non-emergency calls, May 2003",
        _negative_wait,
    ),
    Defect(
        "late_police_grades",
        "Grade P after its end in April 2009",
        "incidents",
        f"{LATE_POLICE_GRADES} incidents, May 2009, where the demo reaches it",
        _late_police_grades,
    ),
    Defect(
        "early_move",
        "A borough moves to a call centre in the middle of a month",
        "calls",
        "Southwark, 18 February 2004, also in the table `bocu_call_site`",
    ),
    Defect(
        "heaping",
        "Arrivals written down as exactly 12 minutes",
        "incidents",
        "Immediate incidents of Lambeth that were reached in 12 to 27 minutes",
        _heaping,
    ),
    Defect(
        "downgrades",
        "Grades lowered just after the 12 minutes have passed",
        "incidents",
        "Immediate incidents of Camden that were reached after 12 minutes",
        _downgrades,
    ),
    Defect(
        "chronic_caller",
        f"One caller who makes {12 * CHRONIC_CALLS_A_MONTH} calls in a year",
        "calls",
        "non-emergency calls of Islington, 2003/04",
        _chronic_caller,
    ),
)
