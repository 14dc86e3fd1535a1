"""What was refused or flagged in an import: counted by rule, listed with its line."""

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.definitions import contracts
from kpis.formatting import capital
from kpis.ingest import faulty_rows
from kpis.output import spreadsheets
from pages import _cached
from pages._frame import widgets

FATE, RULES = "fate", "rules"
NAMES = {faulty_rows.REFUSED: "Refused rows", faulty_rows.FLAGGED: "Flagged values"}


def show(one: pd.Series) -> None:
    """Offer the faults of an import, a row of `lake.imports`, to look through."""
    fates = [
        fate
        for fate, count in (
            (faulty_rows.REFUSED, one["quarantined"]),
            (faulty_rows.FLAGGED, one["flagged"]),
        )
        if count and faulty_rows.is_kept(settings.data_dir(), one.name, fate)
    ]
    if not fates:
        return
    fate = fates[0]
    if len(fates) > 1:
        fate = st.segmented_control(
            "Faults", fates, default=fates[0], required=True, format_func=NAMES.get,
            key=FATE, label_visibility="collapsed", bind="query-params",
        )  # fmt: skip
    counted = _cached.faults(settings.data_dir(), one.name, fate)
    says = {rule.name: rule.says for rule in contracts.load(one["source"]).rules}
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
    asked = settings.data_dir(), one.name, fate, rules
    found = faulty_rows.rows(*asked, _cached.ROWS_SHOWN)
    if len(found) == _cached.ROWS_SHOWN:
        st.caption(f"First {formatting.count(len(found))} are shown.")
    st.dataframe(
        _readable(found), hide_index=True, column_config=_heads(), alt=NAMES[fate],
        height=320 if len(found) > 8 else "auto",
    )  # fmt: skip
    widgets.download(
        "Lines and faults (CSV)",
        lambda: spreadsheets.csv(faulty_rows.rows(*asked)),
        f"{one.name}_{fate}.csv",
    )


def _heads() -> dict:
    return {
        "line": st.column_config.NumberColumn("Line", format="%d", width=90),
        "rule": "Rule",
        "column_name": "Column",
        "value": "Value",
        "remedy": "What would be right",
        "row_count": st.column_config.NumberColumn("Rows", width=90),
        "says": "What the rule asks",
    }


def _readable(found: pd.DataFrame) -> pd.DataFrame:
    """Return faults without the columns that say nothing of any of them."""
    said = found.loc[:, (found != "").any()]
    return said.assign(rule=found["rule"].map(_plain_name))


def _plain_name(rule: str) -> str:
    return capital(rule.replace("_", " "))
