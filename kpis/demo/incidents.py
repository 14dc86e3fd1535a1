"""The demo force's incidents: who goes, how soon, and how it ends."""

import numpy as np
import pyarrow as pa

from kpis.demo import columns, parameters
from kpis.demo.chance import happens, log_normal, word
from kpis.demo.columns import (
    INCIDENTS_A_DAY,
    MISSING,
    NEVER,
    NO_INCIDENT,
    NONE,
    Columns,
    look_up,
    rows,
    stack,
)
from kpis.demo.demand import Force, Month, arrivals, clock, instant, police_demand


def with_police(
    rng: np.random.Generator, logs: Columns, month: Month, force: Force, scale: float
) -> Columns:
    """Return the logs of call takers, then those that officers open themselves."""
    created_at, borough = arrivals(rng, month, police_demand(month, force) * scale)
    size = len(created_at)
    is_immediate = happens(rng, parameters.POLICE_IMMEDIATE_SHARE, size)
    other = np.full(size, "P", object)
    if (month.year, month.month) >= parameters.POLICE_GRADE_ENDS:
        other = word(rng, parameters.POLICE_GRADES_AFTER, size)
    return stack(
        {name: logs[name] for name in logs if name != "line"},
        {
            "created_at": created_at,
            "origin": np.full(size, "police", object),
            "borough": borough,
            "is_located": ~happens(rng, parameters.NOT_LOCATED_SHARE, size),
            "grade_first": np.where(is_immediate, "I", other).astype(object),
            "original": np.full(size, NONE),
        },
    )


def numbers(created_at: np.ndarray) -> np.ndarray:
    """Return incident numbers YYYYMMDDNNNNN, counted from 1 in each local day."""
    order = np.argsort(created_at, kind="stable")
    days = columns.local(created_at[order]) // parameters.DAY
    days_seen, first = np.unique(days, return_index=True)
    in_day = np.arange(len(order)) - first[np.searchsorted(days_seen, days)] + 1
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    year, month = np.divmod(months.astype(np.int64), 12)
    day = (dates - months).astype(np.int64) + 1
    date_part = (year + 1970) * 10_000 + (month + 1) * 100 + day
    result = np.empty(len(order), np.int64)
    result[order] = date_part * INCIDENTS_A_DAY + in_day
    return result


def work(
    rng: np.random.Generator,
    logs: Columns,
    number: np.ndarray,
    month: Month,
    force: Force,
) -> Columns:
    """Return what becomes of a month's incidents, in the order of their numbers."""
    original = logs["original"]
    duplicate_of = np.where(original == NONE, NO_INCIDENT, number[original])
    incidents = logs | {"number": number, "duplicate_of": duplicate_of}
    incidents = rows(incidents, np.argsort(number))
    incidents |= _travel(rng, incidents, month, force)
    incidents |= _regrade(rng, incidents)
    incidents["at_centre"] = (
        incidents["created_at"] >= force.moved_at[incidents["borough"]]
    )
    incidents |= _attend(rng, incidents)
    incidents |= _book(rng, incidents, force)
    incidents |= _dispatch(rng, incidents)
    incidents |= _close(rng, incidents)
    return incidents | _call_back(rng, incidents)


def as_known(incidents: Columns, extracted_at: int) -> Columns:
    """Return the incidents as they stood when the file was extracted."""
    instants = {
        name: np.where(values > extracted_at, NEVER, values)
        for name, values in incidents.items()
        if name.endswith("_at")
    }
    is_open = instants["closed_at"] == NEVER
    is_same_grade = instants["regraded_at"] == NEVER
    is_awaited = instants["on_scene_at"] == NEVER
    is_sent = (instants["dispatched_at"] < NEVER) | ~is_awaited
    grade_final = np.where(
        is_same_grade, incidents["grade_first"], incidents["grade_final"]
    )
    duplicate_of = np.where(is_open, NO_INCIDENT, incidents["duplicate_of"])
    return (
        incidents
        | instants
        | {
            "grade_final": grade_final,
            "grade_at_target": _grade_at_target(
                incidents | instants, grade_final, extracted_at
            ),
            "changes": np.where(is_same_grade, 0, incidents["changes"]),
            "duplicate_of": duplicate_of,
            "is_required": (grade_final != "R") & (duplicate_of == NO_INCIDENT),
            "resolution": np.where(is_open, MISSING, incidents["resolution"]),
            "arrival_source": np.where(
                is_awaited, MISSING, incidents["arrival_source"]
            ),
            "is_sent": is_sent,
        }
    )


