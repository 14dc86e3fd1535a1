"""A second count of the indicators made of calls, in pandas, from the export files.

As in `second_count`: from the words of the definitions, whole millionths.
"""

import pandas as pd

from tests.second_count import MILLION, Exports, days, read

NOT_EMERGENCY = ["non_emergency", "switchboard"]
ANSWERED = ["answered", "transferred_out"]
CHASING = ["progress_chase", "repeat_no_attendance"]
NO_REQUEST = ["silent_or_misdial", "hoax", "no_policing_purpose"]
REPEAT_WITHIN, RESOLVED_FOR = pd.Timedelta("7D"), pd.Timedelta("14D")
LEGS_WITHIN = pd.Timedelta("24h")
SWITCHBOARD_SECONDS, CALL_TAKER_SECONDS, END_TO_END_SECONDS = 30, 40, 70


def usable(exports: Exports) -> pd.DataFrame:
    """Every call, without times of answer or end before the call was offered."""
    calls = read(exports, "calls")
    times = ["answered_at", "ended_at"]
    is_possible = calls[times].ge(calls["offered_at"], axis=0)
    return calls.assign(**calls[times].where(is_possible))


def offered(exports: Exports, lines: list[str], stage: str) -> pd.DataFrame:
    """Calls offered on some lines, without those abandoned within 5 seconds."""
    calls = usable(exports)
    calls = calls[calls["line_type"].isin(lines) & calls["stage"].eq(stage)]
    left_after = calls["ended_at"] - calls["offered_at"]
    is_short = calls["outcome"].eq("abandoned") & left_after.le(pd.Timedelta("5s"))
    return calls[~is_short]


def by_site(calls: pd.DataFrame, counts: pd.Series) -> pd.DataFrame:
    """One case for each call, at its site; `counts` says which are in the numerator."""
    return pd.DataFrame(
        {
            "area": calls["call_site_code"],
            "on_date": days(calls["offered_at"]),
            "numerator": counts * MILLION,
        }
    )


def by_borough(calls: pd.DataFrame, counts: pd.Series) -> pd.DataFrame:
    """One case for each call, in the borough of the matter."""
    return by_site(calls, counts).assign(area=calls["bocu_code"])


def seconds_until(calls: pd.DataFrame, name: str) -> pd.Series:
    """How long after its offer something happened, for answered calls."""
    wait = (calls[name] - calls["offered_at"]).dt.total_seconds()
    return wait.where(calls["outcome"].isin(ANSWERED))


def by_switchboard(exports: Exports) -> pd.DataFrame:
    """First legs off the emergency lines, answered within 30 seconds or not."""
    calls = offered(exports, NOT_EMERGENCY, "primary")
    wait = seconds_until(calls, "answered_at")
    return by_site(calls, wait.le(SWITCHBOARD_SECONDS))


def by_call_taker(exports: Exports) -> pd.DataFrame:
    """Second legs off the emergency lines, answered within 40 seconds or not."""
    calls = offered(exports, NOT_EMERGENCY, "secondary")
    wait = seconds_until(calls, "answered_at")
    return by_site(calls, wait.le(CALL_TAKER_SECONDS))


def end_to_end(exports: Exports) -> pd.DataFrame:
    """First legs, with whether the last leg was answered within 70 s of the offer.

    A call that was put through and has no later leg was not answered in the end. A
    leg on another day does not belong to it.
    """
    calls = offered(exports, NOT_EMERGENCY, "primary")
    every = usable(exports).sort_values(["offered_at", "call_id"])
    legs = every[every["stage"].eq("secondary")].dropna(subset="parent_call_id")
    first_at = legs["parent_call_id"].map(calls.set_index("call_id")["offered_at"])
    legs = legs[(legs["offered_at"] - first_at).between(pd.Timedelta(0), LEGS_WITHIN)]
    last = legs.drop_duplicates("parent_call_id", keep="last")
    last = last.set_index("parent_call_id")
    reached_at = last["answered_at"].where(last["outcome"].isin(ANSWERED))
    has_later = calls["call_id"].isin(last.index)
    through = calls["call_id"].map(reached_at) - calls["offered_at"]
    own = seconds_until(calls, "answered_at")
    own = own.mask(calls["disposition"].eq("transferred_internal"))
    seconds = through.dt.total_seconds().where(has_later, own)
    return by_site(calls, seconds.le(END_TO_END_SECONDS))


def given_up(exports: Exports) -> pd.DataFrame:
    """First legs off the emergency lines, abandoned after 5 seconds or not."""
    calls = offered(exports, NOT_EMERGENCY, "primary")
    return by_site(calls, calls["outcome"].eq("abandoned"))


