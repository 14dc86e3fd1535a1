"""An indicator's rows, filtered and grouped, down to file and line."""

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.analysis import UNMEASURED, grouped_rows, headline, members
from kpis.charts import breakdown_chart
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.formatting import capital
from kpis.output import spreadsheets
from pages import _cached
from pages._drill import rows, sources
from pages._frame import period_choice, widgets
from pages._frame.filters import Scope
from pages._frame.markdown import plain

GROUPS = "groups"
# by dimension: whose default its filter last had, and which
DEFAULTS = "defaults"
MOST_GROUPS, MOST_DRAWN = 2, 40
HEADS = {"figure": "Figure", "interval": "95 % interval", "n": "Cases"}


def nothing_to_drill(kpi: Kpi) -> str:
    """Why an indicator's rows cannot be filtered, or ""."""
    if kpi.population.made_of:
        return "It is made of others and has no rows of its own."
    if kpi.disclosure.is_needed:
        return "Its rows are people: they are not broken down."
    if not kpi.population.dimensions:
        return "Its rows tell nothing to filter or group by."
    if kpi.population.exposure:
        return "Half of its rows are residents, who have no hour and no grade."
    return ""


def filters(scope: Scope, kpi: Kpi, cell: pd.Series) -> _cached.Chosen:
    """Let members of each dimension be chosen; return those that were."""
    period = headline.ends(cell)
    chosen = []
    with st.container(horizontal=True, gap="small", key="filters"):
        for name in kpi.population.dimensions:
            every = _cached.grouped(scope, cell["area"], period, (name,))
            named = members.named(every.rename(columns={name: "member"}), name)
            words = dict(zip(named["member"], named["name"], strict=True))
            default = [
                one
                for one in (kpi.population.default or {}).get(name, ())
                if one in words
            ]
            is_anew = begins_anew(name, kpi, default)
            found = st.multiselect(
                capital(name.replace("_", " ")), list(words),
                default=None if is_anew else default, format_func=words.get,
                key=f"only_{name}", placeholder="All", width=222, bind="query-params",
            )  # fmt: skip
            # all of them, also those that do not count by default
            chosen.append((name, tuple(found or words)))
    return tuple(chosen)


def begins_anew(name: str, kpi: Kpi, default: list[str]) -> bool:
    """Choose a filter's default once more where what is chosen is another's default.

    Of another indicator it is; of another area or period, unless somebody chose.
    """
    key, known = f"only_{name}", st.session_state.setdefault(DEFAULTS, {})
    before, known[name] = known.get(name), (kpi.id, default)
    if before in (None, known[name]):
        return False
    is_untouched = st.session_state.get(key) == before[1]
    is_anew = before[0] != kpi.id or is_untouched
    if is_anew:
        st.session_state[key] = default
    return is_anew


def account(whole: pd.DataFrame, cell: pd.Series, kpi: Kpi) -> str:
    """Say the figure of the rows that were chosen, beside that of the indicator."""
    when = capital(headline.period(cell))
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
    return (
        f"{said} The indicator's figure is {own}, from {formatting.count(cell['n'])}."
    )


def groups(found: pd.DataFrame, by: list[str], kpi: Kpi, areas: dict) -> pd.DataFrame:
    """Word the groups, a row each: their members, then the columns of HEADS."""
    words = {name: [word(one, name, areas) for one in found[name]] for name in by}
    said = {
        "figure": [formatting.of_part(row, kpi.measure) for row in found.itertuples()],
        "interval": [
            formatting.interval(row, kpi.measure.unit) for row in found.itertuples()
        ],
        "n": found["n"].tolist(),
    }
    return pd.DataFrame(words | said)


def word(member: str, name: str, areas: dict[str, str]) -> str:
    """Name a member of a dimension, a month or an area."""
    if name == "area":
        return areas.get(member, "not located")
    if name == "month":
        return formatting.period(pd.Timestamp(f"{member}-01"), "month")
    return members.member(member, name)


def by_groups(
    scope: Scope, kpi: Kpi, cell: pd.Series, chosen: _cached.Chosen, whole: pd.DataFrame
) -> None:
    """Let rows be grouped by up to two of what they tell, and show the groups.

    `whole` is the figure of all rows that were chosen.
    """
    offered = [*grouped_rows.ALWAYS, *kpi.population.dimensions]
    by = st.multiselect(
        "Group by", offered, max_selections=MOST_GROUPS, key=GROUPS,
        format_func=lambda one: capital(one.replace("_", " ")), width=480,
        placeholder="Up to two", bind="query-params",
    )  # fmt: skip
    if not by:
        return
    areas = _cached.area_names(scope.build_id)
    found = _cached.grouped(scope, cell["area"], headline.ends(cell), tuple(by), chosen)
    shown = groups(found, by, kpi, areas)
    if len(by) == 1 and 1 < len(found) <= MOST_DRAWN:
        named = found.assign(name=shown[by[0]], is_left_out=False)
        value = whole["value"].iloc[0]

        def draw() -> dict:
            return breakdown_chart.parts_figure(named, kpi, value, widgets.theme())

        in_words = f"{kpi.wording.title} by {by[0]}, {headline.period(cell)}."
        of = (*by, *headline.ends(cell), chosen)
        widgets.plot(draw, "groups_chart", in_words, of)
    heads = {name: capital(name.replace("_", " ")) for name in by}
    with st.container(key="group_table"):
        st.dataframe(
            shown, hide_index=True, width="stretch", column_config=heads | HEADS,
            alt="Groups of rows",
        )  # fmt: skip
    name = f"{kpi.id}_{cell['area']}_by_{'_and_'.join(by)}.csv"
    widgets.download("These groups (CSV)", lambda: spreadsheets.csv(found), name)


def listed(scope: Scope, kpi: Kpi, cell: pd.Series, chosen: _cached.Chosen) -> None:
    """List the rows that were chosen, with file and line."""
    widgets.header("Rows", "Numerator and denominator", "Not located")
    period = headline.ends(cell)
    found = _cached.drilled(scope, cell["area"], period, chosen)
    if len(found) == _cached.ROWS_SHOWN:
        st.caption(f"First {len(found)} rows are shown.")
    rows.show(found, kpi, scope, (*period, chosen))

    def every() -> bytes:
        build = _cached.build(scope.build_id)
        rows = grouped_rows.rows(build, kpi.id, cell["area"], period, dict(chosen))
        return spreadsheets.csv(rows)

    widgets.download("All of these rows (CSV)", every, f"{kpi.id}_rows.csv")


scope = widgets.scope()
build = _cached.build(scope.build_id)
if scope.kpi is None:
    st.title("Drill-down", anchor=False)
    st.markdown(
        "Choose an indicator above to filter, group and list its rows; or a source, to "
        "see all that it sent."
    )
    sources.show(scope)
    st.stop()
kpi = build.kpis[scope.kpi]
st.title(kpi.wording.title, anchor=False)
reason = nothing_to_drill(kpi)
series = _cached.series(scope)
if reason or series["state"].isin(UNMEASURED).all():
    st.markdown(plain(reason or headline.latest(series)["reason"]))
    st.stop()
cell = period_choice.of_series(series)
try:
    chosen = filters(scope, kpi, cell)
    period = headline.ends(cell)
    whole = _cached.grouped(scope, cell["area"], period, (), chosen)
except UserError as error:
    st.markdown(plain(str(error)))
    st.stop()
st.markdown(plain(account(whole, cell, kpi)))
by_groups(scope, kpi, cell, chosen, whole)
listed(scope, kpi, cell, chosen)
