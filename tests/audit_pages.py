"""What a visitor reads on each page, set against what the engine says of the same.

Each function takes a page that has run in process, compares every figure that it knows
how to read, and notes in the tally what was compared and what differs.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
from streamlit.testing.v1 import AppTest

from kpis import drill, figures, part_charts, results, settings
from kpis.axes import SCALES
from kpis.registry import Kpi
from pages import _scope
from tests.audit_engine import TOLERANCE, Engine, figure

ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
PAST = re.compile(r"; (.+?) a year ago")
# tables stop here, and then do not add up
MOST_ROWS = 200
NO_FIGURE_OF = ("not_measured", "not_applicable")


@dataclass
class Tally:
    """How many figures were compared, of which states, and what differs."""

    compared: Counter = field(default_factory=Counter)
    states: Counter = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def same(self, place: str, where: str, shown, said) -> None:
        """Compare what a page shows with what the engine says."""
        self.compared[place] += 1
        is_same = shown == said
        if isinstance(shown, float) and isinstance(said, float):
            is_same = abs(shown - said) <= TOLERANCE * max(1.0, abs(said))
        if not is_same:
            self.differences.append(
                f"{place}, {where}: shown {shown!r}, the engine says {said!r}"
            )

    def add(self, other: "Tally") -> None:
        """Take over what another tally has."""
        self.compared += other.compared
        self.states += other.states
        self.differences += other.differences


@dataclass(frozen=True)
class Visit:
    """One page as it was asked for: an area, a kind of period, perhaps an indicator."""

    at: AppTest
    engine: Engine
    tally: Tally
    area: str
    by: str
    kpi_id: str = ""

    @property
    def kpi(self) -> Kpi:
        return self.engine.kpis[self.kpi_id]

    @cached_property
    def names(self) -> dict[str, str]:
        """The areas' names, no two the same, as the choice of areas has them."""
        return _scope.area_names(results.areas(self.engine.build))

    def same(self, place: str, what: str, shown, said) -> None:
        where = " ".join(filter(None, [self.kpi_id, self.area, self.by, what]))
        self.tally.same(place, where, shown, said)

    def text(self) -> list[str]:
        """Every paragraph of the page, as it is read."""
        at = self.at
        return [ESCAPED.sub(r"\1", one.value) for one in [*at.markdown, *at.caption]]

    def contents(self, *keys: str) -> list[dict]:
        """What our own tables were given that have all of these keys."""
        found = [json.loads(one.proto.json) for one in self.at.get("bidi_component")]
        return [one for one in found if set(keys) <= set(one)]

    def table(self, *columns: str) -> pd.DataFrame | None:
        """The first table that has all of these columns."""
        found = [one.value for one in self.at.dataframe]
        return next((one for one in found if set(columns) <= set(one)), None)

    def trace(self, name: str) -> list[dict]:
        """The traces of this name in the page's charts."""
        charts = [json.loads(one.proto.spec) for one in self.at.get("plotly_chart")]
        return [
            trace for chart in charts for trace in chart["data"]
            if trace.get("name") == name
        ]  # fmt: skip


def overview(visit: Visit) -> None:
    """Compare the scoreboard: figure, state, n, period, past, what stands beside."""
    (board,) = visit.contents("families", "attention")
    rows = {row["id"]: row for one in board["families"] for row in one["rows"]}
    visit.same("overview", "indicators", set(rows), set(visit.engine.kpis))
    title = ESCAPED.sub(r"\1", visit.at.title[0].value)
    named = visit.names[visit.area]
    shared = title.removeprefix(named).removeprefix(", ")
    for kpi_id in visit.engine.kpis:
        _scoreboard_row(visit, rows[kpi_id], kpi_id, shared)
    _completeness(visit)


