"""What a visitor reads of one indicator, on its page and in its drill-down."""

import pandas as pd

from kpis import formatting
from kpis.analysis import grouped_rows, members
from kpis.charts.axes import SCALES
from kpis.definitions import Kpi
from kpis.output import row_table
from kpis.results import queries
from tests.audit_engine import figure
from tests.audit_visit import (
    MOST_ROWS,
    NO_FIGURE_OF,
    Visit,
    compare_hovers,
    compare_sentence,
    compare_with_cube,
    figures,
    has_nothing,
    kind_of_areas,
)
from tests.visitors import as_read


def indicator(visit: Visit) -> None:
    """Compare the headline, every point of the chart, the areas, parts and rows."""
    engine, at, kpi = visit.engine, visit.at, visit.kpi
    visit.same("indicator", "title", at.title[0].value, kpi.wording.title)
    latest = engine.latest(kpi.id, visit.area, visit.by)
    shown = engine.headline(kpi.id, visit.area, visit.by)
    visit.tally.states[shown["state"]] += 1
    period = formatting.period(shown["period_start"], shown["by"])
    parts = [visit.names[visit.area], period, _site(visit, latest)]
    where = ", ".join(filter(None, parts))
    text = visit.text()
    if pd.isna(shown["value"]):
        said = f"{where}: {formatting.of_state(shown['state'])}. {shown['reason']}"
        visit.same("indicator", "why no figure", said.strip() in text, True)
    else:
        _headline(visit, shown, where)
    if pd.notna(latest["value"]):
        _sentence(visit, latest)
    for other in kpi.wording.read_with:
        row = engine.headline(other, visit.area, visit.by)
        label = " ".join(
            [engine.kpis[other].wording.title, *figures(row, engine.kpis[other])]
        )
        labels = [as_read(one.label) for one in at.button]
        visit.same("indicator", f"read with {other}", label in labels, True)
    headers = [one.value for one in at.header]
    visit.same("indicator", "definition", "Definition" in headers, True)
    _points(visit, latest)
    if latest["state"] not in NO_FIGURE_OF:
        _areas(visit, latest)
        _parts(visit, latest)
        _account(visit, latest, text)


def _site(visit: Visit, row: pd.Series) -> str:
    """Say whose figure it is, where it is not the area's own."""
    is_own = row["area"] == visit.area
    return "" if is_own else f"figure of {visit.names[row['area']]}"


def _headline(visit: Visit, shown: pd.Series, where: str) -> None:
    kpi, metric = visit.kpi, visit.at.metric[0]
    visit.same("indicator", "figure", metric.value, figure(shown, kpi))
    label = ", ".join(filter(None, [where, formatting.left_out(kpi.measure.unit)]))
    visit.same("indicator", "of what", as_read(metric.label), label)


def _sentence(visit: Visit, latest: pd.Series) -> None:
    kpi = visit.kpi
    now = formatting.in_words(latest["value"], kpi.measure.unit)
    begin = now[0].upper() + now[1:]
    said = next((one for one in visit.text() if one.startswith(begin)), "")
    compare_sentence(visit, "indicator", "sentence", said, latest)
    compare_with_cube(visit, kpi.id, latest)


def _points(visit: Visit, latest: pd.Series) -> None:
    """Compare each point of the chart, and each cross that stands for no figure."""
    drawn = visit.trace("points")
    series = visit.engine.series(visit.kpi_id, visit.area, visit.by)
    if not drawn:
        return
    kpi, (points,), gaps = visit.kpi, drawn, visit.trace("gaps")
    factor = SCALES[kpi.measure.unit].factor
    rows = {f"{row['period_start']:%Y-%m-%d}": row for _, row in series.iterrows()}
    missing = dict(zip(gaps[0]["x"], gaps[0]["text"], strict=True))
    starts = points["x"]
    measured = {
        one for one, row in rows.items()
        if starts[0] <= one <= starts[-1] and row["state"] not in NO_FIGURE_OF
    }  # fmt: skip
    visit.same("chart", "periods left out", measured - set(starts), set())
    _series_table(visit, rows)
    for start, value, text in zip(starts, points["y"], points["text"], strict=True):
        row = rows[start]
        visit.tally.states[row["state"]] += 1
        if pd.isna(row["value"]):
            visit.same("chart", start, value, None)
            state = missing.get(start, "<br>").split("<br>")[1]
            visit.same("chart", f"{start}, state", state, figure(row, kpi))
            continue
        visit.same("chart", start, float(value), float(row["value"]) * factor)
        lines = text.split("<br>")
        visit.same("chart", f"{start}, hover", lines[1], figure(row, kpi))
        if pd.notna(row["n"]):
            n = f"n {formatting.count(row['n'])}"
            visit.same("chart", f"{start}, n", n in lines, True)
        if row["state"] == "provisional":
            named = formatting.of_state("provisional")
            visit.same("chart", f"{start}, provisional", named in lines, True)


