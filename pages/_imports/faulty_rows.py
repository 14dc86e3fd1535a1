"""What was refused or flagged in an import: counted by rule, listed by line."""

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.definitions import contracts
from kpis.formatting import capital
from kpis.ingest import faulty_rows
from pages._cached import imported
from pages._cached.figure_rows import MOST_LISTED
from pages._frame import elements
from pages._frame.elements import Heads

FATE, RULES = "fate", "rules"
NAMES = {faulty_rows.REFUSED: "Refused rows", faulty_rows.FLAGGED: "Flagged values"}


def show_faulty_rows(import_id: str, import_: pd.Series) -> None:
    """Show the faults of an import, a row of `lake.imports`, to look through."""
    fates = [
        fate
        for fate, count in (
            (faulty_rows.REFUSED, import_["quarantined"]),
            (faulty_rows.FLAGGED, import_["flagged"]),
        )
        if count and faulty_rows.is_kept(settings.data_dir(), import_id, fate)
    ]
    if not fates:
        return
    fate = fates[0]
    if len(fates) > 1:
        fate = st.segmented_control(
            "Faults", fates, default=fates[0], required=True, key=FATE,
            format_func=NAMES.__getitem__, label_visibility="collapsed",
            bind="query-params",
        )  # fmt: skip
    counted = imported.faults(settings.data_dir(), import_id, fate)
    says = {rule.name: rule.says for rule in contracts.load(import_["source"]).rules}
    st.dataframe(
        _readable(counted.assign(says=counted["rule"].map(says).fillna(""))),
        hide_index=True, column_config=_heads(), alt=f"{NAMES[fate]} by rule",
    )  # fmt: skip
    offered = sorted(set(counted["rule"]))
    rules = []
    if len(offered) > 1:
        rules = st.multiselect(
            "Rules", offered, format_func=_plain_name, key=RULES,
            placeholder="All rules", width=640, label_visibility="collapsed",
            bind="query-params",
        )  # fmt: skip
    asked = settings.data_dir(), import_id, fate, rules
    faults = faulty_rows.rows(*asked, MOST_LISTED)
    if len(faults) == MOST_LISTED:
        st.caption(f"First {formatting.count(len(faults))} are shown.")
    st.dataframe(
        _readable(faults), hide_index=True, column_config=_heads(), alt=NAMES[fate],
        height=320 if len(faults) > 8 else "auto",
    )  # fmt: skip
    with st.container(horizontal=True):
        elements.download_rows(
            "Lines and faults", lambda: faulty_rows.rows(*asked), f"{import_id}_{fate}"
        )


def _heads() -> Heads:
    return {
        "line": st.column_config.NumberColumn("Line", format="%d", width=90),
        "rule": "Rule",
        "column_name": "Column",
        "value": "Value",
        "remedy": "What would be right",
        "row_count": st.column_config.NumberColumn("Rows", width=90),
        "says": "What the rule asks",
    }


def _readable(faults: pd.DataFrame) -> pd.DataFrame:
    """Return faults without the columns that are empty for all of them."""
    filled = faults.loc[:, (faults != "").any()]
    return filled.assign(rule=faults["rule"].map(_plain_name))


def _plain_name(rule: str) -> str:
    return capital(rule.replace("_", " "))
