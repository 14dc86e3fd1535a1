"""The definition of an indicator, and what was said of it elsewhere and before."""

import json

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.context import Comparator, Target, comparators, targets
from kpis.definitions import Kpi, contracts
from kpis.formatting import capital
from pages import _cached
from pages._frame import widgets
from pages._frame.filters import Scope
from pages._frame.markdown import plain

DIRECTIONS = {
    "higher": "higher is better",
    "lower": "lower is better",
    "neither": "neither; read it with its counterweight",
    "nearer_zero": "nearer to zero is better",
}
TIERS = {
    "core": "core",
    "reserve": "reserve",
    "about": "about the other indicators",
}
SMALL_CELLS = {
    "none": "",
    "respondents": "Fewer than 10 respondents are not shown.",
    "staff": "Fewer than 5 staff are not shown.",
    "people": "Fewer than 5 staff are not shown, nor counts of 1 to 4 of them.",
    "sickness": "Fewer than 20 full-time posts are not shown.",
}
REVISIONS_LISTED = 24


def show(kpi: Kpi, scope: Scope) -> None:
    """Say how a figure is made, by whom, and what else has been said of it."""
    widgets.header("Definition", "Settling time", "Target", "Build")
    st.markdown(f"*{kpi.wording.question}*")
    with st.container(key="definition"):
        said = _cached.kept("definition", scope, (), lambda: _facts_in_text(kpi, scope))
        st.table(said, border="horizontal", hide_header=True)
    if kpi.sql:
        with st.expander("How it is computed (SQL)"):
            st.code(kpi.sql, language="sql")
    _earlier_definitions(kpi, scope.build_id)
    _revised(kpi, scope)
    _published_elsewhere(kpi, scope.build_id)


def _facts_in_text(kpi: Kpi, scope: Scope) -> dict[str, str]:
    return {name: plain(text) for name, text in facts(kpi, scope.build_id).items()}


def _earlier_definitions(kpi: Kpi, build_id: str) -> None:
    found = _cached.definitions(build_id, kpi.id)
    if len(found) < 2:
        return
    is_now = found["digest"] == kpi.digest
    now = found[is_now].iloc[0]
    with st.expander("Earlier definitions"):
        first = plain(now["first_build"])
        st.markdown(f"Today's definition was first used by build {first}.")
        for row in found[~is_now][::-1].itertuples():
            st.markdown(plain(account_of_text(row, now)))
            if row.sql != now["sql"]:
                st.code(row.sql, language="sql")


def account_of_text(row, now) -> str:
    """Say of an earlier text when it came, and what of it is another today."""
    header, today = json.loads(row.header), json.loads(now["header"])
    names = [name for name in today if header.get(name) != today[name]]
    said = [f"First used by build {row.first_build}."]
    if names:
        words = ", ".join(name.replace("_", " ") for name in names)
        said.append(f"Words or rules that differ from today's: {words}.")
    if row.sql == now["sql"]:
        said.append("Its statement is that of today.")
    return " ".join(said)


def _revised(kpi: Kpi, scope: Scope) -> None:
    lines = revised(kpi, scope)
    if not lines:
        return
    area = _cached.area_names(scope.build_id)[scope.area]
    more = len(lines) - REVISIONS_LISTED
    with st.expander("Revised figures"):
        st.markdown(f"What earlier builds said of {plain(area)}, newest first.")
        st.markdown("\n".join(f"- {plain(line)}" for line in lines[:REVISIONS_LISTED]))
        if more > 0:
            st.caption(f"And {formatting.count(more)} more.")


def revised(kpi: Kpi, scope: Scope) -> list[str]:
    """Say of each month what a build before said, newest first.

    Another indicator, or a site that stands for the borough, is named.
    """
    names = _cached.area_names(scope.build_id)
    kpis = _cached.build(scope.build_id).kpis
    lines = []
    for row in _cached.revisions(scope).itertuples():
        what = [formatting.period(row.on_date, "month")]
        if row.area != scope.area:
            what.insert(0, names[row.area])
        if row.kpi != kpi.id:
            what.insert(0, kpis[row.kpi].wording.title)
        lines.append(f"{', '.join(what)}: {row.words}.")
    return lines


