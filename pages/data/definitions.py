"""Every indicator and what it means: searched as a list, read in full."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.context import targets
from kpis.definitions import FAMILIES, Kpi
from kpis.output import definition
from pages._cached import area_series, builds
from pages._frame import filters, page_list, session
from pages._indicator.definition_panel import show_definition
from pages._scope import Scope

LIST = "definitions"


def in_rows(kpis: Mapping[str, Kpi], build_id: str) -> pd.DataFrame:
    """Return a row for each indicator, by family and name."""
    judged = area_series.of_area(build_id, settings.FORCE, filters.DEFAULT_BY)
    latest = judged[judged["is_latest"]].set_index("kpi")["state"].to_dict()
    build = builds.build(build_id)
    rows = [
        {
            "id": kpi.id,
            "Indicator": kpi.wording.title,
            "Family": kpi.wording.family.capitalize(),
            "Themes": ", ".join(kpi.wording.themes),
            "Tier": definition.TIERS[kpi.wording.tier],
            "For the force": formatting.of_state(latest[kpi.id]) or "measured",
            "Target": targets.in_short(
                definition.target_in_force(build, kpi), kpi.measure.unit
            ),
            "Question": kpi.wording.question,
        }
        for kpi in sorted(
            kpis.values(),
            key=lambda kpi: (FAMILIES.index(kpi.wording.family), kpi.wording.title),
        )
    ]
    return pd.DataFrame(rows)


def count_in_words(rows: pd.DataFrame) -> str:
    """Say how many core indicators have a figure, and how many are in reserve."""
    core = rows[rows["Tier"] == "core"]
    measured = int((core["For the force"] != formatting.of_state("not_measured")).sum())
    reserve = int((rows["Tier"] == "reserve").sum())
    return (
        f"{measured} of {len(core)} core indicators are measured for the force; "
        f"{reserve} more are in reserve."
    )


def search(rows: pd.DataFrame, wanted: str) -> pd.DataFrame:
    """Return the rows that have a text in name, question or id."""
    text = (rows["Indicator"] + " " + rows["Question"] + " " + rows["id"]).str.lower()
    return rows[text.str.contains(wanted.lower(), regex=False)].reset_index(drop=True)


build_id = session.build_id()
kpis = builds.build(build_id).kpis
st.title("Definitions", anchor=False)
rows = in_rows(kpis, build_id)
st.markdown(count_in_words(rows))
wanted = st.text_input("Search", placeholder="a word of the name or the question")
if wanted:
    rows = search(rows, wanted)
event = st.dataframe(
    rows,
    key=LIST,
    hide_index=True,
    height=420 if len(rows) > 11 else "auto",
    column_order=[name for name in rows.columns if name not in ("id", "Question")],
    column_config={"Target": st.column_config.TextColumn(width=230)},
    on_select="rerun",
    selection_mode="single-row",
)
chosen = event.selection.rows
if chosen and chosen[0] < len(rows):
    kpi = kpis[rows["id"].iloc[chosen[0]]]
    st.subheader(kpi.wording.title, anchor=False)
    st.page_link(
        page_list.INDICATOR.path,
        label="See its figures",
        query_params={filters.KPI: kpi.wording.title},
    )
    show_definition(kpi, Scope(build_id, settings.FORCE, filters.DEFAULT_BY, kpi.id))
elif len(rows):
    st.caption("Choose a line to read the whole definition.")
else:
    st.markdown("No indicator has this word.")