def _scoreboard_row(visit: Visit, row: dict, kpi_id: str, shared: str) -> None:
    engine, area, by = visit.engine, visit.area, visit.by
    kpi = engine.kpis[kpi_id]
    latest = engine.latest(kpi_id, area, by)
    shown = engine.headline(kpi_id, area, by)
    visit.tally.states[shown["state"]] += 1
    for name, said in worded(shown, kpi).items():
        visit.same("overview", f"{kpi_id}, {name}", row[name], said)
    period = figures.period(shown["period_start"], shown["by"])
    state = "" if shown["state"] == "too_few" else figures.missing(shown["state"])
    has_figure = pd.notna(shown["value"])
    notes = [period if period != shared else "", state] if has_figure else []
    if latest["area"] != area:
        notes.append(f"figure of {visit.names[latest['area']]}")
    note = ", ".join(filter(None, notes))
    visit.same("overview", f"{kpi_id}, note", row["note"], note)
    if pd.isna(latest["value"]):
        visit.same("overview", f"{kpi_id}, reason", row["phrase"], latest["reason"])
    elif has_figure:
        what = f"{kpi_id}, sentence"
        _begins_with(visit, "overview", what, row["sentence"], latest)
    _past(visit, "overview", kpi_id, row["phrase"], latest)
    _cube(visit, kpi_id, latest)
    _beside(visit, row, kpi, shown)
    others = [
        " ".join(
            [
                engine.kpis[other].title,
                *told(engine.headline(other, area, by), engine.kpis[other]),
            ]
        )
        for other in kpi.read_with
    ]
    said = f"Read with: {'; '.join(others)}." if others else ""
    visit.same("overview", f"{kpi_id}, read with", row["read_with"], said)


def worded(row: pd.Series, kpi: Kpi) -> dict:
    """Say what a cell of a scoreboard has for a row of results."""
    has_figure = pd.notna(row["value"])
    is_few = row["state"] == "too_few"
    has_interval = is_few and pd.notna(row["lower"])
    is_counted = has_figure and kpi.counts == "cases" and row["n"] > 0
    said = figure(row, kpi)
    return {
        "figure": said if has_figure else said.capitalize(),
        "is_word": not has_figure,
        "is_quiet": not has_figure or is_few,
        "interval": figures.interval(row, kpi.unit) if has_interval else "",
        "unit": figures.left_out(kpi.unit) if has_figure else "",
        "count": figures.count(row["n"]) if is_counted else "",
    }


def told(row: pd.Series, kpi: Kpi) -> list[str]:
    """Return the figure of a row, none where it has none."""
    return [figure(row, kpi)] if pd.notna(row["value"]) else []


def _past(visit: Visit, place: str, what: str, text: str, latest: pd.Series) -> None:
    """Compare the figure of a year before, where a phrase of the scoreboard has one."""
    found = PAST.search(text)
    if not found:
        return
    kpi = visit.engine.kpis[latest["kpi"]]
    past = visit.engine.a_year_before(latest, visit.area, visit.by)
    cases = figures.cases(kpi.counts, latest["n"], latest["cases"])
    said = figures.figure(past["value"], kpi.unit, cases)
    visit.same(place, f"{what}, a year ago", found[1], said)


def _begins_with(
    visit: Visit, place: str, what: str, text: str, latest: pd.Series
) -> None:
    """Compare the figure, its period and n in a sentence that is read aloud."""
    kpi = visit.engine.kpis[latest["kpi"]]
    now = figures.in_words(latest["value"], kpi.unit)
    said = now[0].upper() + now[1:]
    visit.same(place, what, text[: len(said)], said)
    period = figures.period(latest["period_start"], latest["by"])
    visit.same(place, f"{what}, period", period in text, True)
    if kpi.counts == "cases" and latest["state"] != "reported":
        count = f", n {figures.count(latest['n'])};"
        visit.same(place, f"{what}, n", count in text, True)
    found = PAST.search(text)
    if found and found[1] != "no figure":
        past = visit.engine.a_year_before(latest, visit.area, visit.by)
        then = figures.in_words(past["value"], kpi.unit)
        then = then.removesuffix(f" {figures.left_out(kpi.unit)}")
        visit.same(place, f"{what}, a year ago", found[1], then)


def _cube(visit: Visit, kpi_id: str, latest: pd.Series) -> None:
    """Compare the engine's own figure with what its parts add up to in the cube."""
    if pd.isna(latest["value"]):
        return
    again = visit.engine.added_up(latest)
    if pd.notna(again):
        where = f"{kpi_id} {visit.area} {visit.by}"
        visit.tally.same("the cube's sums", where, float(latest["value"]), again)


