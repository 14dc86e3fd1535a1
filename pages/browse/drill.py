"""An indicator's rows, filtered and grouped, down to file and line."""

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.analysis import UNMEASURED, grouped_rows, headline, members
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.formatting import capital
from kpis.output import group_table, spreadsheets
from pages._cached import area_series, builds, figure_rows
from pages._cached.figure_rows import MOST_LISTED, Chosen
from pages._drill.row_list import show_rows
from pages._drill.source import show_source
from pages._frame import charts, elements, period_choice, session
from pages._frame.markdown import plain
from pages._scope import Scope

GROUPS = "groups"
# by dimension: the indicator and default that its filter last had
DEFAULTS = "defaults"
MOST_GROUPS, MOST_DRAWN = 2, 40


def nothing_to_drill(kpi: Kpi) -> str:
    """Say why an indicator's rows cannot be filtered, or ""."""
    if kpi.population.made_of:
        return "It is made of others and has no rows of its own."
    if kpi.disclosure.is_needed:
        return "Its rows are people: they are not broken down."
    if not kpi.population.dimensions:
        return "Its rows have nothing to filter or group by."
    if kpi.population.exposure:
        return "Half of its rows are residents, who have no hour and no grade."
    return ""


def choose_members(scope: Scope, kpi: Kpi, cell: pd.Series) -> Chosen:
    """Offer the members of each dimension; return those that were chosen."""
    period = headline.ends(cell)
    chosen = []
    with st.container(horizontal=True, gap="small", key="filters"):
        for name in kpi.population.dimensions:
            every = figure_rows.grouped(scope, cell["area"], period, (name,))
            named = members.named(every.rename(columns={name: "member"}), name)
            words = dict(zip(named["member"], named["name"], strict=True))
            usual = (kpi.population.default or {}).get(name, ())
            default = [code for code in usual if code in words]
            is_reset = reset_to_default(name, kpi, default)
            picked = st.multiselect(
                label(name), list(words),
                default=None if is_reset else default, format_func=words.__getitem__,
                key=f"only_{name}", placeholder="All", width=222, bind="query-params",
            )  # fmt: skip
            # nothing picked means all, with those that do not count by default
            chosen.append((name, tuple(picked or words)))
    return tuple(chosen)


def reset_to_default(name: str, kpi: Kpi, default: list[str]) -> bool:
    """Set a filter to its default again if what it holds belongs to something else.

    For another indicator always; for another area or period only if no one has chosen.
    """
    key, known = f"only_{name}", st.session_state.setdefault(DEFAULTS, {})
    before, known[name] = known.get(name), (kpi.id, default)
    if before in (None, known[name]):
        return False
    is_untouched = st.session_state.get(key) == before[1]
    is_reset = before[0] != kpi.id or is_untouched
    if is_reset:
        st.session_state[key] = default
    return is_reset


def compared_with_indicator(
    whole: pd.DataFrame, cell: pd.Series, kpi: Kpi, site: str
) -> str:
    """Say the figure of the chosen rows, and the indicator's own to compare.

    `site` says whose figure it is where it is not the area's own.
    """
    when = capital(", ".join(filter(None, [headline.period(cell), site])))
    if whole.empty or not whole["n"].iloc[0]:
        return f"{when}: no row is like this."
    row = whole.iloc[0]
    now = formatting.with_unit(formatting.of_part(row, kpi.measure), kpi.measure.unit)
    said = f"{when}: {now}, from {formatting.count(row['n'])} rows."
    if row["n"] == cell["n"]:
        return f"{said} That is the indicator's figure."
    if pd.isna(cell["n"]):
        return said
    own = formatting.of_cell(cell, kpi.measure)
    rows = formatting.count(cell["n"])
    return f"{said} Indicator's own figure: {own}, from {rows} rows."


def show_groups(scope: Scope, kpi: Kpi, cell: pd.Series, chosen: Chosen) -> None:
    """Let the chosen rows be grouped by up to two dimensions, and show the groups."""
    offered = [*grouped_rows.ALWAYS, *kpi.population.dimensions]
    by = st.multiselect(
        "Group by", offered, max_selections=MOST_GROUPS, key=GROUPS,
        format_func=label, width=480, placeholder="Up to two", bind="query-params",
    )  # fmt: skip
    if not by:
        return
    asked = scope, cell["area"], headline.ends(cell)
    groups = figure_rows.grouped(*asked, tuple(by), chosen)
    if len(by) == 1 and 1 < len(groups) <= MOST_DRAWN:
        figure = figure_rows.groups_chart(*asked, by[0], chosen, session.theme())
        sentence = f"{kpi.wording.title} by {by[0]}, {headline.period(cell)}."
        site = area_series.site(scope, cell)
        charts.show_chart(figure, "groups_chart", sentence, site=site)
    table = group_table.in_words(groups, by, kpi, builds.names(scope.build_id))
    heads = {name: label(name) for name in by} | group_table.HEADS
    with st.container(key="group_table"):
        st.dataframe(
            table, hide_index=True, width="stretch", column_config=heads,
            alt="Groups of rows",
        )  # fmt: skip
    name = f"{kpi.id}_{cell['area']}_by_{'_and_'.join(by)}.csv"
    elements.download("These groups (CSV)", lambda: spreadsheets.csv(groups), name)


def list_rows(scope: Scope, kpi: Kpi, cell: pd.Series, chosen: Chosen) -> None:
    """List the rows that were chosen, with file and line."""
    elements.header("Rows", "Numerator and denominator", "Not located")
    period = headline.ends(cell)
    rows = figure_rows.chosen_rows(scope, cell["area"], period, chosen)
    if len(rows) == MOST_LISTED:
        st.caption(f"First {len(rows)} rows are shown.")
    show_rows(rows, kpi)

    def every() -> pd.DataFrame:
        build = builds.build(scope.build_id)
        return grouped_rows.rows(build, kpi.id, cell["area"], period, dict(chosen))

    with st.container(horizontal=True):
        elements.download_rows("All of these rows", every, f"{kpi.id}_rows")


def label(dimension: str) -> str:
    return capital(dimension.replace("_", " "))


def drill_into(kpi: Kpi, scope: Scope) -> None:
    """Let an indicator's rows be filtered and grouped, or say why they cannot be."""
    st.title(kpi.wording.title, anchor=False)
    series = area_series.of_indicator(scope)
    reason = nothing_to_drill(kpi)
    if reason or series["state"].isin(UNMEASURED).all():
        st.markdown(plain(reason or headline.latest(series)["reason"]))
        return
    cell = period_choice.of_series(series)
    try:
        chosen = choose_members(scope, kpi, cell)
        period = headline.ends(cell)
        whole = figure_rows.grouped(scope, cell["area"], period, (), chosen)
    except UserError as error:
        st.markdown(plain(str(error)))
        return
    site = area_series.site(scope, cell)
    st.markdown(plain(compared_with_indicator(whole, cell, kpi, site)))
    show_groups(scope, kpi, cell, chosen)
    list_rows(scope, kpi, cell, chosen)


scope = session.scope()
if scope.kpi:
    drill_into(builds.build(scope.build_id).kpis[scope.kpi], scope)
else:
    st.title("Drill-down", anchor=False)
    st.markdown(
        "Choose an indicator above to filter, group and list its rows, or a source to "
        "see all that it sent."
    )
    show_source(scope)