def _series_table(visit: Visit, rows: dict[str, pd.Series]) -> None:
    """Compare the chart's table: figure, interval, n and state of each period."""
    kpi, table = visit.kpi, visit.table("period", "says")
    said = {
        formatting.period(row["period_start"], row["by"]): row for row in rows.values()
    }
    by_name = {name[0].upper() + name[1:]: row for name, row in said.items()}
    for shown in table.to_dict("records"):
        row = by_name[shown["period"]]
        own = "".join(figures(row, kpi)) or formatting.NO_FIGURE
        numbers = [
            own,
            formatting.interval(row, kpi.measure.unit),
            formatting.count(row["n"]),
        ]
        seen = [shown["figure"], shown["interval"], formatting.count(shown["n"])]
        visit.same("chart", f"table, {shown['period']}", seen, numbers)
        state = formatting.of_state(row["state"])
        visit.same("chart", "table, state", state in shown["says"], True)
        visit.same("chart", "table, caveat", row["caveat"] in shown["says"], True)


def _areas(visit: Visit, cell: pd.Series) -> None:
    """Compare the table of areas, and what funnel and tiles say."""
    kpi, table = visit.kpi, visit.table("name", "figure", "places")
    if table is None:
        return
    rows = visit.engine.areas(cell, kind_of_areas(kpi))
    shown = {one["name"]: one for _, one in table.iterrows()}
    for code, row in rows.items():
        name = visit.names[code]
        is_there = not has_nothing(row)
        visit.same("areas", f"{name} is listed", name in shown, is_there)
        if name not in shown or not is_there:
            continue
        said = figure(row, kpi) if pd.notna(row["value"]) else formatting.NO_FIGURE
        visit.same("areas", name, shown[name]["figure"], said)
        counts = [formatting.count(one["n"]) for one in (shown[name], row)]
        visit.same("areas", f"{name}, n", *counts)
        visit.tally.states[row["state"]] += 1
        if pd.isna(row["value"]):
            state = formatting.of_state(row["state"])
            visit.same("areas", f"{name}, state", shown[name]["says"], state)
    for trace in visit.trace("areas"):
        texts = trace.get("hovertext") or trace["text"]
        compare_hovers(visit, "areas", trace["customdata"], texts, cell)


def _parts(visit: Visit, cell: pd.Series) -> None:
    """Compare the table of the parts of a figure, by the dimension that is shown."""
    tables = [one.value for one in visit.at.dataframe]
    own = [one for one in tables if list(one) == ["name", "figure", "interval", "n"]]
    if not own:
        return
    kpi, way = visit.kpi, visit.at.selectbox(key="split").value
    if way not in kpi.population.dimensions:
        return
    ends = cell["period_start"].date(), cell["period_end"].date()
    found = grouped_rows.grouped(visit.engine.build, kpi.id, cell["area"], ends, [way])
    named = [members.member(one, way) for one in found[way]]
    said = {
        name: (formatting.of_part(row, kpi.measure), int(row.n))
        for name, row in zip(named, found.itertuples(), strict=True)
    }
    shown = {
        row.name_.removesuffix(", left out"): (row.figure, int(row.n))
        for row in own[0].rename(columns={"name": "name_"}).itertuples()
    }
    visit.same("parts", way, shown, said)