def _beside(visit: Visit, row: dict, kpi: Kpi, latest: pd.Series) -> None:
    """Compare the figures of the force and of a group that stand beside a borough's."""
    for shown, whose in row["beside"]:
        if whose == settings.FORCE:
            said = figure(visit.engine.areas(latest, "mps")[settings.FORCE], kpi)
        else:
            value, n = visit.engine.group(latest, whose)
            said = figures.figure(value, kpi.unit, figures.cases(kpi.counts, n))
        visit.same("overview", f"{kpi.id}, beside it {whose}", shown, said)


def _completeness(visit: Visit) -> None:
    """Compare how many indicators of the core are measured, few, not reliable."""
    engine = visit.engine
    core = [one for one, kpi in engine.kpis.items() if kpi.tier == "core"]
    states = Counter(engine.latest(one, visit.area, visit.by)["state"] for one in core)
    here = len(core) - states["not_applicable"]
    said = [f"{here - states['not_measured']} of {here} core indicators measured"]
    for state, words in (
        ("not_applicable", "more have no figure of this area"),
        ("too_few", "on too few cases to judge"),
        ("not_reliable", "not reliable"),
    ):
        said += [f"{states[state]} {words}"] if states[state] else []
    said.append(f"data as at {figures.period(engine.build.as_at, 'day')}")
    (shown,) = [one for one in visit.text() if "core indicators measured" in one]
    visit.same("overview", "how much is measured", shown, " · ".join(said))


def side_by_side(visit: Visit, areas: list[str]) -> None:
    """Compare the cells of each area."""
    (board,) = visit.contents("families", "areas")
    names = [visit.names[area] for area in areas]
    visit.same("side by side", "areas", board["areas"], names)
    for family in board["families"]:
        for row in family["rows"]:
            kpi = visit.engine.kpis[row["id"]]
            for cell, area in zip(row["cells"], areas, strict=True):
                shown = visit.engine.headline(kpi.id, area, visit.by)
                for name, said in worded(shown, kpi).items():
                    what = f"{kpi.id} of {area}, {name}"
                    visit.same("side by side", what, cell[name], said)


def london(visit: Visit) -> None:
    """Compare the map's boroughs, and the figure of the force beside it."""
    kpi = visit.engine.kpis[visit.kpi_id]
    latest = visit.engine.latest(kpi.id, settings.FORCE, visit.by)
    if latest["state"] in NO_FIGURE_OF:
        return
    if pd.notna(latest["value"]):
        visit.same("London", "force", visit.at.metric[0].value, figure(latest, kpi))
    for trace in visit.trace("areas"):
        _hovers(visit, "London", trace["customdata"], trace["hovertext"], latest)


def _hovers(visit: Visit, place: str, codes: list, texts: list, cell) -> None:
    """Compare what areas of a chart say of themselves to a pointer."""
    kpi = visit.engine.kpis[visit.kpi_id]
    rows = visit.engine.areas(cell, _kind_of_areas(kpi))
    for code, text in zip(codes, texts, strict=True):
        row = rows[code]
        said = "no figure" if has_nothing(row) else figure(row, kpi)
        if pd.notna(row["value"]):
            said = figures.with_unit(said, kpi.unit)
        said = [said] if said else []
        if pd.notna(row["value"]) and pd.notna(row["n"]):
            said.append(f"n {figures.count(row['n'])}")
        shown = text.split("<br>")[1 : 1 + len(said)]
        visit.same(place, f"hover of {code}", shown, said)


def has_nothing(row: pd.Series) -> bool:
    """Whether an area had not a single case: it is left out, and not missing."""
    is_few = row["state"] == "too_few" and not row["n"] > 0
    return is_few or row["state"] == "not_applicable"


def _kind_of_areas(kpi: Kpi) -> str:
    kinds = ("bocu", "site", "facility")
    return next((one for one in kinds if one in kpi.smallest_period), "")


