"""A second count of surveys, counters and other channels, in pandas, from the exports.

As in `second_count`: from the words of the definitions, whole millionths. Rows of a
facility carry its borough too.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pandas as pd

from tests import second_count
from tests.second_count import (
    LONGEST_DELAY_DAYS,
    MILLION,
    Exports,
    days,
    millionths,
    months_of,
    read,
)

CALENDAR = Path(__file__).parent.parent / "data" / "reference" / "calendar_event.csv"
VICTIMS = ["burglary", "violent_crime", "vehicle_crime", "rtc"]
# last day of interview, how many answers there are, and how many of them satisfy
SCALES = {
    "USS": [("2000-03-31", 4, 2), ("2004-03-31", 5, 2), ("9999-12-31", 7, 3)],
    "C999": [("2000-03-31", 4, 2), ("9999-12-31", 5, 2)],
    "FCS": [("2000-03-31", 4, 2), ("9999-12-31", 5, 2)],
    "PAS": [("9999-12-31", 5, 2)],
}
OF_NO_EXPERIENCE = ["PAS", "BCS"]
# the demo force's own standard
COUNTER_SECONDS = 15 * 60
GRACE_MINUTES = 15
BANK_HOLIDAY = 8
COUNTER_COSTS = ["basic_pay", "overtime", "allowances", "premises"]
NO_COUNTERS = ["one_stop_shop", "mobile_police_station"]
NEW_CHANNELS = ["online", "email", "one_stop_shop", "mobile_station"]


def reference(exports: Exports, name: str) -> pd.DataFrame:
    """One of the force's own tables, which are next to its exports."""
    home = exports.paths[0].parent.parent
    return pd.read_csv(home / "reference" / f"{name}.csv", dtype=str)


