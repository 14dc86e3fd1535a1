"""What an indicator is, was, and is elsewhere."""

import pandas as pd
import streamlit as st

from kpis.context import Comparator, lookup
from kpis.output import definition
from pages._cached import builds


@st.cache_resource(max_entries=200, show_spinner=False)
def facts(build_id: str, kpi_id: str) -> dict[str, str]:
    """Return what there is to say of an indicator, in the order of reading."""
    build = builds.build(build_id)
    return definition.facts(build, build.kpis[kpi_id])


@st.cache_data(max_entries=100, show_spinner=False)
def texts(build_id: str, kpi_id: str) -> pd.DataFrame:
    """Return the texts of an indicator in all builds up to this one."""
    return lookup.definitions_of(builds.build(build_id), kpi_id)


@st.cache_resource(max_entries=200, show_spinner=False)
def comparators(build_id: str, kpi_id: str, area: str) -> list[Comparator]:
    """Return the published figures to compare an indicator's with, in an area."""
    build = builds.build(build_id)
    imported = lookup.published_of(build, kpi_id, area)
    return [*lookup.comparators_of(build, kpi_id), *imported]
