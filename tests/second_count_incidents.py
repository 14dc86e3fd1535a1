"""A second count of the indicators made of incidents, in pandas, from the exports.

As in `second_count`: from the words of the definitions, whole millionths.
"""

import pandas as pd

from tests.second_count import MILLION, Exports, days, millionths, read

ASKED_FOR = ["public", "partner_agency", "alarm_company"]
GRADES = ["I", "S", "E", "R"]
URGENCY = {"I": 1, "S": 2, "E": 3, "R": 4, "P": 5}
STANDARD = {"I": pd.Timedelta("12min"), "S": pd.Timedelta("60min")}
WITHOUT_APPOINTMENT = pd.Timedelta("48h")
AROUND_APPOINTMENT = pd.Timedelta("30min")
LONG = pd.Timedelta("30min")
A_DAY = pd.Timedelta("24h")
NO_TIME = pd.Timedelta(0)
BY_TELEPHONE = ["advice", "telephone_report", "referred", "appointment_at_counter"]


def once(exports: Exports) -> pd.DataFrame:
    """Incidents that were not merged into others, without impossible times.

    `took` is from creation to arrival, `lasted` to the end or to the export.
    """
    incidents = read(exports, "incidents")
    is_merged = incidents["duplicate_of"].notna()
    is_merged |= incidents["resolution"].eq("duplicate")
    incidents = incidents[~is_merged].reset_index(drop=True)
    created, there = incidents["created_at"], incidents["first_on_scene_at"]
    is_police = incidents["origin"].eq("police")
    sent, closed = incidents["first_dispatched_at"], incidents["closed_at"]
    is_fault = there.lt(created) & ~is_police
    is_fault |= (there - created).gt(A_DAY) & incidents["grade_first"].isin(["I", "S"])
    sent = sent.mask(sent.lt(created) | (there.lt(sent) & ~is_police))
    is_too_soon = closed.lt(created) | closed.lt(there)
    is_too_soon |= closed.lt(incidents["first_dispatched_at"])
    ended = closed.mask(is_too_soon)
    extracted = pd.to_datetime(incidents["extracted_at"], utc=True, format="ISO8601")
    took = (there - created).mask(is_fault | there.lt(created))
    appointment = incidents["appointment_at"] - created
    return incidents.assign(
        there_at=there.mask(is_fault),
        sent_at=sent,
        ended_at=ended,
        took=took,
        lasted=ended.fillna(extracted.dt.tz_convert("Europe/London")) - created,
        appointment=appointment.where(appointment.ge(NO_TIME)),
        changes=pd.to_numeric(incidents["grade_change_count"]),
        units=pd.to_numeric(incidents["units_assigned"]).fillna(0),
    )


def asked_for(exports: Exports, *grades: str) -> pd.DataFrame:
    """Incidents of some first grades that public, partners or alarms asked for."""
    incidents = once(exports)
    is_ours = incidents["origin"].isin(ASKED_FOR)
    return incidents[is_ours & incidents["grade_first"].isin(grades)]


def by_borough(incidents: pd.DataFrame, counts: pd.Series) -> pd.DataFrame:
    """One case for each incident; `counts` says which are in the numerator."""
    return pd.DataFrame(
        {
            "area": incidents["bocu_code"],
            "on_date": days(incidents["created_at"]),
            "numerator": counts * MILLION,
        }
    )


def allowed(incidents: pd.DataFrame, grade: pd.Series) -> pd.Series:
    """How long after creation a grade's target passes; empty for other grades."""
    extended = (incidents["appointment"] + AROUND_APPOINTMENT).fillna(
        WITHOUT_APPOINTMENT
    )
    return grade.map(STANDARD).astype("timedelta64[ns]").mask(grade.eq("E"), extended)


def unattended_after(incidents: pd.DataFrame, limit) -> pd.Series:
    """Whether an incident was still open and unattended after a time."""
    return incidents["took"].fillna(incidents["lasted"]).gt(limit)


def judged(incidents: pd.DataFrame, limit) -> pd.DataFrame:
    """Incidents attended, or open past a time."""
    return incidents[incidents["took"].notna() | incidents["lasted"].gt(limit)]


def long_waits(exports: Exports) -> pd.DataFrame:
    """Immediate incidents, with whether they took more than half an hour to reach."""
    incidents = judged(asked_for(exports, "I"), LONG)
    return by_borough(incidents, ~incidents["took"].le(LONG))


def soon(exports: Exports) -> pd.DataFrame:
    """Incidents first graded S, with whether they were reached within the hour."""
    incidents = judged(asked_for(exports, "S"), STANDARD["S"])
    return by_borough(incidents, incidents["took"].le(STANDARD["S"]))


def extended(exports: Exports) -> pd.DataFrame:
    """Extended incidents, reached in 48 hours or half an hour around an appointment."""
    incidents = asked_for(exports, "E")
    incidents = judged(incidents, allowed(incidents, incidents["grade_first"]))
    away = (incidents["took"] - incidents["appointment"]).abs()
    is_kept = away.le(AROUND_APPOINTMENT)
    is_soon = incidents["took"].le(WITHOUT_APPOINTMENT)
    return by_borough(
        incidents, is_kept.where(incidents["appointment"].notna(), is_soon)
    )


def graded(exports: Exports) -> pd.DataFrame:
    """Graded incidents that police did not create, with whether they are immediate."""
    incidents = once(exports)
    incidents = incidents[
        incidents["grade_first"].isin(GRADES) & incidents["origin"].ne("police")
    ]
    return by_borough(incidents, incidents["grade_first"].eq("I"))


