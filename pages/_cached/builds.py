"""The open build, and small facts about it that many pages need."""

import atexit
import gc
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd
import streamlit as st

from kpis import settings
from kpis.context import Target, lookup
from kpis.output import area_names
from kpis.results import Build, opened_build, queries


@st.cache_resource(show_spinner=False)
def freeze_libraries() -> None:
    """Take what is loaded by now out of garbage collection, once for a process.

    Python looks through everything that is not frozen whenever it collects garbage.
    pandas and Plotly cost a hundred milliseconds of that, and are never garbage.
    """
    gc.collect()
    gc.freeze()
    # DuckDB lists what is still frozen when the server ends
    atexit.register(gc.unfreeze)


# Two, because someone may still be reading the old build when a new one is opened.
@st.cache_resource(
    max_entries=2, on_release=lambda build: build.close(), show_spinner=False
)
def build(build_id: str) -> Build:
    """Return the build, open for reading; all sessions share it."""
    return opened_build.open_build(settings.data_dir(), build_id)


@st.cache_data(max_entries=4, show_spinner=False)
def areas(build_id: str) -> pd.DataFrame:
    """Return code, name and kind of every area."""
    return queries.areas(build(build_id))


@st.cache_resource(max_entries=4, show_spinner=False)
def names(build_id: str) -> Mapping[str, str]:
    """Return the names of all areas by code."""
    return MappingProxyType(area_names.unique(areas(build_id)))


@st.cache_resource(max_entries=4, show_spinner=False)
def offered_areas(build_id: str) -> Mapping[str, str]:
    """Return the names of the areas to choose from by code, the force first."""
    return MappingProxyType(area_names.offered(areas(build_id)))


@st.cache_resource(max_entries=4, show_spinner=False)
def targets(build_id: str) -> list[Target]:
    """Return the targets that the build used."""
    return lookup.targets_of(build(build_id))


@st.cache_data(max_entries=4, show_spinner=False)
def tile_grid(build_id: str) -> pd.DataFrame:
    """Return where each borough's tile lies."""
    return queries.tile_grid(build(build_id))


@st.cache_data(max_entries=4, show_spinner=False)
def missing(build_id: str) -> pd.DataFrame:
    """Return what was expected and has not arrived."""
    return queries.missing(build(build_id))


@st.cache_data(max_entries=4, show_spinner=False)
def findings(build_id: str) -> pd.DataFrame:
    """Return what shows only when rows are compared with other rows."""
    return queries.findings(build(build_id))


@st.cache_data(max_entries=4, show_spinner=False)
def arrivals(build_id: str) -> pd.DataFrame:
    """Return how many days of each source, area and month have arrived."""
    return queries.arrivals(build(build_id))
