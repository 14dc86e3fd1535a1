"""The rows of a source, filtered and grouped, down to file and line."""

from functools import partial

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.analysis import members, source_rows
from kpis.formatting import capital
from kpis.output import spreadsheets
from kpis.periods import Period
from pages._cached import builds, figure_rows
from pages._cached.figure_rows import MOST_LISTED, Chosen
from pages._frame import elements, period_choice
from pages._frame.elements import ColumnConfig, Heads
from pages._frame.markdown import plain
from pages._scope import Scope

SOURCE, GROUPS = "source", "source_groups"
MOST_GROUPS = 2


def show_source(scope: Scope) -> None:
    """Offer a choice of source, period and members, and show the rows chosen."""
    build = builds.build(scope.build_id)
    offered = source_rows.offered(build)
    with st.container(horizontal=True, gap="small"):
        source = st.selectbox(
            "Source", list(offered), index=None, format_func=offered.__getitem__,
            key=SOURCE, placeholder="Choose a source", required=True, width=340,
            label_visibility="collapsed", bind="query-params",
        )  # fmt: skip
        if source is None:
            return
        spans = source_rows.spans(build, source, scope.by)
        if not spans:
            st.markdown("No export of it says which days it covers.")
            return
        starts = {pd.Timestamp(start): False for start, _ in reversed(spans)}
        start = period_choice.choose(starts, scope.by, next(iter(starts)))
    period = next(span for span in spans if pd.Timestamp(span[0]) == start)
    chosen = _choose_members(scope, source, period)
    (count,) = figure_rows.of_source(scope, source, period, (), chosen)["n"]
    area = builds.names(scope.build_id)[scope.area]
    when = formatting.period(start, scope.by)
    what = offered[source].lower()
    st.markdown(plain(f"{area}, {when}: {formatting.count(count)} rows of {what}."))
    by = st.multiselect(
        "Group by", source_rows.dimensions(build, source), key=f"{GROUPS}_{source}",
        max_selections=MOST_GROUPS, format_func=_name, width=480,
        placeholder="Up to two", bind="query-params",
    )  # fmt: skip
    if by:
        groups = figure_rows.of_source(scope, source, period, tuple(by), chosen)
        _show_groups(groups, source, by)
    _list_rows(scope, source, period, chosen)


def _choose_members(scope: Scope, source: str, period: Period) -> Chosen:
    """Offer the members of each dimension; return those that were chosen."""
    build, chosen = builds.build(scope.build_id), []
    with st.container(horizontal=True, gap="small", key="filters"):
        for name in source_rows.dimensions(build, source):
            offered = figure_rows.of_source(scope, source, period, (name,), ())[name]
            picked = st.multiselect(
                _name(name), list(offered),
                format_func=partial(members.member, dimension=name),
                key=f"{source}_{name}", placeholder="All", width=222,
                bind="query-params",
            )  # fmt: skip
            if picked:
                chosen.append((name, tuple(picked)))
    return tuple(chosen)


def _show_groups(groups: pd.DataFrame, source: str, by: list[str]) -> None:
    words = {name: [members.member(code, name) for code in groups[name]] for name in by}
    heads = {name: _name(name) for name in by} | {"n": "Rows"}
    with st.container(key="group_table"):
        st.dataframe(
            groups.assign(**words), hide_index=True, width="stretch",
            column_config=heads, alt="Groups of rows",
        )  # fmt: skip
    name = f"{source}_by_{'_and_'.join(by)}.csv"
    elements.download("These groups (CSV)", lambda: spreadsheets.csv(groups), name)


def _list_rows(scope: Scope, source: str, period: Period, chosen: Chosen) -> None:
    """List the rows that were chosen, with file and line."""
    build = builds.build(scope.build_id)
    asked = build, source, scope.area, period, dict(chosen)
    rows = source_rows.rows(*asked, MOST_LISTED)
    if rows.empty:
        return
    if len(rows) == MOST_LISTED:
        st.caption(f"First {len(rows)} rows are shown.")
    with st.container(key="rows"):
        st.dataframe(
            rows, hide_index=True, height=320 if len(rows) > 8 else "auto",
            column_config=_heads(rows), alt="Rows of the source",
        )  # fmt: skip
    with st.container(horizontal=True):
        elements.download_rows(
            "All of these rows", lambda: source_rows.rows(*asked), f"{source}_rows"
        )


def _heads(rows: pd.DataFrame) -> Heads:
    """Name each column; show days as days, and times in the force's own zone."""
    return {name: _head(name, rows[name]) for name in rows.columns}


def _head(name: str, column: pd.Series) -> ColumnConfig | str:
    label = _name(name)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return st.column_config.DatetimeColumn(
            label, format="D MMM YYYY, HH:mm:ss", timezone=settings.TIME_ZONE
        )
    if pd.api.types.is_datetime64_dtype(column):
        return st.column_config.DateColumn(label, format="D MMM YYYY")
    if name == "line":
        return st.column_config.NumberColumn("Line", format="%d")
    return label


def _name(column: str) -> str:
    return capital(column.replace("_", " "))
