"""Which cells of a build are not shown, to protect the people behind them.

`disclosure` decides. This gives it what it needs: the people of every month, the areas
that add up to others, and the periods that have settled.
"""

import pandas as pd

from kpis import periods, settings, warehouse
from kpis.definitions import Kpi
from kpis.results import disclosure, states
from kpis.results.coverage import Places
from kpis.results.disclosure import LEAST, LONGEST_FIRST, Hidden, Measure, Tree
from kpis.results.states import Arrived
from kpis.warehouse import Warehouse


def of_kpi(db: Warehouse, kpi: Kpi, places: Places, arrived: Arrived) -> Hidden:
    """Return what is not shown of an indicator."""
    if not kpi.disclosure.is_needed:
        return Hidden()
    people = db.query(warehouse.text("results/people"), [kpi.id])
    if people.empty or arrived.first is None or arrived.last is None:
        return Hidden()
    # what happened before the first covered day is not shown: it is not complete
    first = max(people["on_date"].min(), pd.Timestamp(arrived.first).replace(day=1))
    # up to the last covered day: rolling periods go on after the last answer
    last = max(people["on_date"].max(), pd.Timestamp(arrived.last))
    months = pd.date_range(first, last, freq="MS")
    calendars = {
        length: _settled(kpi, arrived, months, length) for length in LONGEST_FIRST
    }
    tree = _tree(kpi, people, places)
    return disclosure.protect(_measures(kpi, people, months), tree, calendars, months)


def _settled(
    kpi: Kpi, arrived: Arrived, months: pd.DatetimeIndex, length: str
) -> list[slice]:
    """Return the settled periods of a length, as slices of the months."""
    first, last = months[0].date(), periods.end_of_month(months[-1].date())
    position = {month.date(): place for place, month in enumerate(months)}
    spans = []
    for period in periods.between(first, last, length):
        if states.is_shown_apart(kpi, arrived, period):
            start = position.get(period[0], 0)
            stop = position.get(period[1].replace(day=1), len(months) - 1) + 1
            spans.append(slice(start, stop))
    return spans


def _measures(
    kpi: Kpi, people: pd.DataFrame, months: pd.DatetimeIndex
) -> list[Measure]:
    """Return the numbers of people that must each be large enough."""
    least = LEAST[kpi.disclosure.protects]

    def by_month(number: pd.Series, is_stock: bool = False) -> Measure:
        frame = people.assign(people=number.astype(float))
        wide = frame.pivot_table(
            index="area_code", columns="on_date", values="people", aggfunc="sum"
        )
        return Measure(wide.reindex(columns=months).fillna(0.0), least, is_stock)

    if kpi.disclosure.protects == "respondents":
        return [
            by_month(people["n"].where(people["part"] == part, 0))
            for part in people["part"].unique()
        ]
    staff = [by_month(people["base"], is_stock=True)]
    if kpi.disclosure.protects != "people":
        return staff
    is_stock = kpi.measure.kind == "ratio"
    counted = [by_month(people["numerator"], is_stock=is_stock)]
    others = [by_month(people["base"] - people["numerator"], is_stock=True)]
    return [*staff, *counted, *(others if is_stock else [])]


def _tree(kpi: Kpi, people: pd.DataFrame, places: Places) -> Tree:
    held = set(people["area_code"])
    codes: dict[str, list[str]] = {}
    for area, code in places.members(places.kinds):
        if places.kinds[area] in kpi.population.smallest_period and code in held:
            codes.setdefault(area, []).append(code)
    codes[settings.FORCE] = sorted(held)
    children: dict[str, list[str]] = {}
    lower = [area for area in codes if places.kinds[area] == kpi.population.area]
    if kpi.population.area == "facility":
        for borough in [area for area in codes if places.kinds[area] == "bocu"]:
            children[borough] = [code for code in codes[borough] if code in lower]
    below = {code for parts in children.values() for code in parts}
    tops = [area for area in (*children, *lower) if area not in below]
    children[settings.FORCE] = [area for area in tops if area != settings.FORCE]
    return Tree(codes, children)
