"""Which cells of a build are not shown, to protect the people behind them.

`disclosure` decides. This gives it what it needs: the people of every month, the areas
that add up to others, and the periods that have settled.
"""

import pandas as pd

from kpis import periods, settings, warehouse
from kpis.definitions import Kpi
from kpis.results import disclosure, states
from kpis.results.coverage import Places
from kpis.results.disclosure import LEAST, LONGEST_FIRST, Measure, Tree
from kpis.results.states import Arrived
from kpis.warehouse import Warehouse


def areas(
    db: Warehouse, kpi: Kpi, places: Places, arrived: Arrived
) -> dict[str, frozenset[str]]:
    """Return, by length of period, the areas that an indicator is not shown for."""
    if not kpi.disclosure.is_needed:
        return {}
    people = db.query(warehouse.text("results/people"), [kpi.id])
    if people.empty or arrived.first is None or arrived.last is None:
        return {}
    # up to the last covered day: rolling periods go on after the last answer
    last = max(people["on_date"].max(), pd.Timestamp(arrived.last))
    months = pd.date_range(people["on_date"].min(), last, freq="MS")
    calendars = {
        length: _settled(kpi, arrived, months, length) for length in LONGEST_FIRST
    }
    measures = _measures(kpi, people, months)
    return disclosure.hidden(measures, _tree(kpi, people, places), calendars)


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
    held = sorted(people["area_code"].unique())
    own = [code for code in held if places.kinds.get(code) == kpi.population.area]
    codes = {code: [code] for code in own}
    children = {}
    tops = own
    if kpi.population.area == "facility":
        for borough, parts in places.parts.items():
            inside = sorted({part for part, *_ in parts} & set(own))
            if inside:
                codes[borough], children[borough] = inside, inside
        tops = list(children)
    codes[settings.FORCE], children[settings.FORCE] = held, tops
    return Tree(codes, children)
