"""What the imports page shows: arrivals, findings, faults of an import."""

from pathlib import Path

import pandas as pd
import streamlit as st

from kpis.definitions import contracts
from kpis.ingest import faulty_rows
from pages._cached import builds
from pages._components import coverage_grid, findings


@st.cache_data(max_entries=4, show_spinner=False)
def coverage_contents(build_id: str) -> dict[str, object]:
    """Return the contents of the grid of what has arrived."""
    return coverage_grid.contents(
        builds.arrivals(build_id),
        builds.names(build_id),
        contracts.load_all(),
        builds.build(build_id).kpis.values(),
    )


@st.cache_data(max_entries=4, show_spinner=False)
def findings_contents(build_id: str) -> dict[str, object]:
    """Return the contents of the table of findings."""
    return findings.contents(
        builds.findings(build_id),
        builds.areas(build_id),
        builds.names(build_id),
        contracts.load_all(),
    )


@st.cache_data(max_entries=20, show_spinner=False)
def faults(data_dir: Path, import_id: str, fate: str) -> pd.DataFrame:
    """Return how many rows of an import have each fault; its files never change."""
    return faulty_rows.counts(data_dir, import_id, fate)
