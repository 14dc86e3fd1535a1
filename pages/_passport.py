"""The definition of an indicator: what is counted, by which rules, says who."""

import streamlit as st

from kpis import figures, states, targets
from kpis.registry import Kpi
from pages import _cached

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


def show(kpi: Kpi, build_id: str) -> None:
    """Say how a figure is made, by whom, and show the statement itself."""
    st.header("Definition", anchor=False)
    st.markdown(f"*{kpi.question}*")
    with st.container(key="definition"):
        st.table(facts(kpi, build_id), border="horizontal", hide_header=True)
    if kpi.sql:
        with st.expander("How it is computed (SQL)"):
            st.code(kpi.sql, language="sql")


def facts(kpi: Kpi, build_id: str) -> dict[str, str]:
    """Return what there is to say of an indicator, in the order of reading."""
    is_counted = kpi.stage == "rows"
    kpis = _cached.build(build_id).kpis
    beside = [kpis[other].title for other in (*kpi.read_with, *kpi.made_of)]
    parts = {
        "Counted": kpi.numerator,
        "Out of": kpi.denominator,
        "Standard": standard(kpi, build_id),
        "Target": target(kpi, build_id),
        "Good direction": DIRECTIONS[kpi.better],
        "Read beside": "; ".join(beside),
        "Settles after": f"{kpi.settles_after_days} days" if is_counted else "",
        "Judged from": f"{figures.count(kpi.min_n)} cases" if is_counted else "",
        "Small cells": SMALL_CELLS[kpi.disclosure],
        "Measured from": ", ".join(states.plain(source) for source in kpi.needs),
        "Caveats": " ".join(kpi.caveats),
        "Source": kpi.source,
        "Owner": kpi.owner,
        "Tier": TIERS[kpi.tier],
    }
    return {name: text for name, text in parts.items() if text}


def target(kpi: Kpi, build_id: str) -> str:
    """Word the force's target on the day of the latest export."""
    build = _cached.build(build_id)
    found = targets.in_force(_cached.targets(build_id), kpi.id, "MPS", build.as_at)
    words = targets.in_words(found, kpi.unit)
    return f"{words[0].upper()}{words[1:]}. {found.source if found.is_set else ''}"


def standard(kpi: Kpi, build_id: str) -> str:
    """Word the standards that the figure is held against, each with its dates."""
    found = _cached.standards(build_id)
    found = found[found["applies_to"] == kpi.standard]
    return "; ".join(
        f"{figures.figure(row.seconds, 'minutes')}{in_force(row)} "
        f"({row.status}: {row.source})"
        for row in found.itertuples()
    )


def in_force(row) -> str:
    """Word when a standard held; a start that was not published is left out."""
    start = f" from {row.valid_from:%-d %B %Y}" if row.valid_from.year > 1900 else ""
    end = f" until {row.valid_to:%-d %B %Y}" if row.valid_to.year < 9999 else ""
    return start + end
