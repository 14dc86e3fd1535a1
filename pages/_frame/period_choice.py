"""The choice of one period, for everything on the page below it."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.analysis import headline
from kpis.charts import series_geometry
from pages._frame import filters
from pages._frame.markdown import plain

# after the name of a period that is not over, or not settled
OPEN = ", provisional"


def of_series(series: pd.DataFrame) -> pd.Series:
    """Draw the choice of a period of a judged series and return its row."""
    shown = series[series["state"] != "not_applicable"].iloc[::-1]
    latest = headline.latest(series)
    is_open = series_geometry.is_open(shown) & shown["value"].notna()
    start = choose(
        dict(zip(shown["period_start"], is_open, strict=True)),
        latest["by"],
        latest["period_start"],
    )
    return shown[shown["period_start"] == start].iloc[0]


def choose(
    starts: Mapping[pd.Timestamp, bool], by: str, latest: pd.Timestamp
) -> pd.Timestamp:
    """Draw the choice of a period and return its start, `latest` by default.

    `starts` has the start of each period, and whether the period is provisional.
    """
    names = {
        code(start, by): formatting.period(start, by) + (OPEN if is_open else "")
        for start, is_open in starts.items()
    }
    _take_from_link(names)
    _keep_after_change_of_length(names)
    placeholder = f"{formatting.period(latest, by)}, the latest"
    chosen = filters.select(
        filters.PERIOD, names, width=340, placeholder=placeholder, required=False
    )
    return _first_day(chosen) if chosen else latest


def code(start: pd.Timestamp, by: str) -> str:
    """Return what stands for a period in the session: its first day and its kind.

    A month and the quarter that begins with it have the same first day. With the day
    alone, the box would go on naming the one while the page shows the other.
    """
    return f"{start:%Y-%m-%d} {by}"


def _take_from_link(names: Mapping[str, str]) -> None:
    """Accept a link made while its period was in another state; warn of nonsense."""
    asked = st.query_params.get(filters.PERIOD)
    if not asked or filters.PERIOD in st.session_state or asked in names.values():
        return
    bare = {name.removesuffix(OPEN): period for period, name in names.items()}
    period = bare.get(asked.removesuffix(OPEN))
    if period:
        st.session_state[filters.PERIOD] = period
    else:
        st.warning(plain(f"There is no period '{asked}' here: the latest is shown."))


def _keep_after_change_of_length(names: Mapping[str, str]) -> None:
    """When quarters replace months, choose the quarter of the chosen month."""
    before = st.session_state.get(filters.PERIOD)
    if before and before not in names:
        until_then = [name for name in names if _first_day(name) <= _first_day(before)]
        st.session_state[filters.PERIOD] = max(until_then, default=None)


def _first_day(period: str) -> pd.Timestamp:
    return pd.Timestamp(period.partition(" ")[0])