def at_facility(exports: Exports, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose area is a facility, with its borough and kind."""
    places = reference(exports, "facility").set_index("facility_code")
    return rows.assign(
        borough=rows["area"].map(places["bocu_code"]),
        kind=rows["area"].map(places["facility_type"]),
    )


def answers(exports: Exports, survey: str, question: str) -> pd.DataFrame:
    """Valid answers to a question, with their weights and whether they are satisfied.

    They belong to the day of the experience if it lies in the 20 weeks before the
    interview, otherwise to the day of the interview.
    """
    found = read(exports, "survey_responses")
    found = found[
        found["survey_code"].eq(survey)
        & found["question_code"].eq(question)
        & found["weight"].astype(float).gt(0)
    ]
    asked_on, code = found["interview_date"], found["answer_code"].astype(float)
    most, satisfied = pd.Series(0, found.index), pd.Series(0, found.index)
    for until, answers_of, satisfied_of in reversed(SCALES[survey]):
        most = most.mask(asked_on.le(until), answers_of)
        satisfied = satisfied.mask(asked_on.le(until), satisfied_of)
    asked, lived = (
        pd.to_datetime(found[name]) for name in ("interview_date", "experience_date")
    )
    is_near = (asked - lived).dt.days.between(0, LONGEST_DELAY_DAYS)
    if survey in OF_NO_EXPERIENCE:
        is_near &= False
    # without answers the numbers would be texts
    weight = millionths(found["weight"]).astype("int64")
    rows = pd.DataFrame(
        {
            "area": found["bocu_code"],
            "facility": found["facility_code"],
            "group": found["respondent_group"],
            "on_date": days(lived.where(is_near, asked)),
            "numerator": weight.where(code.le(satisfied), 0),
            "denominator": weight,
            "base": found["design_effect"].map(_share_of_a_case).astype("int64"),
        }
    )
    return rows[code.between(1, most)]


def _share_of_a_case(design_effect: str | float) -> int:
    """What an answer is worth by the survey's own design effect, in millionths."""
    if pd.isna(design_effect) or Decimal(design_effect) <= 0:
        return MILLION
    share = MILLION / Decimal(design_effect)
    return int(share.quantize(Decimal(1), ROUND_HALF_UP))


def asked(survey: str, question: str):
    """Return the function for an indicator that is one survey question."""
    return lambda exports: answers(exports, survey, question)


def asked_of_victims(question: str):
    """The same for four groups of victims."""

    def rows(exports: Exports) -> pd.DataFrame:
        found = answers(exports, "USS", question)
        return found[found["group"].isin(VICTIMS)]

    return rows


def asked_at_counters(exports: Exports) -> pd.DataFrame:
    """What visitors think of the counter, by counter."""
    found = answers(exports, "FCS", "fcs_overall")
    return at_facility(exports, found.assign(area=found["facility"]))


@cache
def visits(exports: Exports) -> pd.DataFrame:
    """Every visit, how many it stands for, and seconds until served or gone.

    A time before the visitor came is not used, and neither is an end before the
    service began. A sampled row that does not say how many it stands for is left out.
    """
    found = read(exports, "front_counter_visits")
    came, began = found["arrived_at"], found["service_started_at"]
    began = began.where(began.ge(came))
    ended = found["service_ended_at"]
    ended = ended.where(ended.ge(came) & ~ended.lt(began))
    is_served = found["left_before_service"].eq("false") | began.notna()
    is_sample = found["recorded_by"].eq("sample_count")
    stands_for = millionths(found["grossing_factor"]).where(is_sample, MILLION)
    rows = pd.DataFrame(
        {
            "area": found["facility_code"],
            "on_date": days(came),
            "came": came,
            "wait": (began - came).dt.total_seconds(),
            "left": (ended - came).dt.total_seconds().mask(is_served),
            "is_served": is_served,
            "denominator": stands_for,
        }
    )
    return at_facility(exports, rows[stands_for.gt(0)])


def is_shut(exports: Exports, rows: pd.DataFrame) -> pd.Series:
    """Visits more than a quarter of an hour outside the listed hours."""
    hours = reference(exports, "facility_opening_hours")
    events = pd.read_csv(CALENDAR, dtype=str)
    holidays = set(events["valid_from"][events["kind"].eq("bank_holiday")])
    for name in ("opens", "closes"):
        clock = hours[name].str.split(":", expand=True).astype(int)
        hours[name] = 60 * clock[0] + clock[1]
    past_midnight = hours["closes"].le(hours["opens"])
    hours["closes"] += 1440 * past_midnight
    hours["weekday"] = hours["weekday"].astype(int)
    hours = hours.rename(columns={"facility_code": "area"})
    local = rows["came"].dt.tz_localize(None)
    is_open = pd.Series(False, rows.index)
    for shift in (-1, 0, 1):
        day = local.dt.normalize() + pd.Timedelta(days=shift)
        minute = (local - day).dt.total_seconds() // 60
        kind = day.dt.day_of_week + 1
        kind = kind.mask(days(day).isin(holidays), BANK_HOLIDAY)
        at = pd.DataFrame({"area": rows["area"], "weekday": kind, "minute": minute})
        near = at.reset_index().merge(hours, on=["area", "weekday"])
        first, last = near["opens"] - GRACE_MINUTES, near["closes"] + GRACE_MINUTES
        is_open |= rows.index.isin(near["index"][near["minute"].between(first, last)])
    return rows["area"].isin(hours["area"]) & ~is_open


def waited(exports: Exports) -> pd.DataFrame:
    """Visits in opening hours, with whether they were served within 15 minutes.

    A visitor known to have left before that is not a case.
    """
    rows = visits(exports)
    rows = rows[~rows["left"].le(COUNTER_SECONDS) & ~is_shut(exports, rows)]
    in_time = rows["wait"].le(COUNTER_SECONDS)
    return rows.assign(numerator=rows["denominator"].where(in_time, 0), base=MILLION)


def waits(exports: Exports) -> pd.DataFrame:
    """Seconds that each served visitor waited."""
    found = read(exports, "front_counter_visits")
    seconds = (found["service_started_at"] - found["arrived_at"]).dt.total_seconds()
    rows = pd.DataFrame(
        {
            "area": found["facility_code"],
            "on_date": days(found["arrived_at"]),
            "seconds": seconds,
        }
    )
    return at_facility(exports, rows[seconds.ge(0)])


def counter_costs(exports: Exports) -> pd.DataFrame:
    """What staff and premises of front counters cost, and visits served there."""
    ledger = read(exports, "finance_monthly")
    ledger = ledger[
        ledger["cost_centre_type"].eq("front_counter")
        & ledger["cost_type"].isin(COUNTER_COSTS)
        & ledger["basis"].eq("outturn")
    ]
    spent = pd.DataFrame(
        {
            "area": ledger["facility_code"],
            "on_date": ledger["month"] + "-01",
            "numerator": millionths(ledger["actual"]) + millionths(ledger["accrual"]),
        }
    )
    came = visits(exports)
    came = came[came["is_served"] & ~came["kind"].isin(NO_COUNTERS)]
    served = came[["area", "on_date", "denominator"]]
    both = pd.concat([spent, served], ignore_index=True)
    # an unknown side is not zero
    both = both.astype({"numerator": "Int64", "denominator": "Int64"})
    return at_facility(exports, both)


def channels(exports: Exports) -> pd.DataFrame:
    """Contacts by all channels; online, e-mail, one-stop and mobile count as new."""
    returns = read(exports, "contacts_other_monthly").dropna(subset="contacts")
    counts = millionths(returns["contacts"])
    is_new = returns["channel"].isin(NEW_CHANNELS)
    other = pd.DataFrame(
        {
            "area": returns["bocu_code"],
            "on_date": returns["month"] + "-01",
            "numerator": counts.where(is_new, 0),
            "denominator": counts,
        }
    )
    calls = second_count.public_calls(exports)
    calls = calls[calls["is_row"].eq(1)].assign(numerator=0, denominator=MILLION)
    came = visits(exports)
    came = came[~came["kind"].isin(NO_COUNTERS)]
    came = came.assign(area=came["borough"], numerator=0)
    names = ["area", "on_date", "numerator", "denominator"]
    return pd.concat([part[names] for part in (other, calls, came)], ignore_index=True)


def hours_open(exports: Exports) -> pd.DataFrame:
    """Hours open and advertised, of counters and desks that give both."""
    returns = read(exports, "facility_hours_monthly")
    returns = returns.dropna(subset=["hours_advertised", "hours_open"])
    rows = pd.DataFrame(
        {
            "area": returns["facility_code"],
            "on_date": returns["month"] + "-01",
            "numerator": millionths(returns["hours_open"]),
            "denominator": millionths(returns["hours_advertised"]),
        }
    )
    rows = at_facility(exports, rows)
    return rows[rows["kind"].ne("mobile_police_station")]


def stops(exports: Exports) -> pd.DataFrame:
    """A row for every scheduled stop, kept or not, where the return gives both."""
    returns = read(exports, "facility_hours_monthly")
    returns = returns.dropna(subset=["stops_scheduled", "stops_kept"])
    due = returns["stops_scheduled"].astype(int)
    kept = returns["stops_kept"].astype(int)
    returns = returns[kept.le(due)]
    each = returns.loc[returns.index.repeat(due[returns.index])]
    place = each.groupby(level=0).cumcount()
    rows = pd.DataFrame(
        {
            "area": each["facility_code"],
            "on_date": each["month"] + "-01",
            "numerator": place.lt(kept[each.index]) * MILLION,
        }
    )
    return at_facility(exports, rows.reset_index(drop=True))


def effective_cases(
    exports: Exports, kpi_id: str, by: str, first: date, last: date
) -> pd.Series:
    """How many answers of equal weight would say as much, by area and first day.

    The smaller of two numbers: the sum of what answers are worth by design effect, and
    the squared sum of the weights over the sum of their squares.
    """
    rows = second_count.rows(exports, kpi_id).merge(
        months_of(by, first, last), on="month"
    )
    rows["weight"] = rows["denominator"] / MILLION
    rows["square"] = rows["weight"] ** 2
    found = rows.groupby(["area", "start"])[["weight", "square", "base"]].sum()
    of_weights = found["weight"] ** 2 / found["square"]
    return of_weights.clip(upper=found["base"] / MILLION)


ROWS = {
    "cust_999_answer_satisfaction": asked("C999", "c999_answer_time"),
    "cust_999_action_satisfaction": asked("C999", "c999_action"),
    "cust_arrival_time_satisfaction": asked("USS", "uss_arrival_time"),
    "cust_contact_ease_satisfaction": asked_of_victims("uss_contact_ease"),
    "cust_kept_informed_satisfaction": asked_of_victims("uss_kept_informed"),
    "cust_overall_satisfaction": asked_of_victims("uss_overall"),
    "cust_front_counter_satisfaction": asked_at_counters,
    "cust_telephone_satisfaction": asked("PAS", "pas_telephone"),
    "cust_patrol_satisfaction": asked("PAS", "pas_patrol"),
    "cust_front_counter_wait_in_target": waited,
    "cust_front_counter_wait_p90": waits,
    "fin_cost_per_counter_visit": counter_costs,
    "ops_channel_share": channels,
    "ops_counter_hours_delivered": hours_open,
    "ops_mobile_stops_kept": stops,
}
QUANTILES = {"cust_front_counter_wait_p90": 0.9}
WEIGHTED = [one for one in ROWS if one.endswith("_satisfaction")]
