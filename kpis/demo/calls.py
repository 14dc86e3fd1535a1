"""The demo force's calls: who rings when, who answers how soon, what comes of it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpis.demo import columns, parameters
from kpis.demo.chance import happens, log_normal, word
from kpis.demo.columns import (
    MISSING,
    NEVER,
    NO_INCIDENT,
    NONE,
    Columns,
    look_up,
    rows,
    stack,
)
from kpis.demo.demand import Force, Month, arrivals
from kpis.demo.queues import Duty, answer, sites, talk_seconds

CREATED = np.array("incident_created", object)
LINKED = np.array("linked_incident", object)


def no_recent() -> Columns:
    """Return what is remembered if no earlier calls are known."""
    return {
        "offered_at": np.array([], np.int64),
        "borough": np.array([], np.int64),
        "caller": np.array([], np.uint64),
        "is_withheld": np.array([], bool),
        "is_located": np.array([], bool),
        "incident": np.array([], np.int64),
    }


def recent(calls: Columns, month: Month) -> Columns:
    """Return what is remembered of a month's last days: callers who may call again."""
    since = month.ends - parameters.REPEAT_WITHIN
    remembered = {name: calls[name] for name in no_recent()}
    return rows(remembered, calls["offered_at"] >= since)


def take(
    rng: np.random.Generator, duty: Duty, scale: float, remembered: Columns
) -> tuple[Columns, Columns]:
    """Return a month's calls in order, and the logs that call takers open from them.

    A log becomes an incident. A call's `log` is the position of its log, its
    `incident` the number of one of an earlier month; a log's `original` is the
    position of the log that it repeats by mistake. NONE and NO_INCIDENT mean that
    there is none.
    """
    first = _first_calls(rng, duty, scale, remembered)
    first |= answer(rng, first, duty)
    first |= _dispose(rng, first, duty.month)
    logs = _logs(rng, first)
    further = _further_calls(rng, logs, duty.month)
    further |= answer(rng, further, duty)
    further |= _link(rng, further, duty.month, len(logs["created_at"]))
    logs = stack(logs, _second_logs(logs, further))
    shared = [name for name in first if name in further]
    calls = stack(*({name: part[name] for name in shared} for part in (first, further)))
    calls = _put_through(rng, calls, duty.month)
    calls |= _assertions(rng, calls, logs)
    return _in_order(calls), logs


def table(calls: Columns, month: Month, force: Force) -> pa.Table:
    """Return a month's calls as they are exported."""
    size = len(calls["offered_at"])
    is_primary = calls["parent"] == NONE
    has_place = calls["is_located"] & (calls["answered_at"] < NEVER)
    has_place &= ~np.isin(calls["disposition"], parameters.WITHOUT_PLACE)
    line_types = np.array(parameters.LINE_TYPES, object)
    return pa.table(
        {
            "call_id": _call_ids(month, np.arange(size)),
            "line_type": columns.words(line_types[calls["line"]]),
            "stage": columns.words(np.where(is_primary, "primary", "secondary")),
            "parent_call_id": pc.if_else(
                is_primary, None, _call_ids(month, calls["parent"])
            ),
            "origin": columns.words(calls["origin"]),
            "offered_at": columns.instants(calls["offered_at"]),
            "answered_at": columns.instants(calls["answered_at"]),
            "ended_at": columns.instants(calls["ended_at"]),
            "outcome": columns.words(calls["outcome"]),
            "call_site_code": columns.words(sites(calls, force)),
            "bocu_code": columns.words(
                np.where(has_place, force.codes[calls["borough"]], MISSING)
            ),
            "disposition": columns.words(calls["disposition"]),
            "incident_ref": columns.incident_refs(calls["incident"]),
            "contact_reason": columns.words(calls["reason"]),
            "caller_hash": columns.hexadecimals(calls["caller"], calls["is_withheld"]),
            "resolved_first_contact": pa.array(calls["is_resolved"], pa.bool_()),
            "avoidable_contact": pa.array(calls["is_avoidable"], pa.bool_()),
            "expectation_given": pa.array(calls["is_told"], pa.bool_()),
            "interpreter_used": pa.array(calls["has_interpreter"], pa.bool_()),
        }
    )


