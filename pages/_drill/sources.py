"""The rows of a source, filtered and grouped, down to file and line."""

from collections.abc import Iterator
from functools import partial

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.analysis import members, source_rows
from kpis.formatting import capital
from kpis.output import spreadsheets
from kpis.periods import Period
from pages import _cached
from pages._frame import period_choice, widgets
from pages._frame.filters import Scope
from pages._frame.markdown import plain

SOURCE, GROUPS = "source", "source_groups"
MOST_GROUPS = 2


def show(scope: Scope) -> None:
    """Let a source be chosen, a period, and what its rows say; show those rows."""
    build = _cached.build(scope.build_id)
    offered = source_rows.offered(build)
    with st.container(horizontal=True, gap="small"):
        source = st.selectbox(
            "Source", list(offered), index=None, format_func=offered.get, key=SOURCE,
            placeholder="Choose a source", required=True, width=340,
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
    chosen = _filters(scope, source, period)
    asked = partial(_cached.of_source, scope, source, period)
    (whole,) = asked((), chosen)["n"]
    area = _cached.area_names(scope.build_id)[scope.area]
    when = formatting.period(start, scope.by)
    what = offered[source].lower()
    st.markdown(plain(f"{area}, {when}: {formatting.count(whole)} rows of {what}."))
    by = st.multiselect(
        "Group by", source_rows.dimensions(build, source), key=f"{GROUPS}_{source}",
        max_selections=MOST_GROUPS, format_func=_name, width=480,
        placeholder="Up to two", bind="query-params",
    )  # fmt: skip
    if by:
        _groups(asked(tuple(by), chosen), source, by)
    _listed(scope, source, period, chosen)


def _filters(scope: Scope, source: str, period: Period) -> _cached.Chosen:
    """Let members of each dimension be chosen; return those that were."""
    build, chosen = _cached.build(scope.build_id), []
    with st.container(horizontal=True, gap="small", key="filters"):
        for name in source_rows.dimensions(build, source):
            members = _cached.of_source(scope, source, period, (name,), ())[name]
            found = st.multiselect(
                _name(name), list(members),
                format_func=partial(members.member, dimension=name),
                key=f"{source}_{name}", placeholder="All", width=222,
                bind="query-params",
            )  # fmt: skip
            if found:
                chosen.append((name, tuple(found)))
    return tuple(chosen)


def _groups(found: pd.DataFrame, source: str, by: list[str]) -> None:
    words = {name: [members.member(one, name) for one in found[name]] for name in by}
    heads = {name: _name(name) for name in by} | {"n": "Rows"}
    with st.container(key="group_table"):
        st.dataframe(
            found.assign(**words), hide_index=True, width="stretch",
            column_config=heads, alt="Groups of rows",
        )  # fmt: skip
    name = f"{source}_by_{'_and_'.join(by)}.csv"
    widgets.download("These groups (CSV)", lambda: spreadsheets.csv(found), name)


def _listed(scope: Scope, source: str, period: Period, chosen: _cached.Chosen) -> None:
    """List the rows that were chosen, with file and line."""
    build = _cached.build(scope.build_id)
    asked = build, source, scope.area, period, dict(chosen)
    found = source_rows.rows(*asked, _cached.ROWS_SHOWN)
    if found.empty:
        return
    if len(found) == _cached.ROWS_SHOWN:
        st.caption(f"First {len(found)} rows are shown.")
    with st.container(key="rows"):
        st.dataframe(
            found, hide_index=True, height=320 if len(found) > 8 else "auto",
            column_config=dict(_heads(found)),
            alt="Rows of the source",
        )  # fmt: skip
    widgets.download(
        "All of these rows (CSV)",
        lambda: spreadsheets.csv(source_rows.rows(*asked)),
        f"{source}_rows.csv",
    )


def _heads(found: pd.DataFrame) -> Iterator[tuple[str, object]]:
    """Name each column, and say days as days and times as the force's own."""
    for name, kind in found.dtypes.items():
        if isinstance(kind, pd.DatetimeTZDtype):
            yield (
                name,
                st.column_config.DatetimeColumn(
                    _name(name),
                    format="D MMM YYYY, HH:mm:ss",
                    timezone=settings.TIME_ZONE,
                ),
            )
        elif pd.api.types.is_datetime64_dtype(kind):
            yield name, st.column_config.DateColumn(_name(name), format="D MMM YYYY")
        elif name == "line":
            yield name, st.column_config.NumberColumn("Line", format="%d")
        else:
            yield name, _name(name)


def _name(column: str) -> str:
    return capital(column.replace("_", " "))
