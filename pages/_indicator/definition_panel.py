"""The definition of an indicator, and what was said of it elsewhere and before."""

import json
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.context import Comparator, comparators
from kpis.definitions import Kpi
from kpis.formatting import capital
from pages._cached import area_series, builds, definitions
from pages._frame import elements
from pages._frame.markdown import plain
from pages._scope import Scope

REVISIONS_LISTED = 24


def show_definition(kpi: Kpi, scope: Scope) -> None:
    """Say how a figure is made, by whom, and what else has been said of it."""
    elements.header("Definition", "Settling time", "Target", "Build")
    st.markdown(f"*{kpi.wording.question}*")
    facts = definitions.facts(scope.build_id, kpi.id)
    with st.container(key="definition"):
        escaped = {name: plain(text) for name, text in facts.items()}
        st.table(escaped, border="horizontal", hide_header=True)
    if kpi.sql:
        with st.expander("How it is computed (SQL)"):
            st.code(kpi.sql, language="sql")
    _show_earlier_definitions(kpi, scope.build_id)
    _show_revisions(kpi, scope)
    _show_published_elsewhere(kpi, scope)


def _show_earlier_definitions(kpi: Kpi, build_id: str) -> None:
    texts = definitions.texts(build_id, kpi.id)
    if len(texts) < 2:
        return
    is_now = texts["digest"] == kpi.digest
    now = texts[is_now].iloc[0]
    with st.expander("Earlier definitions"):
        first = plain(now["first_build"])
        st.markdown(f"Today's definition was first used by build {first}.")
        for _, text in texts[~is_now][::-1].iterrows():
            st.markdown(plain(earlier_in_words(text, now)))
            if text["sql"] != now["sql"]:
                st.code(text["sql"], language="sql")


def earlier_in_words(text: pd.Series, now: pd.Series) -> str:
    """Say when an earlier text was first used, and what is different today."""
    header, today = json.loads(text["header"]), json.loads(now["header"])
    names = [name for name in today if header.get(name) != today[name]]
    said = [f"First used by build {text['first_build']}."]
    if names:
        words = ", ".join(name.replace("_", " ") for name in names)
        said.append(f"Words or rules that differ from today's: {words}.")
    if text["sql"] == now["sql"]:
        said.append("Its SQL is the same as today's.")
    return " ".join(said)


def _show_revisions(kpi: Kpi, scope: Scope) -> None:
    lines = revisions_in_words(kpi, scope)
    if not lines:
        return
    area = builds.names(scope.build_id)[scope.area]
    more = len(lines) - REVISIONS_LISTED
    with st.expander("Revised figures"):
        st.markdown(f"What earlier builds said of {plain(area)}, newest first.")
        st.markdown("\n".join(f"- {plain(line)}" for line in lines[:REVISIONS_LISTED]))
        if more > 0:
            st.caption(f"And {formatting.count(more)} more.")


def revisions_in_words(kpi: Kpi, scope: Scope) -> list[str]:
    """Say what earlier builds said of each month, newest first.

    Another indicator, or a site that stands for the borough, is named.
    """
    names = builds.names(scope.build_id)
    kpis = builds.build(scope.build_id).kpis
    lines = []
    for _, row in area_series.revisions(scope).iterrows():
        what = [formatting.period(row["on_date"], "month")]
        if row["area"] != scope.area:
            what.insert(0, names[row["area"]])
        if row["kpi"] != kpi.id:
            what.insert(0, kpis[row["kpi"]].wording.title)
        lines.append(f"{', '.join(what)}: {row['words']}.")
    return lines


def _show_published_elsewhere(kpi: Kpi, scope: Scope) -> None:
    published = definitions.comparators(scope.build_id, kpi.id, scope.area)
    if not published:
        return
    st.subheader("Published elsewhere", anchor=False)
    st.markdown(
        "Published figures of this force or others. They are shown next to the series "
        "and never merged with it: definitions differ."
    )
    table = comparators_in_words(published, kpi.measure.unit)
    if len(table):
        st.table(table, border="horizontal", hide_index=True, width="content")
    absent = [each.force for each in published if each.value is None]
    if absent:
        st.caption(plain(f"No figure published: {', '.join(absent)}."))


def comparators_in_words(published: Sequence[Comparator], unit: str) -> pd.DataFrame:
    """Return the published figures, a row each, as Markdown."""
    rows = [
        {
            "Force or area": capital(each.force),
            "Period": comparators.period_in_words(each),
            "Figure": comparators.figure_in_words(each, unit),
            "To note": comparators.remarks(each),
            "Source": each.source,
        }
        for each in published
        if each.value is not None
    ]
    return pd.DataFrame(rows).map(plain)