def _first_calls(
    rng: np.random.Generator, duty: Duty, scale: float, remembered: Columns
) -> Columns:
    parts = []
    for line, demand in enumerate(duty.demands):
        offered_at, borough = arrivals(rng, duty.month, demand.calls * scale)
        lines = np.full(len(offered_at), line)
        parts.append({"offered_at": offered_at, "borough": borough, "line": lines})
    new = stack(*parts)
    size = len(new["offered_at"])
    callers = _new_callers(rng, size) | {
        "is_located": ~happens(rng, parameters.NOT_LOCATED_SHARE, size),
        "incident": np.full(size, NO_INCIDENT),
        "offered_at": new["offered_at"],
        "borough": new["borough"],
    }
    pool = stack(remembered, {name: callers[name] for name in remembered})
    start = len(remembered["offered_at"])
    roots = _roots(rng, pool["offered_at"], pool["borough"], start)[start:]
    of_root = rows(pool, roots)
    kept = ("caller", "is_withheld", "is_located", "incident")
    # a root is a position among the month's calls; below 0 it is an earlier month's
    return new | {name: of_root[name] for name in kept} | {"root": roots - start}


def _new_callers(rng: np.random.Generator, size: int) -> Columns:
    return {
        "caller": rng.integers(0, 2**64, size, np.uint64),
        "is_withheld": happens(rng, parameters.WITHHELD_SHARE, size),
    }


def _roots(
    rng: np.random.Generator, offered_at: np.ndarray, borough: np.ndarray, start: int
) -> np.ndarray:
    """Return for each call its caller's first one: itself unless it is a repeat.

    Calls before the position `start` are remembered ones and stay as they are.
    """
    order = np.lexsort((offered_at, borough))
    size = len(order)
    # on one axis, boroughs are further apart than a month and the days remembered
    axis = (borough * 64 * parameters.DAY + offered_at)[order]
    oldest = np.searchsorted(axis, axis - parameters.REPEAT_WITHIN)
    newest = np.searchsorted(axis, axis - parameters.REPEAT_GAP, "right") - 1
    # squared, because people call again sooner rather than later
    back = (newest - oldest + 1) * rng.random(size) ** 2
    is_repeat = happens(rng, parameters.REPEAT_SHARE, size)
    is_repeat &= (newest >= oldest) & (order >= start)
    earlier = np.where(is_repeat, newest - back.astype(np.int64), np.arange(size))
    while (earlier[earlier] != earlier).any():
        earlier = earlier[earlier]
    roots = np.empty(size, np.int64)
    roots[order] = order[earlier]
    return roots


def _dispose(rng: np.random.Generator, calls: Columns, month: Month) -> Columns:
    """Return what comes of each first call; its log is counted from 0."""
    size = len(calls["line"])
    is_answered = calls["answered_at"] < NEVER
    drawn = _by_line(rng, parameters.DISPOSITION_SHARES, calls["line"])
    logged_at = _logged_at(rng, calls)
    # no log may belong to the next month: a message is taken instead
    opens = is_answered & (drawn == "incident_created") & (logged_at < month.ends)
    root = calls["root"]
    here = np.maximum(root, 0)
    is_known = np.where(root >= 0, opens[here], calls["incident"] != NO_INCIDENT)
    chases = is_answered & is_known & (root != np.arange(size))
    chases &= happens(rng, parameters.REPEAT_ABOUT_INCIDENT_SHARE, size)
    opens &= ~chases
    drawn = np.where(drawn == "incident_created", "message_taken", drawn)
    disposition = np.select(
        [~is_answered, chases, opens],
        [MISSING, LINKED, CREATED],
        drawn,
    )
    log = np.where(opens, np.cumsum(opens) - 1, NONE)
    about = word(rng, parameters.REPEAT_REASONS, size)
    reason = np.where(chases, about, look_up(disposition, parameters.REASONS, None))
    origin = _by_line(rng, parameters.ORIGIN_SHARES, calls["line"])
    is_heard = is_answered & (disposition != "silent_or_misdial")
    return {
        "disposition": disposition,
        "reason": reason,
        "origin": np.where(is_heard, origin, "unknown"),
        "logged_at": np.where(opens, logged_at, NEVER),
        "log": np.where(chases & (root >= 0), log[here], log),
        "incident": np.where(chases & (root < 0), calls["incident"], NO_INCIDENT),
        "parent": np.full(size, NONE),
    }