def not_sent(exports: Exports) -> pd.DataFrame:
    """Incidents of the public, with whether they were settled without a unit."""
    incidents = once(exports)
    incidents = incidents[incidents["origin"].eq("public")]
    is_unsent = incidents["units"].eq(0)
    is_unsent &= incidents["sent_at"].isna() & incidents["there_at"].isna()
    return by_borough(incidents, incidents["resolution"].isin(BY_TELEPHONE) & is_unsent)


def sent(exports: Exports) -> pd.DataFrame:
    """Immediate incidents with a dispatch, and how long that took."""
    incidents = asked_for(exports, "I").dropna(subset="sent_at")
    waited = (incidents["sent_at"] - incidents["created_at"]).dt.total_seconds()
    return by_borough(incidents, waited).assign(seconds=waited)


def regraded(exports: Exports) -> pd.DataFrame:
    """Graded incidents, with whether their grade changed."""
    incidents = asked_for(exports, *GRADES)
    last = incidents["grade_final"]
    is_other = last.notna() & last.ne(incidents["grade_first"])
    return by_borough(incidents, incidents["changes"].gt(0) | is_other)


def was_attended(incidents: pd.DataFrame) -> pd.Series:
    """Whether an incident was attended, judged by its end, its arrival or its units."""
    end = incidents["resolution"]
    is_over = incidents["ended_at"].notna() | incidents["lasted"].gt(A_DAY)
    return (
        end.isin(["attended", "no_trace"])
        | incidents["there_at"].notna()
        | (end.isna() & incidents["units"].ge(1) & is_over)
    )


def recorded(exports: Exports) -> pd.DataFrame:
    """Attended incidents, with whether the arrival time is known and not estimated."""
    incidents = once(exports)
    incidents = incidents[incidents["origin"].isin(ASKED_FOR) & was_attended(incidents)]
    is_known = incidents["took"].notna() & incidents["arrival_source"].ne("estimated")
    return by_borough(incidents, is_known)


def grade_then(incidents: pd.DataFrame) -> pd.Series:
    """The grade in force when the first grade's target passed."""
    after = incidents["regraded_at"] - incidents["created_at"]
    limit = allowed(incidents, incidents["grade_first"])
    has_new = incidents["changes"].gt(0) & after.le(limit)
    worked_out = incidents["grade_final"].where(has_new, incidents["grade_first"])
    return incidents["grade_at_target"].fillna(worked_out)


def lowered(exports: Exports) -> pd.DataFrame:
    """Immediate and soon incidents that were late, with whether they were lowered."""
    incidents = asked_for(exports, "I", "S")
    limit = allowed(incidents, incidents["grade_first"])
    incidents = incidents[unattended_after(incidents, limit)]
    last = incidents["grade_final"].map(URGENCY)
    then = grade_then(incidents).map(URGENCY)
    changed_after = incidents["regraded_at"] - incidents["created_at"]
    is_after = changed_after.gt(limit).mask(
        changed_after.isna(), incidents["grade_at_target"].notna()
    )
    return by_borough(incidents, last.gt(then) & is_after)


def rung_back(exports: Exports) -> pd.DataFrame:
    """The public's late incidents, with whether the caller was rung back in time."""
    incidents = once(exports)
    incidents = incidents[
        incidents["origin"].eq("public")
        & incidents["grade_first"].isin(["I", "S", "E"])
    ]
    first = allowed(incidents, incidents["grade_first"])
    then = allowed(incidents, grade_then(incidents))
    # a lower grade gives more time, a higher one does not take any back
    limit = first.where(first.gt(then), then).where(then.notna())
    incidents = incidents[unattended_after(incidents, limit)]
    after = incidents["delay_callback_at"] - incidents["created_at"]
    return by_borough(incidents, after.ge(NO_TIME) & after.le(limit))


def costs(exports: Exports) -> pd.DataFrame:
    """What response and despatch cost, and the incidents that were attended."""
    ledger = read(exports, "finance_monthly")
    ledger = ledger[
        ledger["activity"].isin(["response", "despatch"])
        & ledger["cost_type"].ne("capital_charge")
        & ledger["basis"].eq("outturn")
    ]
    spent = pd.DataFrame(
        {
            "area": ledger["unit_code"],
            "on_date": ledger["month"] + "-01",
            "numerator": millionths(ledger["actual"]) + millionths(ledger["accrual"]),
        }
    )
    incidents = once(exports)
    incidents = incidents[was_attended(incidents)]
    attended = pd.DataFrame(
        {
            "area": incidents["bocu_code"],
            "on_date": days(incidents["created_at"]),
            "denominator": MILLION,
        }
    )
    both = pd.concat([spent, attended], ignore_index=True)
    # an unknown side is not zero
    return both.astype({"numerator": "Int64", "denominator": "Int64"})


ROWS = {
    "ops_immediate_over_30_min": long_waits,
    "ops_significant_attended_in_target": soon,
    "ops_extended_attended_in_target": extended,
    "ops_immediate_grade_share": graded,
    "ops_resolved_without_deployment": not_sent,
    "ops_dispatch_delay_median": sent,
    "ops_regrade_rate": regraded,
    "ops_arrival_time_recorded": recorded,
    "ops_downgrade_after_target": lowered,
    "cust_delay_callback_rate": rung_back,
    "fin_cost_per_incident_attended": costs,
}
QUANTILES = {"ops_dispatch_delay_median": 0.5}