def emergencies_given_up(exports: Exports) -> pd.DataFrame:
    """999 calls, abandoned after 5 seconds or not."""
    calls = offered(exports, ["emergency_999"], "primary")
    return by_site(calls, calls["outcome"].eq("abandoned"))


def contacts(exports: Exports) -> pd.DataFrame:
    """First legs of calls from outside, numbered, with whether they chase."""
    calls = read(exports, "calls")
    calls = calls[calls["stage"].eq("primary") & calls["line_type"].ne("internal")]
    calls = calls.sort_values(["offered_at", "call_id"]).reset_index(drop=True)
    is_answered = calls["outcome"].isin(ANSWERED)
    has_result = calls["disposition"].notna()
    return calls.assign(
        number=calls.index,
        is_chasing=calls["contact_reason"].isin(CHASING),
        is_request=is_answered & has_result & ~calls["disposition"].isin(NO_REQUEST),
    )


def pairs(calls: pd.DataFrame) -> pd.DataFrame:
    """Each pair of calls by one caller: how far apart, and what links them."""
    known = calls.dropna(subset="caller_hash")
    names = ["caller_hash", "number", "offered_at", "incident_ref", "is_chasing"]
    both = known[names].merge(known[names], on="caller_hash", suffixes=("", "_later"))
    both = both[both["number"] < both["number_later"]]
    # NaN is not equal to NaN: two calls without an incident are not about the same one
    is_same = both["incident_ref"].eq(both["incident_ref_later"])
    return both.assign(
        apart=both["offered_at_later"] - both["offered_at"],
        is_same=is_same,
        is_about=is_same | both["is_chasing_later"],
    )


def repeats(exports: Exports) -> pd.DataFrame:
    """Requests of known callers, with whether they rang about it in the last 7 days."""
    calls = contacts(exports)
    both = pairs(calls)
    again = both[both["is_about"] & both["apart"].le(REPEAT_WITHIN)]
    calls = calls[calls["is_request"] & calls["caller_hash"].notna()]
    return by_borough(calls, calls["number"].isin(again["number_later"]))


def resolved(exports: Exports) -> pd.DataFrame:
    """First contacts of known callers, with whether they stayed the only contact.

    Without the handler's word on whether the matter was resolved, a call is left out.
    """
    calls = contacts(exports)
    both = pairs(calls)
    both = both[both["apart"].le(RESOLVED_FOR)]
    not_first = both["number_later"][both["is_same"]]
    rung_again = both["number"][both["is_about"]]
    calls = calls[
        calls["is_request"]
        & ~calls["is_chasing"]
        & ~calls["number"].isin(not_first)
        & calls["caller_hash"].notna()
        & calls["resolved_first_contact"].notna()
    ]
    is_said = calls["resolved_first_contact"].eq("true")
    return by_borough(calls, is_said & ~calls["number"].isin(rung_again))


def told(exports: Exports) -> pd.DataFrame:
    """Answered calls about an incident that record whether the caller was told."""
    calls = read(exports, "calls")
    calls = calls[
        calls["outcome"].isin(ANSWERED)
        & calls["line_type"].ne("internal")
        & calls["incident_ref"].notna()
        & calls["expectation_given"].notna()
    ]
    return by_borough(calls, calls["expectation_given"].eq("true"))


def assessed(exports: Exports) -> pd.DataFrame:
    """Answered calls that were assessed, with whether they were avoidable."""
    calls = read(exports, "calls")
    calls = calls[
        calls["outcome"].isin(ANSWERED)
        & calls["stage"].eq("primary")
        & calls["line_type"].ne("internal")
        & calls["avoidable_contact"].notna()
    ]
    return by_borough(calls, calls["avoidable_contact"].eq("true"))


def calls_and_incidents(exports: Exports) -> pd.DataFrame:
    """The public's answered calls about incidents, and the incidents they opened."""
    calls = read(exports, "calls")
    calls = calls[
        calls["outcome"].isin(ANSWERED)
        & calls["stage"].eq("primary")
        & calls["line_type"].ne("internal")
        & calls["origin"].eq("public")
        & calls["incident_ref"].notna()
    ]
    opens = calls["disposition"].eq("incident_created")
    return by_borough(calls, pd.Series(1, calls.index)).assign(
        denominator=opens * MILLION
    )


ROWS = {
    "ops_non_emergency_primary_answered": by_switchboard,
    "ops_non_emergency_secondary_answered": by_call_taker,
    "ops_non_emergency_end_to_end_answered": end_to_end,
    "ops_non_emergency_abandonment": given_up,
    "ops_999_abandonment": emergencies_given_up,
    "ops_repeat_contact_rate": repeats,
    "cust_first_contact_resolution": resolved,
    "cust_expectation_given_rate": told,
    "ops_avoidable_contact_share": assessed,
    "ops_duplicate_call_ratio": calls_and_incidents,
}