def _account(visit: Visit, cell: pd.Series, text: list[str]) -> None:
    """Compare the sum that the rows make in words, and the rows themselves."""
    kpi = visit.kpi
    if kpi.population.made_of or pd.isna(cell["value"]):
        return
    said, site = _made_of(cell, kpi), _site(visit, cell)
    if said:
        said = f"F{site[1:]}: {said}" if site else said
        is_said = any(one.startswith(said) for one in text)
        visit.same("rows", said, is_said, True)
    table = visit.table("row_id", "file")
    if table is None or len(table) >= MOST_ROWS:
        return
    if pd.notna(cell["n"]):
        own = table[table["row_id"] != kpi.population.exposure]
        visit.same("rows", "how many", float(len(own)), float(cell["n"]))
    if kpi.measure.kind in ("proportion", "mean") and "numerator" in table:
        total = float(pd.to_numeric(table["numerator"]).sum())
        visit.same("rows", "numerators", total, float(cell["numerator"]))


def _made_of(cell: pd.Series, kpi: Kpi) -> str:
    """Say how a figure is made, as the page begins to say it."""
    value = figure(cell, kpi)
    if cell["state"] == "reported":
        return f"{value}, taken as published."
    if kpi.measure.kind == "proportion":
        sides = [formatting.count(cell[one]) for one in ("numerator", "denominator")]
        return f"{' of '.join(sides)} make {value}."
    if kpi.measure.kind in ("mean", "median"):
        n = formatting.count(cell["n"])
        return f"{n} values have a {kpi.measure.kind} of {value}."
    if kpi.measure.kind == "percentile":
        n, share = formatting.count(cell["n"]), f"{100 * kpi.measure.quantile:g} in 100"
        return f"{share} of {n} values are at most {value}."
    if kpi.measure.kind == "ratio":
        amount = row_table.amount(cell["numerator"], kpi.measure.unit)
        return f"{amount} over {formatting.count(cell['denominator'])} make {value}."
    return ""


def over_time(visit: Visit) -> None:
    """Compare the table of every area's past."""
    build = visit.engine.build
    tables = [one.value for one in visit.at.dataframe]
    own = [one for one in tables if list(one)[0] == "name" and "figure" not in one]
    table = own[0] if own else None
    if table is None:
        return
    kpi = visit.kpi
    latest = visit.engine.latest(kpi.id, visit.area, visit.by)
    series = visit.engine.series(kpi.id, visit.area, visit.by)
    ends = series["period_start"].min().date(), series["period_end"].max().date()
    kinds = build.places.kinds
    codes = [one for one, kind in kinds.items() if kind == kind_of_areas(kpi)]
    found = queries.series(build, [kpi.id], codes, *ends, latest["by"])
    said = {
        (
            visit.names[row["area"]],
            formatting.period(row["period_start"], latest["by"]),
        ): row
        for _, row in found.iterrows()
    }
    for row in table.to_dict("records"):
        for period in list(table)[1:]:
            if row[period]:
                where = (row["name"], period)
                visit.same(
                    "over time", ", ".join(where), row[period], figure(said[where], kpi)
                )


def drill_down(visit: Visit) -> None:
    """Compare the figure and the number of the rows that count by default."""
    kpi = visit.kpi
    visit.same("drill-down", "title", visit.at.title[0].value, kpi.wording.title)
    cell = visit.engine.latest(kpi.id, visit.area, visit.by)
    if not visit.at.multiselect or pd.isna(cell["n"]) or not cell["n"]:
        return
    when = formatting.period(cell["period_start"], cell["by"])
    site = _site(visit, cell)
    when = ", ".join(filter(None, [when[0].upper() + when[1:], site]))
    if pd.isna(cell["value"]):
        return
    now = formatting.with_unit(figure(cell, kpi), kpi.measure.unit)
    rows = formatting.count(cell["n"])
    said = f"{when}: {now}, from {rows} rows. That is the indicator's figure."
    (shown,) = [one for one in visit.text() if one.startswith(f"{when}: ")]
    visit.same("drill-down", "account", shown, said)
    table = visit.table("row_id", "file")
    if table is not None and len(table) < MOST_ROWS:
        visit.same("drill-down", "rows", float(len(table)), float(cell["n"]))