def _by_line(
    rng: np.random.Generator, shares: tuple[dict[str, float], ...], line: np.ndarray
) -> np.ndarray:
    drawn = [word(rng, of_line, len(line)) for of_line in shares]
    return np.where(line == parameters.EMERGENCY, *drawn)


def _logged_at(rng: np.random.Generator, calls: Columns) -> np.ndarray:
    delay = log_normal(rng, parameters.LOGGING_DELAY, len(calls["line"]))
    return np.minimum(calls["answered_at"] + delay.astype(np.int64), calls["ended_at"])


def _logs(rng: np.random.Generator, calls: Columns) -> Columns:
    opened = rows(calls, calls["logged_at"] < NEVER)
    grade = _by_line(rng, parameters.GRADE_SHARES, opened["line"])
    return {
        "created_at": opened["logged_at"],
        "line": opened["line"],
        "origin": opened["origin"],
        "borough": opened["borough"],
        "is_located": opened["is_located"],
        "grade_first": grade,
        "original": np.full(len(grade), NONE),
    }


def _further_calls(rng: np.random.Generator, logs: Columns, month: Month) -> Columns:
    """Return calls of others about the same events, soon after the first."""
    counts = _further_callers(rng, logs["grade_first"])
    log = np.repeat(np.arange(len(counts)), counts)
    delay = rng.exponential(parameters.FURTHER_CALL_DELAY, len(log)).astype(np.int64)
    calls = rows(logs, log) | _new_callers(rng, len(log))
    offered_at = calls["created_at"] + 1 + delay
    kept = {"borough", "line", "is_located", "caller", "is_withheld"}
    calls = {name: values for name, values in calls.items() if name in kept}
    return rows(calls | {"log": log, "offered_at": offered_at}, offered_at < month.ends)


def _further_callers(rng: np.random.Generator, grade: np.ndarray) -> np.ndarray:
    mean = look_up(grade, parameters.FURTHER_CALLERS)
    counts = rng.geometric(1 / (1 + mean)) - 1
    is_big = happens(rng, parameters.BIG_EVENT_SHARE, len(grade)) & (grade == "I")
    low, high = parameters.BIG_EVENT_CALLERS
    return np.where(is_big, rng.integers(low, high + 1, len(grade)), counts)


def _link(
    rng: np.random.Generator, calls: Columns, month: Month, log_count: int
) -> Columns:
    """Return what comes of the further calls.

    A call taker who did not see the first log opens a second one, counted from
    `log_count`.
    """
    size = len(calls["log"])
    is_answered = calls["answered_at"] < NEVER
    logged_at = _logged_at(rng, calls)
    opens = is_answered & happens(rng, parameters.LOGGED_TWICE_SHARE, size)
    opens &= logged_at < month.ends
    second = log_count + np.cumsum(opens) - 1
    return {
        "disposition": np.select([~is_answered, opens], [MISSING, CREATED], LINKED),
        "reason": np.where(is_answered, "new_request", MISSING),
        "origin": np.where(is_answered, "public", "unknown").astype(object),
        "logged_at": np.where(opens, logged_at, NEVER),
        "original": np.where(opens, calls["log"], NONE),
        "log": np.select([~is_answered, opens], [NONE, second], calls["log"]),
        "incident": np.full(size, NO_INCIDENT),
        "parent": np.full(size, NONE),
    }