def indicator(visit: Visit) -> None:
    """Compare the headline, every point of the chart, the areas, parts and rows."""
    engine, at, kpi = visit.engine, visit.at, visit.kpi
    visit.same("indicator", "title", at.title[0].value, kpi.title)
    latest = engine.latest(kpi.id, visit.area, visit.by)
    visit.tally.states[latest["state"]] += 1
    period = figures.period(latest["period_start"], latest["by"])
    where = f"{visit.names[visit.area]}, {period}"
    text = visit.text()
    if pd.isna(latest["value"]):
        said = f"{where}: {figures.missing(latest['state'])}. {latest['reason']}"
        visit.same("indicator", "why no figure", said.strip() in text, True)
    else:
        _headline(visit, latest, where)
    for other in kpi.read_with:
        row = engine.latest(other, visit.area, visit.by)
        label = " ".join([engine.kpis[other].title, *told(row, engine.kpis[other])])
        labels = [ESCAPED.sub(r"\1", one.label) for one in at.button]
        visit.same("indicator", f"read with {other}", label in labels, True)
    headers = [one.value for one in at.header]
    visit.same("indicator", "definition", "Definition" in headers, True)
    _points(visit, latest)
    if latest["state"] not in NO_FIGURE_OF:
        _areas(visit, latest)
        _parts(visit, latest)
        _account(visit, latest, text)


def _headline(visit: Visit, latest: pd.Series, where: str) -> None:
    kpi, metric = visit.kpi, visit.at.metric[0]
    visit.same("indicator", "figure", metric.value, figure(latest, kpi))
    label = ", ".join(filter(None, [where, figures.left_out(kpi.unit)]))
    visit.same("indicator", "of what", ESCAPED.sub(r"\1", metric.label), label)
    now = figures.in_words(latest["value"], kpi.unit)
    begin = now[0].upper() + now[1:]
    said = next((one for one in visit.text() if one.startswith(begin)), "")
    _begins_with(visit, "indicator", "sentence", said, latest)
    _cube(visit, kpi.id, latest)


def _points(visit: Visit, latest: pd.Series) -> None:
    """Compare each point of the chart, and each cross that stands for no figure."""
    drawn = visit.trace("points")
    series = visit.engine.series(visit.kpi_id, visit.area, visit.by)
    if not drawn:
        return
    kpi, (points,), gaps = visit.kpi, drawn, visit.trace("gaps")
    factor = SCALES[kpi.unit].factor
    rows = {f"{row['period_start']:%Y-%m-%d}": row for _, row in series.iterrows()}
    missing = dict(zip(gaps[0]["x"], gaps[0]["text"], strict=True))
    starts = points["x"]
    between = [one for one in rows if starts[0] <= one <= starts[-1]]
    visit.same("chart", "periods", starts, between)
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
            n = f"n {figures.count(row['n'])}"
            visit.same("chart", f"{start}, n", n in lines, True)
        if row["state"] == "provisional":
            named = figures.missing("provisional")
            visit.same("chart", f"{start}, provisional", named in lines, True)


def _areas(visit: Visit, cell: pd.Series) -> None:
    """Compare the table of areas, and what funnel and tiles say."""
    kpi, table = visit.kpi, visit.table("name", "figure", "places")
    if table is None:
        return
    rows = visit.engine.areas(cell, _kind_of_areas(kpi))
    shown = {one["name"]: one for _, one in table.iterrows()}
    for code, row in rows.items():
        name = visit.names[code]
        is_there = not has_nothing(row)
        visit.same("areas", f"{name} is listed", name in shown, is_there)
        if name not in shown or not is_there:
            continue
        said = figure(row, kpi) if pd.notna(row["value"]) else figures.NO_FIGURE
        visit.same("areas", name, shown[name]["figure"], said)
        counts = [figures.count(one["n"]) for one in (shown[name], row)]
        visit.same("areas", f"{name}, n", *counts)
        visit.tally.states[row["state"]] += 1
        if pd.isna(row["value"]):
            state = figures.missing(row["state"])
            visit.same("areas", f"{name}, state", shown[name]["says"], state)
    for trace in visit.trace("areas"):
        texts = trace.get("hovertext") or trace["text"]
        _hovers(visit, "areas", trace["customdata"], texts, cell)


