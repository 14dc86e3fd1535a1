"""The demo force's front counters: who comes, how long they wait, what comes of it.

There are about 0.9 million visits a year at scale 1: 22 % of offences were reported at
counters and a quarter of visits are such reports (Mayor's questions, 2016 and 2017).
All other numbers are assumptions. Only counters log visits; desks and mobile stations
count contacts.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpis.demo import columns, facilities, parameters
from kpis.demo.chance import happens, log_normal, multiplier, word
from kpis.demo.columns import MISSING, NEVER, NO_INCIDENT, Columns, look_up, rows
from kpis.demo.demand import Month, arrivals, clock
from kpis.demo.facilities import Facilities

# percent of a day by local hour, at a counter that is always open
HOUR_PROFILE = (
    (0.8, 0.6, 0.5, 0.4, 0.4, 0.5, 0.9, 2.2, 4.6, 6.8, 7.9, 8.2)
    + (8.0, 7.2, 7.2, 7.3, 7.4, 7.6, 6.8, 5.3, 3.6, 2.6, 1.9, 1.3)
)  # fmt: skip
WEEKDAY_INDEX = (1.12, 1.06, 1.04, 1.03, 1.04, 0.92, 0.79)
DAY_GAMMA_SHAPE = 60

# Seconds: median and sigma. They give 72 % served within 10 minutes, 85 % within 15, a
# 90th percentile of 18 minutes, and 4 % who leave, who would have waited long.
WAIT, PATIENCE, SERVICE = (6.6 * 60, 0.93), (46 * 60, 0.6), (8 * 60, 0.7)
COUNTER_DELAY_SPREAD = 0.10
# busy counters have a ticket machine; at the others a clerk writes down the time, often
# to the last five minutes
TICKET_VISITS_A_DAY = 18
ROUNDED_SHARE, ROUNDED_TO = 0.4, 5 * 60

REASON_SHARES = {
    "report_crime": 0.22, "report_collision": 0.03, "produce_documents": 0.20,
    "bail_signing": 0.12, "lost_found_property": 0.13, "see_named_officer": 0.10,
    "advice": 0.12, "progress_chase": 0.03, "foreign_registration": 0.015,
    "firearms_licence": 0.01, "complaint": 0.01, "other": 0.015,
}  # fmt: skip
OUTCOMES = {
    "report_crime": "crime_report", "report_collision": "crime_report",
    "see_named_officer": "referred_internal", "complaint": "referred_internal",
    "progress_chase": "referred_internal",
}  # fmt: skip
APPOINTMENT_SHARE, REFERRED_SHARE = 0.03, 0.02
CONTACT_REASONS = {
    "progress_chase": "progress_chase", "complaint": "complaint",
    "advice": "general_enquiry", "other": "other",
}  # fmt: skip
RESOLVED_SHARES = {
    "dealt_with": 0.92, "crime_report": 0.85, "appointment_made": 0.10,
    "referred_agency": 0.30, "referred_internal": 0.35,
}  # fmt: skip
TOLD_SHARES = {"crime_report": 0.60, "appointment_made": 0.95, "referred_internal": 0.5}
ASSESSED_SHARE, AVOIDABLE_SHARE = 0.02, 0.30
# people who ask about progress ask about an incident of the last days
CHASED_WITHIN = 14 * parameters.DAY


@dataclass(frozen=True)
class Counters:
    """The counters of the force, the busiest first, and their delays."""

    places: Facilities
    delays: np.ndarray

    @property
    def count(self) -> int:
        """Return how many counters there are."""
        return facilities.COUNTERS


def make_counters(rng: np.random.Generator, places: Facilities) -> Counters:
    """Return counters with their delays: shifts of the log of the wait."""
    return Counters(places, rng.normal(0, COUNTER_DELAY_SPREAD, facilities.COUNTERS))


def receive(
    rng: np.random.Generator,
    counters: Counters,
    month: Month,
    scale: float,
    incidents: Columns,
) -> Columns:
    """Return a month's visits in order; `incidents` are the month's, in order."""
    arrived_at, counter = arrivals(rng, month, _expected(rng, counters, month) * scale)
    size = len(arrived_at)
    median, sigma = WAIT
    wait = log_normal(rng, (median * np.exp(counters.delays[counter]), sigma), size)
    patience = log_normal(rng, PATIENCE, size)
    service = log_normal(rng, SERVICE, size)
    has_left = patience < wait
    started_at = arrived_at + wait.astype(np.int64)
    by_clerk = counters.places.visits[counter] < TICKET_VISITS_A_DAY
    is_rounded = by_clerk & happens(rng, ROUNDED_SHARE, size)
    unit = np.where(is_rounded, ROUNDED_TO, 1)
    visits = {
        "counter": counter,
        "arrived_at": arrived_at // unit * unit,
        "started_at": np.where(has_left, NEVER, started_at // unit * unit),
        "ended_at": np.where(
            has_left, NEVER, (started_at + service.astype(np.int64)) // unit * unit
        ),
        "by_clerk": by_clerk,
        "has_left": has_left,
        "reason": word(rng, REASON_SHARES, size),
    }
    visits |= _outcomes(rng, visits)
    visits |= {"incident": _chased(rng, visits, counters, incidents)}
    return rows(visits, np.argsort(visits["arrived_at"], kind="stable"))


def table(visits: Columns, month: Month, counters: Counters) -> pa.Table:
    """Return a month's visits as they are exported."""
    size = len(visits["arrived_at"])
    reason = look_up(visits["reason"], CONTACT_REASONS, "new_request")
    prefix = pa.scalar(f"V{month.year}{month.month:02}")
    recorded = np.where(visits["by_clerk"], "clerk_log", "ticket_system")
    return pa.table(
        {
            "visit_id": pc.binary_join_element_wise(
                prefix, columns.digits(np.arange(1, size + 1), 6), "-"
            ),
            "facility_code": columns.words(counters.places.codes[visits["counter"]]),
            "arrived_at": columns.instants(visits["arrived_at"]),
            "service_started_at": columns.instants(visits["started_at"]),
            "service_ended_at": columns.instants(visits["ended_at"]),
            "left_before_service": pa.array(visits["has_left"]),
            "visit_reason": columns.words(visits["reason"]),
            "outcome": columns.words(visits["outcome"]),
            "incident_ref": columns.incident_refs(visits["incident"]),
            "contact_reason": columns.words(
                np.where(visits["has_left"], MISSING, reason)
            ),
            "resolved_first_contact": pa.array(visits["is_resolved"], pa.bool_()),
            "avoidable_contact": pa.array(visits["is_avoidable"], pa.bool_()),
            "expectation_given": pa.array(visits["is_told"], pa.bool_()),
            "recorded_by": columns.words(recorded.astype(object)),
            # every visit is a row of its own: no sample counts
            "grossing_factor": columns.nothing(size),
        }
    )


