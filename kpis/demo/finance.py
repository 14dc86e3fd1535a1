"""The demo force's money: entries of a ledger by month and unit, in pounds.

Money grows with the scale, so that a call costs the same at every scale. GBP 95m a year
for call handling is published (MPA 10 May 2001, report 10); everything else is an
assumption.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpis import settings
from kpis.demo import columns, facilities
from kpis.demo.chance import generator
from kpis.demo.demand import Force
from kpis.demo.facilities import Facilities
from kpis.demo.workforce import RECEPTION_POSTS, SITES, Posts, month_texts

CALL_HANDLING_PAY, CALL_HANDLING_OTHER = 72_000_000, 23_000_000
POSTS_PAID = 1_800
# not part of the 95m
CALL_HANDLING_CAPITAL = 6_000_000
OTHER_SHARES = {"telephony_it": 0.50, "premises": 0.28, "other": 0.22}
# two systems run side by side while boroughs move to the new centres
DOUBLE_RUNNING_YEARS, DOUBLE_RUNNING_FACTOR = range(2004, 2008), 1.4
PAY_SHARES = {"basic_pay": 0.83, "overtime": 0.07, "allowances": 0.10}
RESPONSE_PAY, RECEPTION_PAY = 45_000, 27_000
COUNTER_PREMISES, OVERHEAD = 60_000, 10_000_000

UNIT_OVERTIME_SPREAD = 0.25
NOISE = {"basic_pay": 0.010, "allowances": 0.02, "overtime": 0.12}
OTHER_NOISE = 0.05
# overtime is planned for summer and for December
OVERTIME_PROFILE = (0.95, 0.98, 1.0, 1.1, 1.25, 1.0, 0.95, 0.95, 1.15, 0.9, 0.87, 0.9)
OVERSPEND = 0.006
# what is delivered in a month and invoiced in the next
ACCRUED_TYPES, ACCRUED_SHARE = ("telephony_it", "premises", "other"), 0.15
# period 13 corrects March, up or down
ADJUSTMENT_SPREAD = 0.02


@dataclass(frozen=True)
class Line:
    """One line of the ledger: where it belongs and its yearly rate in each month."""

    unit: str
    centre: str
    kind: str
    facility: str | None
    activity: str | None
    rate: np.ndarray


def table(force: Force, places: Facilities, posts: Posts, scale: float) -> pa.Table:
    """Return every entry of the months of `posts`, month by month."""
    rng = generator(force.seed, "finance")
    lines = [
        *_call_handling(rng, posts),
        *_response(rng, force, posts),
        *_counters(force, places, len(posts.months)),
        Line(settings.FORCE, "overhead", "other", None, None, _flat(posts, OVERHEAD)),
    ]
    budget = (
        np.array([line.rate * _profile(line, posts) for line in lines]) * scale / 12
    )
    spread = [NOISE.get(line.kind, OTHER_NOISE) for line in lines]
    surprise = rng.normal(0, 1, budget.shape) * np.array(spread)[:, None]
    cost = np.round(budget * (1 + OVERSPEND + surprise), 2)
    is_accrued = np.array([line.kind in ACCRUED_TYPES for line in lines])[:, None]
    accrual = np.round(cost * ACCRUED_SHARE * is_accrued, 2)
    # last month's invoices have come: its accruals are taken back in the same month
    taken_back = np.pad(accrual, ((0, 0), (1, 0)))[:, :-1]
    entries = _entries(lines, budget, cost - accrual + taken_back, accrual)
    returned = _entries(lines, 0 * budget, 0 * budget, -taken_back)
    march = np.array([month.month == 3 for month in posts.months])
    adjustment = (
        cost * rng.normal(0, ADJUSTMENT_SPREAD, cost.shape) * is_accrued * march
    )
    adjusted = _entries(lines, 0 * budget, np.round(adjustment, 2), 0 * budget)
    is_used = np.concatenate(
        [entries["actual"] > 0, returned["accrual"] < 0, adjusted["actual"] != 0]
    )
    adjusted["is_adjustment"][:] = True
    whole = columns.rows(columns.stack(entries, returned, adjusted), is_used)
    order = np.argsort(whole["month"], kind="stable")
    return _as_exported(columns.rows(whole, order), lines, posts)


def _call_handling(rng: np.random.Generator, posts: Posts) -> list[Line]:
    lines = []
    years = np.array([month.financial_year for month in posts.months])
    double = np.where(np.isin(years, DOUBLE_RUNNING_YEARS), DOUBLE_RUNNING_FACTOR, 1)
    for unit, of_unit in zip(posts.units, posts.call_handling.T, strict=True):
        share = of_unit / POSTS_PAID
        place = (unit, "call_handling" if unit in SITES else "control_room")
        activity = "call_handling" if unit in SITES else "despatch"
        for kind, of_pay in _pay_shares(rng).items():
            rate = share * CALL_HANDLING_PAY * of_pay
            lines.append(Line(*place, kind, None, activity, rate))
        for kind, of_other in OTHER_SHARES.items():
            rate = share * CALL_HANDLING_OTHER * of_other * double
            lines.append(Line(*place, kind, None, activity, rate))
        capital = share * CALL_HANDLING_CAPITAL
        lines.append(Line(*place, "capital_charge", None, None, capital))
    return lines


def _response(rng: np.random.Generator, force: Force, posts: Posts) -> list[Line]:
    by_borough = posts.by_group["response_officer"][:, : len(force.codes)].T
    return [
        Line(
            code, "response", kind, None, "response", of_borough * RESPONSE_PAY * share
        )
        for code, of_borough in zip(force.codes, by_borough, strict=True)
        for kind, share in _pay_shares(rng).items()
    ]


def _counters(force: Force, places: Facilities, months: int) -> list[Line]:
    kinds = list(facilities.OPENING)
    lines = []
    for counter in range(facilities.COUNTERS):
        unit, code = force.codes[places.boroughs[counter]], places.codes[counter]
        pay = RECEPTION_POSTS[kinds[places.kinds[counter]]] * RECEPTION_PAY
        of_kind = {name: pay * share for name, share in PAY_SHARES.items()}
        for kind, rate in (of_kind | {"premises": COUNTER_PREMISES}).items():
            rates = np.full(months, rate)
            lines.append(Line(unit, "front_counter", kind, code, "counter", rates))
    return lines


def _pay_shares(rng: np.random.Generator) -> dict[str, float]:
    """Return shares of pay of one unit: some work more overtime than others."""
    overtime = PAY_SHARES["overtime"] * np.exp(rng.normal(0, UNIT_OVERTIME_SPREAD))
    basic = 1 - overtime - PAY_SHARES["allowances"]
    return PAY_SHARES | {"basic_pay": basic, "overtime": overtime}


def _flat(posts: Posts, rate: float) -> np.ndarray:
    return np.full(len(posts.months), rate)


def _profile(line: Line, posts: Posts) -> np.ndarray:
    if line.kind != "overtime":
        return np.ones(len(posts.months))
    return np.array([OVERTIME_PROFILE[month.month - 1] for month in posts.months])


def _entries(
    lines: list[Line], budget: np.ndarray, actual: np.ndarray, accrual: np.ndarray
) -> columns.Columns:
    line, month = (i.ravel() for i in np.indices(budget.shape))
    return {
        "line": line,
        "month": month,
        "budget": budget.ravel(),
        "actual": actual.ravel(),
        "accrual": accrual.ravel(),
        "is_adjustment": np.zeros(line.size, bool),
    }


def _as_exported(entries: columns.Columns, lines: list[Line], posts: Posts) -> pa.Table:
    month = month_texts(posts.months)[entries["month"]]
    of_line = {
        name: np.array([getattr(line, name) for line in lines], object)[entries["line"]]
        for name in ("unit", "centre", "kind", "facility", "activity")
    }
    _, first = np.unique(entries["month"], return_index=True)
    number = np.arange(len(month)) - first[entries["month"]] + 1
    period = np.array([(each.month - 4) % 12 + 1 for each in posts.months])
    is_back = (entries["actual"] < 0) | (entries["accrual"] < 0)
    return pa.table(
        {
            "entry_ref": pc.binary_join_element_wise(
                columns.words(month), columns.digits(number, 5), "-"
            ),
            "month": columns.words(month),
            "unit_code": columns.words(of_line["unit"]),
            "cost_centre_type": columns.words(of_line["centre"]),
            "cost_type": columns.words(of_line["kind"]),
            "budget_profiled": columns.decimals(entries["budget"], 2),
            "actual": columns.decimals(entries["actual"], 2),
            "accrual": columns.decimals(entries["accrual"], 2),
            "basis": columns.words(np.full(len(month), "outturn", object)),
            "period": pa.array(
                np.where(entries["is_adjustment"], 13, period[entries["month"]])
            ),
            "is_reversal": pa.array(is_back),
            "facility_code": columns.words(of_line["facility"]),
            "activity": columns.words(of_line["activity"]),
        }
    )
