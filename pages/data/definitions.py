"""Every indicator and what it means: searched as a list, read as a passport."""

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.context import targets
from kpis.definitions import FAMILIES, Kpi
from pages import _cached
from pages._frame import filters, widgets
from pages._frame.filters import Scope
from pages._indicator import definition_panel

LIST = "definitions"


def listed(kpis: dict[str, Kpi], judged: pd.DataFrame, build_id: str) -> pd.DataFrame:
    """Return a row for each indicator, by family and name."""
    latest = judged[judged["is_latest"]].set_index("kpi")
    rows = [
        {
            "id": kpi.id,
            "Indicator": kpi.wording.title,
            "Family": kpi.wording.family.capitalize(),
            "Themes": ", ".join(kpi.wording.themes),
            "Tier": definition_panel.TIERS[kpi.wording.tier],
            "For the force": formatting.missing(latest.at[kpi.id, "state"])
            or "measured",
            "Target": targets.in_short(
                definition_panel.target_in_force(kpi, build_id), kpi.measure.unit
            ),
            "Question": kpi.wording.question,
        }
        for kpi in sorted(
            kpis.values(),
            key=lambda kpi: (FAMILIES.index(kpi.wording.family), kpi.wording.title),
        )
    ]
    return pd.DataFrame(rows)


def counted(rows: pd.DataFrame) -> str:
    """Say how many there are, and how many of the core have a figure."""
    core = rows[rows["Tier"] == "core"]
    measured = int((core["For the force"] != formatting.missing("not_measured")).sum())
    reserve = int((rows["Tier"] == "reserve").sum())
    return (
        f"{measured} of {len(core)} core indicators are measured for the force; "
        f"{reserve} more are in reserve."
    )


build_id = widgets.build_id()
kpis = _cached.build(build_id).kpis
st.title("Definitions", anchor=False)
rows = listed(
    kpis, _cached.judged(build_id, settings.FORCE, filters.DEFAULT_BY), build_id
)
st.markdown(counted(rows))
wanted = st.text_input("Search", placeholder="a word of the name or the question")
if wanted:
    text = (rows["Indicator"] + " " + rows["Question"] + " " + rows["id"]).str.lower()
    rows = rows[text.str.contains(wanted.lower(), regex=False)].reset_index(drop=True)
event = st.dataframe(
    rows,
    key=LIST,
    hide_index=True,
    height=420 if len(rows) > 11 else "auto",
    column_order=[name for name in rows if name not in ("id", "Question")],
    column_config={"Target": st.column_config.TextColumn(width=230)},
    on_select="rerun",
    selection_mode="single-row",
)
chosen = event.selection.rows
if chosen and chosen[0] < len(rows):
    kpi = kpis[rows.at[chosen[0], "id"]]
    st.subheader(kpi.wording.title, anchor=False)
    st.page_link(
        "pages/browse/indicator.py",
        label="See its figures",
        query_params={filters.KPI: kpi.wording.title},
    )
    definition_panel.show(
        kpi, Scope(build_id, settings.FORCE, filters.DEFAULT_BY, kpi.id)
    )
elif len(rows):
    st.caption("Choose a line to read the whole definition.")
else:
    st.markdown("No indicator has this word.")