def _expected(rng: np.random.Generator, counters: Counters, month: Month) -> np.ndarray:
    """Return visits expected in each hour at each counter at scale 1."""
    hour, weekday = clock(month.hours)
    usual = np.array(HOUR_PROFILE)[hour] * np.array(WEEKDAY_INDEX)[weekday]
    is_open = facilities.open_hours(month)
    days = len(month.hours) / 24
    kinds = counters.places.kinds[: counters.count]
    # a counter with short hours has its visits in these
    of_kind = usual * is_open / _usual_day()[:, None]
    levels = counters.places.visits[: counters.count]
    surprise = multiplier(rng, DAY_GAMMA_SHAPE, (int(days) + 1, counters.count))
    day = np.arange(len(month.hours)) // 24
    season = parameters.MONTH_INDEX[month.month - 1]
    return of_kind[kinds].T * levels * surprise[day] * season


def _usual_day() -> np.ndarray:
    """Return what the profiles sum to on a mean day, for each kind of opening."""
    profile = np.outer(WEEKDAY_INDEX, HOUR_PROFILE)
    return np.array(
        [
            profile[: 7 if every_day else 5, first:last].sum() / 7
            for first, last, every_day in facilities.OPENING.values()
        ]
    )


def _outcomes(rng: np.random.Generator, visits: Columns) -> Columns:
    """Return how each visit ends, and what clerks and assessors record of it."""
    size, is_served = len(visits["reason"]), ~visits["has_left"]
    draw = rng.random(size)
    usual = look_up(visits["reason"], OUTCOMES, "dealt_with")
    outcome = np.select(
        [
            ~is_served,
            draw < APPOINTMENT_SHARE,
            draw < APPOINTMENT_SHARE + REFERRED_SHARE,
        ],
        ["left", "appointment_made", "referred_agency"],
        usual,
    ).astype(object)
    resolved = look_up(outcome, RESOLVED_SHARES, np.nan)
    told_shares = look_up(outcome, TOLD_SHARES, np.nan)
    is_assessed = is_served & happens(rng, ASSESSED_SHARE, size)

    def recorded(is_recorded: np.ndarray, share: float | np.ndarray) -> np.ndarray:
        return np.where(is_recorded, happens(rng, share, size), MISSING)

    return {
        "outcome": outcome,
        "is_resolved": recorded(~np.isnan(resolved), resolved),
        "is_avoidable": recorded(is_assessed, AVOIDABLE_SHARE),
        "is_told": recorded(~np.isnan(told_shares), told_shares),
    }


def _chased(
    rng: np.random.Generator, visits: Columns, counters: Counters, incidents: Columns
) -> np.ndarray:
    """Return the incident that someone asks about: a recent one of the borough."""
    # on one axis, boroughs are further apart than a month
    apart = 64 * parameters.DAY
    order = np.lexsort((incidents["created_at"], incidents["borough"]))
    axis = incidents["borough"][order] * apart + incidents["created_at"][order]
    borough = counters.places.boroughs[visits["counter"]]
    at = borough * apart + visits["arrived_at"]
    oldest = np.searchsorted(axis, at - CHASED_WITHIN)
    newest = np.searchsorted(axis, at) - 1
    asks = (visits["reason"] == "progress_chase") & ~visits["has_left"]
    asks &= newest >= oldest
    back = (rng.random(len(at)) * (newest - oldest + 1)).astype(np.int64)
    chosen = np.where(asks, newest - back, 0)
    if not len(order):
        return np.full(len(at), NO_INCIDENT)
    return np.where(asks, incidents["number"][order][chosen], NO_INCIDENT)
