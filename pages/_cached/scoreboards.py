"""The scoreboard of an area and its heading."""

import pandas as pd
import streamlit as st

from kpis import settings
from kpis.analysis import area_comparison
from kpis.output import Heading, Scoreboard, doubts, heading, scoreboard
from pages._cached import area_series, builds


@st.cache_resource(max_entries=400, show_spinner=False)
def of_area(build_id: str, area: str, by: str) -> Scoreboard:
    """Return the scoreboard of an area."""
    others = None
    if area != settings.FORCE:
        force = area_series.of_area(build_id, settings.FORCE, by)
        groups = _groups(build_id, by)
        others = scoreboard.figures_to_compare(force, groups, area, settings.FORCE)
    return scoreboard.of_series(
        area_series.of_area(build_id, area, by),
        builds.build(build_id).kpis,
        builds.targets(build_id),
        builds.names(build_id),
        by,
        others,
    )


@st.cache_data(max_entries=20, show_spinner=False)
def _groups(build_id: str, by: str) -> pd.DataFrame:
    """Return the figures of groups of boroughs in the force's latest periods."""
    force = area_series.of_area(build_id, settings.FORCE, by)
    latest = force[force["is_latest"]]
    return area_comparison.groups_of_all(builds.build(build_id), latest)


@st.cache_resource(max_entries=400, show_spinner=False)
def heading_of(build_id: str, area: str, by: str) -> Heading:
    """Return area and period, how much is measured, and what to doubt."""
    names = builds.names(build_id)
    doubt = doubts.in_words(builds.missing(build_id), builds.findings(build_id), names)
    judged = area_series.of_area(build_id, area, by)
    return heading.of_area(names[area], judged, doubt, builds.build(build_id))