def _published_elsewhere(kpi: Kpi, build_id: str) -> None:
    found = _cached.comparators(build_id, kpi.id)
    if not found:
        return
    st.subheader("Published elsewhere", anchor=False)
    st.markdown(
        "Published figures of this force or others. They are set beside the series "
        "and never merged with it: definitions differ."
    )
    shown = elsewhere(found, kpi.measure.unit)
    if len(shown):
        st.table(shown, border="horizontal", hide_index=True, width="content")
    absent = [one.force for one in found if one.value is None]
    if absent:
        st.caption(plain(f"No figure published: {', '.join(absent)}."))


def elsewhere(found: list[Comparator], unit: str) -> pd.DataFrame:
    """Word the published figures, a row each, as Markdown."""
    rows = [
        {
            "Force": capital(one.force),
            "Period": comparators.period_in_words(one),
            "Figure": comparators.figure_in_words(one, unit),
            "To note": comparators.remarks(one),
            "Source": one.source,
        }
        for one in found
        if one.value is not None
    ]
    return pd.DataFrame(rows).map(plain)


def facts(kpi: Kpi, build_id: str) -> dict[str, str]:
    """Return what there is to say of an indicator, in the order of reading."""
    is_counted = kpi.population.stage == "rows"
    kpis = _cached.build(build_id).kpis
    beside = [
        kpis[other].wording.title
        for other in (*kpi.wording.read_with, *kpi.population.made_of)
    ]
    parts = {
        "Counted": kpi.wording.numerator,
        "Out of": kpi.wording.denominator,
        "Standard": standard(kpi, build_id),
        "Target": target(kpi, build_id),
        "Good direction": DIRECTIONS[kpi.judging.better],
        "Read beside": "; ".join(beside),
        "Settles after": f"{kpi.judging.settles_after_days} days" if is_counted else "",
        "Judged from": f"{formatting.count(kpi.judging.min_n)} cases"
        if is_counted
        else "",
        "Small cells": SMALL_CELLS[kpi.disclosure.protects],
        "Measured from": ", ".join(
            contracts.in_words(source) for source in kpi.population.needs
        ),
        "Caveats": " ".join(kpi.wording.caveats),
        "Source": kpi.wording.source,
        "Owner": kpi.wording.owner,
        "Tier": TIERS[kpi.wording.tier],
    }
    return {name: text for name, text in parts.items() if text}


def target(kpi: Kpi, build_id: str) -> str:
    """Word the force's target with its source."""
    found = target_in_force(kpi, build_id)
    words = targets.in_words(found, kpi.measure.unit)
    return f"{words[0].upper()}{words[1:]}. {found.source if found.is_set else ''}"


def target_in_force(kpi: Kpi, build_id: str) -> Target:
    """Return the force's target on the day of the latest export."""
    day = _cached.build(build_id).as_at
    return targets.in_force(_cached.targets(build_id), kpi.id, settings.FORCE, day)


def standard(kpi: Kpi, build_id: str) -> str:
    """Word the standards that the figure is held against, each with its dates."""
    found = _cached.standards(build_id)
    found = found[found["applies_to"] == kpi.population.standard]
    return "; ".join(
        f"{formatting.figure(row.seconds, 'minutes')}{in_force(row)} "
        f"({row.status}: {row.source})"
        for row in found.itertuples()
    )


def in_force(row) -> str:
    """Word when a standard held; a start that was not published is left out."""
    start = f" from {row.valid_from:%-d %B %Y}" if row.valid_from.year > 1900 else ""
    end = f" until {row.valid_to:%-d %B %Y}" if row.valid_to.year < 9999 else ""
    return start + end
