"""A second count of the indicators made of monthly and yearly returns, in pandas.

As in `second_count`: from the words of the definitions, whole millionths. An impossible
number (more single hours than hours) is not used, and a return that lacks a number that
it needs is left out.
"""

from decimal import Decimal

import pandas as pd

from tests.second_count import MILLION, Exports, read

OFFICERS = ["response_officer", "ward_officer", "call_handling_officer"]
CALL_HANDLERS = ["call_handling_staff", "call_handling_officer"]
ANSWER_AND_ATTEND = ["call_handling", "control_room", "response"]
PAY = ["basic_pay", "overtime", "allowances"]
PATROLS = ["response", "ward"]
MOST_WORKING_DAYS = 23
DAYS_OF_A_YEAR = 365.25


def known(texts: pd.Series) -> pd.Series:
    """Decimals as whole millionths; empty stays empty."""
    whole = texts.map(lambda text: int(Decimal(text) * MILLION), na_action="ignore")
    return whole.astype("Int64")


def at_most(numbers: pd.Series, most: pd.Series) -> pd.Series:
    """Numbers without those above their maximum, where the maximum is known."""
    return numbers.mask((numbers > most).fillna(False))


def by_return(rows: pd.DataFrame, area: str, numerator, denominator) -> pd.DataFrame:
    """A row for each return that has both numbers."""
    both = pd.DataFrame(
        {
            "area": rows[area],
            "on_date": rows["month"] + "-01",
            "numerator": numerator,
            "denominator": denominator,
        }
    )
    return both.dropna(subset=["numerator", "denominator"])


def staff(exports: Exports, groups: list[str]) -> pd.DataFrame:
    """The returns of some groups, possible numbers only, and the days of each month."""
    returns = read(exports, "workforce_monthly")
    returns = returns[returns["staff_group"].isin(groups)]
    names = ["fte_actual", "fte_establishment", "probationer_fte", "sickness_days_lost"]
    names += ["headcount", "leavers"]
    numbers = {name: known(returns[name]) for name in names}
    posts, people = numbers["fte_actual"], numbers["headcount"]
    lost, learning = numbers["sickness_days_lost"], numbers["probationer_fte"]
    numbers["sickness_days_lost"] = at_most(lost, posts * MOST_WORKING_DAYS)
    numbers["probationer_fte"] = at_most(learning, posts)
    numbers["fte_actual"] = at_most(posts, people)
    months = pd.to_datetime(returns["month"] + "-01")
    return returns.assign(**numbers, days=months.dt.days_in_month)


def lost_days(exports: Exports, groups: list[str]) -> pd.DataFrame:
    """Working days lost to sickness, and the days of the month for each post filled."""
    rows = staff(exports, groups)
    posts = rows["fte_actual"] * rows["days"]
    return by_return(rows, "unit_code", rows["sickness_days_lost"], posts)


def officers_sick(exports: Exports) -> pd.DataFrame:
    """The same for officers in response teams, ward teams and call handling."""
    return lost_days(exports, OFFICERS)


def call_handlers_sick(exports: Exports) -> pd.DataFrame:
    """The same for staff and officers in call handling."""
    return lost_days(exports, CALL_HANDLERS)


def left(exports: Exports) -> pd.DataFrame:
    """People who left call handling for good, and the days of the month for each."""
    rows = staff(exports, CALL_HANDLERS)
    people = rows["headcount"] * rows["days"]
    return by_return(rows, "unit_code", rows["leavers"], people)


def vacant(exports: Exports) -> pd.DataFrame:
    """Civilian seats not filled (may be below zero), and all civilian seats."""
    rows = staff(exports, ["call_handling_staff"])
    seats = rows["fte_establishment"]
    return by_return(rows, "unit_code", seats - rows["fte_actual"], seats)


def learning(exports: Exports) -> pd.DataFrame:
    """Probationers in response teams, and everyone there."""
    rows = staff(exports, ["response_officer"])
    return by_return(rows, "unit_code", rows["probationer_fte"], rows["fte_actual"])


def on_frontline(exports: Exports) -> pd.DataFrame:
    """Hours on the frontline and all hours of a financial year's analysis."""
    rows = read(exports, "activity_annual")
    rows = rows.assign(month=rows["financial_year"].str[:4] + "-04")
    frontline, every = known(rows["hours_frontline"]), known(rows["hours_total"])
    return by_return(rows, "bocu_code", at_most(frontline, every), every)


def alone(exports: Exports) -> pd.DataFrame:
    """Hours of response and ward patrol in crews of one, and all such hours."""
    rows = read(exports, "patrol_monthly")
    rows = rows[rows["role"].isin(PATROLS)]
    single, every = (
        known(rows[f"patrol_hours_{name}"]) for name in ("single", "total")
    )
    return by_return(rows, "bocu_code", at_most(single, every), every)


def outturn(exports: Exports) -> pd.DataFrame:
    """Outturn in the ledger: paid and owed together, and budgeted.

    Amounts below zero count only where an earlier entry is reversed.
    """
    ledger = read(exports, "finance_monthly")
    ledger = ledger[ledger["basis"].eq("outturn")]
    is_back = ledger["is_reversal"].eq("true")
    names = ["actual", "accrual", "budget_profiled"]
    amounts = {name: known(ledger[name]) for name in names}
    for name, one in amounts.items():
        amounts[name] = one.mask(one.lt(0).fillna(False) & ~is_back)
    spent = amounts["actual"].fillna(0) + amounts["accrual"].fillna(0)
    return ledger.assign(spent=spent, budget=amounts["budget_profiled"])


def in_ledger(rows: pd.DataFrame, numerator, denominator) -> pd.DataFrame:
    """A row for each entry, whichever of the two amounts it has."""
    return pd.DataFrame(
        {
            "area": rows["unit_code"],
            "on_date": rows["month"] + "-01",
            "numerator": numerator,
            "denominator": denominator,
        }
    )


def overtime(exports: Exports) -> pd.DataFrame:
    """Overtime, and all pay, of those who answer and attend."""
    rows = outturn(exports)
    rows = rows[
        rows["cost_centre_type"].isin(ANSWER_AND_ATTEND) & rows["cost_type"].isin(PAY)
    ]
    is_overtime = rows["cost_type"].eq("overtime")
    return in_ledger(rows, rows["spent"].where(is_overtime), rows["spent"])


def over_budget(exports: Exports) -> pd.DataFrame:
    """Spending less budget, and the budget."""
    rows = outturn(exports)
    above = rows["spent"] - rows["budget"].fillna(0)
    return in_ledger(rows, above, rows["budget"])


ROWS = {
    "emp_officer_sickness_days": officers_sick,
    "emp_call_staff_sickness_days": call_handlers_sick,
    "emp_call_handler_turnover": left,
    "emp_call_handler_vacancy": vacant,
    "emp_probationer_share": learning,
    "emp_frontline_time_share": on_frontline,
    "ops_single_crewed_share": alone,
    "fin_overtime_share": overtime,
    "fin_budget_variance": over_budget,
}
# what the summed denominator is divided by to give the figure's
DENOMINATOR_UNITS = {
    "emp_officer_sickness_days": DAYS_OF_A_YEAR,
    "emp_call_staff_sickness_days": DAYS_OF_A_YEAR,
    "emp_call_handler_turnover": DAYS_OF_A_YEAR,
}
