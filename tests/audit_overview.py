"""What a visitor reads on pages of many indicators, against what the engine says.

Overview with its three views, definitions, imports.
"""

from collections import Counter

import pandas as pd

from kpis import formatting, settings
from kpis.definitions import Kpi
from tests.audit_engine import figure
from tests.audit_visit import (
    NO_FIGURE_OF,
    Visit,
    compare_hovers,
    compare_past,
    compare_sentence,
    compare_with_cube,
    figures,
)
from tests.visitors import as_read


def overview(visit: Visit) -> None:
    """Compare the scoreboard: figure, state, n, period, past, other figures."""
    (board,) = visit.contents("families", "attention")
    rows = {row["id"]: row for one in board["families"] for row in one["rows"]}
    visit.same("overview", "indicators", set(rows), set(visit.engine.kpis))
    title = as_read(visit.at.title[0].value)
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
    period = formatting.period(shown["period_start"], shown["by"])
    state = "" if shown["state"] == "too_few" else formatting.of_state(shown["state"])
    has_figure = pd.notna(shown["value"])
    notes = [period if period != shared else "", state] if has_figure else []
    if latest["area"] != area:
        notes.append(f"figure of {visit.names[latest['area']]}")
    if has_figure and shown["caveat"]:
        lost = shown["refused"] + shown["unusable"]
        said = "some days empty"
        if pd.isna(lost):
            said = "some rows missing"
        elif lost:
            said = f"{int(lost):,} of {int(shown['rows']):,} rows missing"
        notes.append(said)
    note = ", ".join(filter(None, notes))
    visit.same("overview", f"{kpi_id}, note", row["note"], note)
    if pd.isna(latest["value"]):
        visit.same("overview", f"{kpi_id}, reason", row["phrase"], latest["reason"])
    elif has_figure:
        what = f"{kpi_id}, sentence"
        compare_sentence(visit, "overview", what, row["sentence"], latest)
    compare_past(visit, "overview", kpi_id, row["phrase"], latest)
    compare_with_cube(visit, kpi_id, latest)
    _others(visit, row, kpi, shown)
    others = [
        " ".join(
            [
                engine.kpis[other].wording.title,
                *figures(engine.headline(other, area, by), engine.kpis[other]),
            ]
        )
        for other in kpi.wording.read_with
    ]
    said = f"Read with: {'; '.join(others)}." if others else ""
    visit.same("overview", f"{kpi_id}, read with", row["read_with"], said)


def worded(row: pd.Series, kpi: Kpi) -> dict:
    """Say what a cell of a scoreboard has for a row of results."""
    has_figure = pd.notna(row["value"])
    is_few = row["state"] == "too_few"
    has_interval = is_few and pd.notna(row["lower"])
    is_counted = has_figure and kpi.measure.counts == "cases" and row["n"] > 0
    said = figure(row, kpi)
    return {
        "figure": said if has_figure else said.capitalize(),
        "has_figure": has_figure,
        "is_quiet": not has_figure or is_few,
        "interval": formatting.interval(row, kpi.measure.unit) if has_interval else "",
        "unit": formatting.left_out(kpi.measure.unit) if has_figure else "",
        "count": formatting.count(row["n"]) if is_counted else "",
    }


def _others(visit: Visit, row: dict, kpi: Kpi, latest: pd.Series) -> None:
    """Compare the figures of the force and of a group next to a borough's."""
    for other in row["others"]:
        shown, whose = other["figure"], other["whose"]
        if whose == settings.FORCE:
            said = figure(visit.engine.areas(latest, "mps")[settings.FORCE], kpi)
        else:
            value, n = visit.engine.group(latest, whose)
            said = formatting.figure(
                value, kpi.measure.unit, formatting.cases(kpi.measure.counts, n)
            )
        visit.same("overview", f"{kpi.id}, compared with {whose}", shown, said)


def _completeness(visit: Visit) -> None:
    """Compare how many indicators of the core are measured, few, not reliable."""
    engine = visit.engine
    core = [one for one, kpi in engine.kpis.items() if kpi.wording.tier == "core"]
    states = Counter(engine.latest(one, visit.area, visit.by)["state"] for one in core)
    here = len(core) - states["not_applicable"]
    said = [f"{here - states['not_measured']} of {here} core indicators measured"]
    for state, words in (
        ("not_applicable", "more have no figure for this area"),
        ("too_few", "with too few cases to judge"),
        ("not_reliable", "not reliable"),
    ):
        said += [f"{states[state]} {words}"] if states[state] else []
    incomplete = [
        one for one in core if engine.latest(one, visit.area, visit.by)["caveat"]
    ]
    if incomplete:
        place = len(said) - bool(states["not_reliable"])
        said.insert(place, f"{len(incomplete)} incomplete")
    said.append(f"data as at {formatting.period(engine.build.as_at, 'day')}")
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
    """Compare the map's boroughs, and the figure of the force."""
    kpi = visit.engine.kpis[visit.kpi_id]
    shown = visit.engine.headline(kpi.id, settings.FORCE, visit.by)
    if shown["state"] in NO_FIGURE_OF:
        return
    if pd.notna(shown["value"]):
        visit.same("London", "force", visit.at.metric[0].value, figure(shown, kpi))
    for trace in visit.trace("areas"):
        compare_hovers(visit, "London", trace["customdata"], trace["hovertext"], shown)


def definitions(visit: Visit) -> None:
    """Compare the state of each indicator for the force."""
    table = visit.table("Indicator", "For the force")
    titles = {kpi.wording.title: kpi_id for kpi_id, kpi in visit.engine.kpis.items()}
    visit.same("definitions", "indicators", set(table["Indicator"]), set(titles))
    measured = 0
    for row in table.to_dict("records"):
        kpi_id = titles[row["Indicator"]]
        latest = visit.engine.latest(kpi_id, settings.FORCE, "month")
        state = latest["state"]
        said = formatting.of_state(state) or "measured"
        visit.same("definitions", f"{kpi_id}, state", row["For the force"], said)
        is_core = visit.engine.kpis[kpi_id].wording.tier == "core"
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