def table(incidents: Columns, force: Force) -> pa.Table:
    """Return the incidents, as they were known, as they are exported."""
    size = len(incidents["number"])
    places = np.where(
        incidents["is_located"], force.codes[incidents["borough"]], MISSING
    )
    is_sent = incidents["is_sent"]
    return pa.table(
        {
            "incident_ref": columns.incident_refs(incidents["number"]),
            "created_at": columns.instants(incidents["created_at"]),
            "origin": columns.words(incidents["origin"]),
            "bocu_code": columns.words(places),
            "grade_first": columns.words(incidents["grade_first"]),
            "grade_final": columns.words(incidents["grade_final"]),
            "grade_at_target": columns.words(incidents["grade_at_target"]),
            "regraded_at": columns.instants(incidents["regraded_at"]),
            "grade_change_count": pa.array(incidents["changes"]),
            # the codes of the incident standard were not yet in use
            "nsir_open": columns.nothing(size),
            "nsir_close": columns.nothing(size),
            "nsir_qualifiers": columns.nothing(size),
            "attendance_required": pa.array(incidents["is_required"]),
            "duplicate_of": columns.incident_refs(incidents["duplicate_of"]),
            "appointment_at": columns.instants(incidents["appointment_at"]),
            "first_dispatched_at": columns.instants(incidents["dispatched_at"]),
            "first_on_scene_at": columns.instants(incidents["on_scene_at"]),
            "arrival_source": columns.words(incidents["arrival_source"]),
            "units_assigned": columns.known(incidents["units"], is_sent),
            "first_unit_crew_size": columns.known(incidents["crew"], is_sent),
            "delay_callback_at": columns.instants(incidents["called_back_at"]),
            "closed_at": columns.instants(incidents["closed_at"]),
            "resolution": columns.words(incidents["resolution"]),
        }
    )


def _seconds(rng: np.random.Generator, minutes: tuple, size: int) -> np.ndarray:
    return (log_normal(rng, minutes, size) * parameters.MINUTE).astype(np.int64)


def _travel(
    rng: np.random.Generator, incidents: Columns, month: Month, force: Force
) -> Columns:
    """Return seconds from creation until someone could be there, by the first grade."""
    grade, size = incidents["grade_first"], len(incidents["grade_first"])
    delay = np.exp(_delay(rng, incidents, month, force))
    median = parameters.in_year(parameters.IMMEDIATE_MEDIAN, month.financial_year)
    usual = _seconds(rng, (median * delay, parameters.IMMEDIATE_SIGMA), size)
    is_late = happens(rng, parameters.LATE_SHARE, size) & (grade == "I")
    late = _seconds(rng, parameters.LATE_MINUTES, size)
    immediate = np.where(is_late, late, usual)
    soon_median, soon_sigma = parameters.SOON_MINUTES
    soon = _seconds(rng, (soon_median * delay, soon_sigma), size)
    extended = _seconds(rng, parameters.EXTENDED_MINUTES, size)
    own = rng.exponential(parameters.POLICE_ARRIVAL_MEAN, size).astype(np.int64)
    longest = parameters.LONGEST_IMMEDIATE_OR_SOON
    appointment_at, kept_at = _appointments(rng, incidents, extended)
    travel = np.select(
        [incidents["origin"] == "police", grade == "I", grade == "E"],
        [own, np.minimum(immediate, longest), kept_at - incidents["created_at"]],
        np.minimum(soon, longest),
    )
    return {"travel": travel, "is_late": is_late, "appointment_at": appointment_at}