def _second_logs(logs: Columns, further: Columns) -> Columns:
    opened = rows(further, further["logged_at"] < NEVER)
    return rows(logs, opened["original"]) | {
        "created_at": opened["logged_at"],
        "origin": opened["origin"],
        "original": opened["original"],
    }


def _put_through(rng: np.random.Generator, calls: Columns, month: Month) -> Columns:
    """Return the calls, with second legs of those that the operator puts through."""
    size = len(calls["line"])
    goes = np.isin(calls["disposition"], parameters.PUT_THROUGH)
    goes &= calls["line"] == parameters.NON_EMERGENCY
    goes &= calls["ended_at"] < month.ends
    goes &= happens(rng, parameters.PUT_THROUGH_SHARE, size)
    legs = rows(calls, goes)
    count = len(legs["line"])
    is_answered = happens(rng, parameters.SECOND_ANSWERED_SHARE, count)
    wait = log_normal(rng, parameters.SECOND_WAIT, count)
    patience = log_normal(rng, parameters.SECOND_PATIENCE, count)
    left_at = legs["ended_at"] + np.where(is_answered, wait, patience).astype(np.int64)
    talk = talk_seconds(rng, legs["line"])
    legs |= {
        "offered_at": legs["ended_at"],
        "answered_at": np.where(is_answered, left_at, NEVER),
        "ended_at": left_at + np.where(is_answered, talk, 0),
        "outcome": np.where(is_answered, "answered", "abandoned").astype(object),
        "disposition": np.where(is_answered, legs["disposition"], MISSING),
        "reason": np.where(is_answered, legs["reason"], MISSING),
        "parent": np.flatnonzero(goes),
    }
    ended = np.where(goes, "transferred_internal", calls["disposition"])
    return stack(calls | {"disposition": ended}, legs)


def _assertions(rng: np.random.Generator, calls: Columns, logs: Columns) -> Columns:
    """Return what handlers and assessors record of each call; None for nothing."""
    size = len(calls["line"])
    is_answered = calls["answered_at"] < NEVER
    resolved = look_up(calls["disposition"], parameters.RESOLVED_SHARES, np.nan)
    opens = calls["disposition"] == "incident_created"
    grade = logs["grade_first"][calls["log"]]
    told_shares = look_up(grade, parameters.EXPECTATION_GIVEN_SHARES)
    is_assessed = is_answered & happens(rng, parameters.ASSESSED_SHARE, size)

    def recorded(is_recorded: np.ndarray, share: float | np.ndarray) -> np.ndarray:
        return np.where(is_recorded, happens(rng, share, size), MISSING)

    return {
        "is_resolved": recorded(~np.isnan(resolved), resolved),
        "is_avoidable": recorded(is_assessed, parameters.AVOIDABLE_SHARE),
        "is_told": recorded(opens, told_shares),
        "has_interpreter": recorded(is_answered, parameters.INTERPRETER_SHARE),
    }


def _in_order(calls: Columns) -> Columns:
    """Return the calls in the order in which they were offered.

    The number is withheld where one caller would have dialled twice at once.
    """
    order = np.argsort(calls["offered_at"], kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    parent = np.where(calls["parent"] == NONE, NONE, place[calls["parent"]])
    calls = rows(calls | {"parent": parent}, order)
    by_caller = np.lexsort((calls["offered_at"], calls["caller"]))
    caller, offered_at = calls["caller"][by_caller], calls["offered_at"][by_caller]
    is_double = (caller[1:] == caller[:-1]) & (
        offered_at[1:] - offered_at[:-1] <= parameters.DOUBLE_DIAL_SECONDS
    )
    calls["is_withheld"][by_caller[1:][is_double]] = True
    return calls


def _call_ids(month: Month, place: np.ndarray) -> pa.Array:
    prefix = pa.scalar(f"{month.year}{month.month:02}")
    return pc.binary_join_element_wise(prefix, columns.digits(place + 1, 7), "-")
