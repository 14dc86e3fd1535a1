"""Which cells of a build are not shown for the sake of the people behind them.

`disclosure` decides; here is what it decides on: the people of every month, the areas
that add up to others, the periods that have settled.
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
    house: Warehouse, kpi: Kpi, places: Places, arrived: Arrived
) -> dict[str, frozenset[str]]:
    """Return, by length of period, the areas of which an indicator is not shown."""
    if not kpi.disclosure.is_needed:
        return {}
    found = house.query(warehouse.text("results/people"), [kpi.id])
    if found.empty or arrived.first is None:
        return {}
    # to the last covered day: windows go on after the last answer
    last = max(found["on_date"].max(), pd.Timestamp(arrived.last))
    months = pd.date_range(found["on_date"].min(), last, freq="MS")
    calendars = {
        length: _settled(kpi, arrived, months, length) for length in LONGEST_FIRST
    }
    measures = _measures(kpi, found, months)
    return disclosure.hidden(measures, _tree(kpi, found, places), calendars)


def _settled(kpi: Kpi, arrived: Arrived, months, length: str) -> list[slice]:
    first, last = months[0].date(), periods.end_of_month(months[-1].date())
    position = {month.date(): place for place, month in enumerate(months)}
    spans = []
    for period in periods.between(first, last, length):
        if states.is_shown_apart(kpi, arrived, period):
            start = position.get(period[0], 0)
            stop = position.get(period[1].replace(day=1), len(months) - 1) + 1
            spans.append(slice(start, stop))
    return spans


def _measures(kpi: Kpi, found: pd.DataFrame, months) -> list[Measure]:
    least = LEAST[kpi.disclosure.protects]

    def by_month(people: pd.Series, **how) -> Measure:
        frame = found.assign(people=people.astype(float))
        wide = frame.pivot_table(
            index="area_code", columns="on_date", values="people", aggfunc="sum"
        )
        return Measure(wide.reindex(columns=months).fillna(0.0), least, **how)

    if kpi.disclosure.protects == "respondents":
        return [
            by_month(found["n"].where(found["part"] == part, 0))
            for part in found["part"].unique()
        ]
    staff = [by_month(found["base"], is_stock=True)]
    if kpi.disclosure.protects != "people":
        return staff
    is_stock = kpi.measure.kind == "ratio"
    counted = [by_month(found["numerator"], is_stock=is_stock)]
    others = [by_month(found["base"] - found["numerator"], is_stock=True)]
    return [*staff, *counted, *(others if is_stock else [])]


def _tree(kpi: Kpi, found: pd.DataFrame, places: Places) -> Tree:
    held = sorted(found["area_code"].unique())
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