def _delay(
    rng: np.random.Generator, incidents: Columns, month: Month, force: Force
) -> np.ndarray:
    """Return the shift of the log of the time to arrival."""
    borough = incidents["borough"]
    in_month = rng.normal(0, parameters.BOROUGH_MONTH_SPREAD, len(force.codes))
    hour, weekday = clock(incidents["created_at"])
    is_evening = (hour >= 17) & (hour < 23)
    # a night out begins on Friday or Saturday at 22:00
    is_night_out = np.isin(weekday, (4, 5)) & (hour >= 22)
    is_night_out |= np.isin(weekday, (5, 6)) & (hour < 4)
    is_visit = incidents["created_at"] >= instant(*parameters.STATE_VISIT_FROM)
    is_visit &= incidents["created_at"] < instant(*parameters.STATE_VISIT_TO)
    return (
        (force.delays + in_month)[borough]
        + parameters.EVENING_DELAY * (is_evening & ~is_night_out)
        + parameters.NIGHT_OUT_DELAY * is_night_out
        + parameters.STATE_VISIT_DELAY * is_visit
    )


def _appointments(
    rng: np.random.Generator, incidents: Columns, extended: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return when an extended incident is due, and when someone comes."""
    size, created_at = len(extended), incidents["created_at"]
    has_one = happens(rng, parameters.APPOINTMENT_SHARE, size)
    has_one &= incidents["grade_first"] == "E"
    has_one &= incidents["origin"] != "police"
    slot = parameters.APPOINTMENT_SLOT
    appointment_at = -(-(created_at + extended) // slot) * slot
    lateness = rng.normal(*parameters.APPOINTMENT_LATENESS, size).astype(np.int64)
    kept_at = np.maximum(appointment_at + lateness, created_at + slot // 2)
    return (
        np.where(has_one, appointment_at, NEVER),
        np.where(has_one, kept_at, created_at + extended),
    )


def _regrade(rng: np.random.Generator, incidents: Columns) -> Columns:
    """Return the last grade, and the seconds until it was given."""
    grade, size = incidents["grade_first"], len(incidents["grade_first"])
    # many late Immediate incidents wait because they turned out to be less urgent
    extra = np.where(incidents["is_late"], parameters.REGRADE_LATE_SHARE, 0)
    draw = np.maximum(rng.random(size) - extra, 0)
    can_change = (incidents["origin"] != "police") & (
        incidents["duplicate_of"] == NO_INCIDENT
    )
    final = grade.copy()
    for first, changes in parameters.REGRADE_SHARES.items():
        low = 0.0
        for to, share in changes:
            hit = can_change & (grade == first) & (draw >= low) & (draw < low + share)
            final[hit] = to
            low += share
    again = 1 + happens(rng, parameters.SECOND_REGRADE_SHARE, size)
    return {
        "grade_final": final,
        "regrade_after": 1 + _seconds(rng, parameters.REGRADE_MINUTES, size),
        "changes": np.where(final == grade, 0, again),
    }


def _attend(rng: np.random.Generator, incidents: Columns) -> Columns:
    """Return whether someone goes, when they arrive, or when it is cancelled."""
    first, final = incidents["grade_first"], incidents["grade_final"]
    size, created_at = len(first), incidents["created_at"]
    is_duplicate = incidents["duplicate_of"] != NO_INCIDENT
    is_needed = (final != "R") & ~is_duplicate
    # an incident that is late or not attended was regraded while it waited
    waits = incidents["is_late"] | (final == "R")
    in_time = np.minimum(incidents["regrade_after"], incidents["travel"] * 9 // 10)
    regrade_after = np.where(waits, in_time, incidents["regrade_after"])
    starts_after = np.where((first == "R") & is_needed, regrade_after, 0)
    travel = starts_after + incidents["travel"]
    median = look_up(first, parameters.CANCEL_MEDIAN_MINUTES)
    cancel_after = 1 + _seconds(rng, (median, parameters.CANCEL_SIGMA), size)
    shares = look_up(first, parameters.CANCEL_SHARES) * _missing_factor(incidents)
    is_cancelled = happens(rng, shares, size)
    is_cancelled &= is_needed & (cancel_after < travel)
    is_cancelled &= incidents["origin"] != "police"
    is_attended = is_needed & ~is_cancelled
    return {
        "is_duplicate": is_duplicate,
        "is_attended": is_attended,
        "is_cancelled": is_cancelled,
        "there_at": np.where(is_attended, created_at + travel, NEVER),
        "cancelled_at": np.where(is_cancelled, created_at + cancel_after, NEVER),
        "regrade_after": regrade_after,
    }


def _missing_factor(incidents: Columns) -> np.ndarray:
    return np.where(incidents["at_centre"], parameters.MISSING_FACTOR_AT_CENTRE, 1)


def _book(rng: np.random.Generator, incidents: Columns, force: Force) -> Columns:
    """Return when the first unit is on scene according to the record."""
    grade, size = incidents["grade_first"], len(incidents["grade_first"])
    created_at, there_at = incidents["created_at"], incidents["there_at"]
    shares = look_up(grade, parameters.NOT_BOOKED_SHARES) * _missing_factor(incidents)
    is_booked = incidents["is_attended"] & ~happens(rng, shares, size)
    minute = parameters.MINUTE
    rounded = np.maximum((there_at + minute // 2) // minute * minute, created_at)
    is_rounded = happens(rng, parameters.WHOLE_MINUTE_SHARE, size)
    noted_at = np.where(is_rounded, rounded, there_at)
    standard = parameters.STANDARD_SECONDS["I"]
    took = there_at - created_at
    is_pulled = (grade == "I") & force.pulls_back[incidents["borough"]]
    is_pulled &= (took > standard) & (took <= parameters.PULLED_BACK_WITHIN)
    is_pulled &= happens(rng, parameters.PULLED_BACK_SHARE, size)
    noted_at = np.where(is_pulled, created_at + standard, noted_at)
    sources = word(rng, parameters.ARRIVAL_SOURCES, size)
    return {
        "on_scene_at": np.where(is_booked, noted_at, NEVER),
        "arrival_source": sources,
    }


def _dispatch(rng: np.random.Generator, incidents: Columns) -> Columns:
    """Return when the first unit was sent, how many went, and its crew."""
    grade, size = incidents["grade_first"], len(incidents["grade_first"])
    created_at = incidents["created_at"]
    there_at = np.minimum(incidents["there_at"], incidents["on_scene_at"])
    ends_at = np.minimum(there_at, incidents["cancelled_at"])
    longest = (ends_at - created_at) * parameters.DISPATCH_LONGEST_PART
    at_once = _immediate_dispatch(rng, incidents["at_centre"])
    delay = np.where(
        grade == "I", np.minimum(at_once, longest), longest * rng.random(size)
    )
    sent_at = created_at + np.where(ends_at < NEVER, delay, 0).astype(np.int64)
    # officers who find something tell the control room afterwards, if at all
    afterwards = rng.integers(1, parameters.SHORTEST_ON_SCENE, size)
    tells = happens(rng, parameters.POLICE_DISPATCH_SHARE, size)
    is_police = incidents["origin"] == "police"
    is_sent = (ends_at < NEVER) & (~is_police | tells)
    sent_at = np.where(is_police, incidents["there_at"] + afterwards, sent_at)
    further = rng.poisson(look_up(grade, parameters.FURTHER_UNITS))
    single, three = parameters.SINGLE_CREW_SHARE, parameters.THREE_CREW_SHARE
    crew = rng.choice([1, 2, 3], size, p=[single, 1 - single - three, three])
    return {
        "dispatched_at": np.where(is_sent, sent_at, NEVER),
        "units": 1 + further,
        "crew": crew,
    }


def _immediate_dispatch(rng: np.random.Generator, at_centre: np.ndarray) -> np.ndarray:
    size, here = len(at_centre), at_centre.astype(int)
    is_slow = happens(rng, np.array(parameters.DISPATCH_SLOW_SHARES)[here], size)
    medians = np.array(parameters.DISPATCH_MEDIANS)[here]
    quick = log_normal(rng, (medians, parameters.DISPATCH_SIGMA), size)
    slow = rng.exponential(parameters.DISPATCH_SLOW_MEAN, size)
    return np.where(is_slow, parameters.DISPATCH_SLOW_FROM + slow, quick)


def _close(rng: np.random.Generator, incidents: Columns) -> Columns:
    """Return when and how each incident ends, and when it was last regraded."""
    size, created_at = len(incidents["number"]), incidents["created_at"]
    regraded_at = created_at + incidents["regrade_after"]
    is_regraded = incidents["changes"] > 0
    # no one is sent to these: they are dealt with by telephone
    by_telephone = _seconds(rng, parameters.TELEPHONE_MINUTES, size)
    settled_at = np.where(is_regraded, regraded_at, created_at) + by_telephone
    shortest = parameters.SHORTEST_ON_SCENE
    on_scene = np.maximum(_seconds(rng, parameters.ON_SCENE_MINUTES, size), shortest)
    left_at = incidents["there_at"] + on_scene
    merged_at = created_at + _seconds(rng, parameters.DUPLICATE_MINUTES, size)
    no_trace = happens(rng, parameters.NO_TRACE_SHARE, size)
    kinds = [
        incidents["is_duplicate"],
        incidents["is_cancelled"],
        incidents["is_attended"] & no_trace,
        incidents["is_attended"],
    ]
    times = [merged_at, incidents["cancelled_at"], left_at, left_at]
    words = ["duplicate", "cancelled", "no_trace", "attended"]
    advice = word(rng, parameters.TELEPHONE_RESOLUTIONS, size)
    closed_at = np.select(kinds, times, settled_at)
    return {
        "closed_at": closed_at,
        "resolution": np.select(kinds, words, advice),
        "regraded_at": np.where(is_regraded, np.minimum(regraded_at, closed_at), NEVER),
    }


def _call_back(rng: np.random.Generator, incidents: Columns) -> Columns:
    """Return when a caller was told that it would take longer than the standard."""
    size, created_at = len(incidents["number"]), incidents["created_at"]
    standard = look_up(incidents["grade_first"], parameters.STANDARD_SECONDS)
    is_told = incidents["is_attended"] & (standard > 0)
    is_told &= incidents["there_at"] > created_at + standard
    is_told &= happens(rng, parameters.DELAY_CALLBACK_SHARE, size)
    after = (standard * rng.uniform(0.7, 1, size)).astype(np.int64)
    return {"called_back_at": np.where(is_told, created_at + after, NEVER)}


def _grade_at_target(
    incidents: Columns, grade_final: np.ndarray, extracted_at: int
) -> np.ndarray:
    """Return the grade when the first grade's time ran out; None if it did not."""
    standard = look_up(incidents["grade_first"], parameters.STANDARD_SECONDS)
    target_at = incidents["created_at"] + standard
    ran_out = (standard > 0) & (target_at <= incidents["closed_at"])
    ran_out &= target_at <= extracted_at
    is_changed = incidents["regraded_at"] <= target_at
    grade = np.where(is_changed, grade_final, incidents["grade_first"])
    return np.where(ran_out, grade, MISSING)