def _parts(visit: Visit, cell: pd.Series) -> None:
    """Compare the table of the parts of a figure, by the dimension that is shown."""
    tables = [one.value for one in visit.at.dataframe]
    own = [one for one in tables if list(one) == ["name", "figure", "interval", "n"]]
    if not own:
        return
    kpi, way = visit.kpi, visit.at.selectbox(key="split").value
    if way not in kpi.dimensions:
        return
    ends = cell["period_start"].date(), cell["period_end"].date()
    found = drill.grouped(visit.engine.build, kpi.id, cell["area"], ends, [way])
    named = [part_charts.member(one, way) for one in found[way]]
    said = {
        name: (figures.of_part(row, kpi), int(row.n))
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
    if kpi.made_of or pd.isna(cell["value"]):
        return
    said = _made_of(cell, kpi)
    if said:
        is_said = any(one.startswith(said) for one in text)
        visit.same("rows", said, is_said, True)
    table = visit.table("row_id", "file")
    if table is None or len(table) >= MOST_ROWS:
        return
    if pd.notna(cell["n"]):
        own = table[table["row_id"] != kpi.exposure]
        visit.same("rows", "how many", float(len(own)), float(cell["n"]))
    if kpi.kind in ("proportion", "mean") and "numerator" in table:
        total = float(pd.to_numeric(table["numerator"]).sum())
        visit.same("rows", "numerators", total, float(cell["numerator"]))


def _made_of(cell: pd.Series, kpi: Kpi) -> str:
    """Say how a figure is made, as the page begins to say it."""
    value = figure(cell, kpi)
    if cell["state"] == "reported":
        return f"{value}, taken as published."
    if kpi.kind == "proportion":
        sides = [figures.count(cell[one]) for one in ("numerator", "denominator")]
        return f"{' of '.join(sides)} make {value}."
    if kpi.kind in ("mean", "median"):
        return f"The {kpi.kind} of {figures.count(cell['n'])} values is {value}."
    if kpi.kind == "percentile":
        of = f"{100 * kpi.quantile:g} in 100 of {figures.count(cell['n'])} values"
        return f"{of} are at most {value}."
    if kpi.kind == "ratio":
        amount = figures.figure(cell["numerator"], kpi.unit)
        return f"{amount} over {figures.count(cell['denominator'])} make {value}."
    return ""


def drill_down(visit: Visit) -> None:
    """Compare the figure and the number of the rows that count by default."""
    kpi = visit.kpi
    visit.same("drill-down", "title", visit.at.title[0].value, kpi.title)
    cell = visit.engine.latest(kpi.id, visit.area, visit.by)
    if not visit.at.multiselect or pd.isna(cell["n"]) or not cell["n"]:
        return
    when = figures.period(cell["period_start"], cell["by"])
    when = when[0].upper() + when[1:]
    if pd.isna(cell["value"]):
        return
    now = figures.with_unit(figure(cell, kpi), kpi.unit)
    rows = figures.count(cell["n"])
    said = f"{when}: {now}, from {rows} rows. That is the indicator's figure."
    (shown,) = [one for one in visit.text() if one.startswith(f"{when}: ")]
    visit.same("drill-down", "account", shown, said)
    table = visit.table("row_id", "file")
    if table is not None and len(table) < MOST_ROWS:
        visit.same("drill-down", "rows", float(len(table)), float(cell["n"]))


def definitions(visit: Visit) -> None:
    """Compare the state of each indicator for the force."""
    table = visit.table("Indicator", "For the force")
    titles = {kpi.title: kpi_id for kpi_id, kpi in visit.engine.kpis.items()}
    visit.same("definitions", "indicators", set(table["Indicator"]), set(titles))
    measured = 0
    for row in table.to_dict("records"):
        kpi_id = titles[row["Indicator"]]
        latest = visit.engine.latest(kpi_id, settings.FORCE, "month")
        state = latest["state"]
        said = figures.missing(state) or "measured"
        visit.same("definitions", f"{kpi_id}, state", row["For the force"], said)
        is_core = visit.engine.kpis[kpi_id].tier == "core"
        measured += is_core and state != "not_measured"
    said = f"{measured} of "
    visit.same("definitions", "measured", any(
        one.startswith(said) and "core indicators are measured" in one
        for one in visit.text()
    ), True)  # fmt: skip


def imports(visit: Visit) -> None:
    """Check that every import's rows are accounted for, as listed."""
    table = visit.table("file", "read")
    for row in table.to_dict("records"):
        parts = ("accepted", "quarantined", "duplicates", "filtered")
        total = sum(row[name] for name in parts)
        visit.same("imports", row["file"], row["read"], total)
