"""An indicator's areas next to each other, in words: who differs, who changed."""

from collections.abc import Mapping

import pandas as pd

from kpis import formatting
from kpis.analysis import AreaComparison, area_comparison, verdicts
from kpis.charts import funnel_chart, history_chart, map_chart
from kpis.definitions import Kpi
from kpis.formatting import capital

HEADS = {
    "name": "Area",
    "figure": "Figure",
    "interval": "95 % interval",
    "n": "Cases",
    "places": "Place, with 95 %",
    "says": "Compared with the others",
}


def in_words(compared: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Return areas, a row each, with the columns of HEADS.

    `compared` is the table of an AreaComparison, with the `name` that is shown.
    """
    count = int(compared["first_place"].notna().sum())
    rows = [
        (
            row["name"],
            formatting.of_cell(row, kpi.measure)
            if pd.notna(row["value"])
            else formatting.NO_FIGURE,
            formatting.interval(row, kpi.measure.unit),
            row["n"],
            area_comparison.places(row, count),
            _says(row),
        )
        for _, row in compared.iterrows()
    ]
    return pd.DataFrame(rows, columns=list(HEADS))


def _says(row: pd.Series) -> str:
    if row["state"] not in area_comparison.TESTED:
        return formatting.of_state(row["state"])
    return funnel_chart.MEANS.get(row["meaning"], "")


def sentence(
    compared: AreaComparison, groups: pd.DataFrame, kpi: Kpi, area: str, period: str
) -> str:
    """Say who differs in a period, how the chosen area stands, and its group.

    `groups` is of `area_comparison.groups`, `period` in words.
    """
    said = [
        f"{capital(period)}.",
        compared.note,
        *_own(compared.table, kpi, area),
        groups_in_words(groups, kpi, area),
    ]
    return " ".join(filter(None, said))


def groups_in_words(groups: pd.DataFrame, kpi: Kpi, area: str) -> str:
    """Say the figures of the groups that an area is in; of all, if it is in none."""
    is_own = [area in areas for areas in groups["areas"]]
    shown = groups[is_own] if any(is_own) else groups
    said = [
        f"{row.group} boroughs together {formatting.of_part(row, kpi.measure)}"
        for row in shown.itertuples()
    ]
    return f"{capital(', '.join(said))}." if said else ""


def map_in_words(compared: AreaComparison, kpi: Kpi, area: str) -> list[str]:
    """Name the areas that differ, the chosen one, and what to know of the colours."""
    said = []
    for meaning, words in funnel_chart.MEANS.items():
        outside = compared.table[compared.table["meaning"] == meaning]
        if len(outside):
            named = ", ".join(
                f"{row['name']} {formatting.of_part(row, kpi.measure)}"
                for _, row in outside.iterrows()
            )
            said.append(f"{map_chart.SIGNS[meaning]} {capital(words)}: {named}.")
    said += [*_own(compared.table, kpi, area), compared.note]
    return [line for line in said if line]


def _own(compared: pd.DataFrame, kpi: Kpi, area: str) -> list[str]:
    own = compared[compared["area"] == area]
    return [area_comparison.sentence(row, kpi) for _, row in own.iterrows()]


def with_names(
    histories: pd.DataFrame, compared: pd.DataFrame, by: str, names: Mapping[str, str]
) -> pd.DataFrame:
    """Return the judged series of the compared areas, named and in their order.

    `histories` is of `judged_series.of_areas`, of which only those by `by` are kept.
    """
    order = {area: place for place, area in enumerate(compared["area"])}
    kept = histories[histories["area"].isin(list(order)) & histories["by"].eq(by)]
    kept = kept.assign(name=kept["area"].map(names))
    return kept.sort_values("area", key=lambda codes: codes.map(order), kind="stable")


def history_in_words(histories: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Return a row for each area of `with_names`, a column for each period."""
    said = [
        formatting.of_cell(row, kpi.measure)
        if pd.notna(row["value"])
        else formatting.of_state(row["state"])
        for _, row in histories.iterrows()
    ]
    wide = histories.assign(said=said).pivot(
        index="name", columns="period_start", values="said"
    )
    by = histories["by"].iloc[0]
    starts = map(pd.Timestamp, wide.columns)
    named = {start: formatting.period(start, by) for start in starts}
    in_order = wide.reindex(histories["name"].unique()).fillna("")
    return in_order[in_order.columns[::-1]].rename(columns=named).reset_index()


def left_limits(histories: pd.DataFrame, kpi: Kpi) -> str:
    """Name the areas that have recently left their own limits, and what chance does."""
    latest = histories[histories["is_latest"]]
    areas = area_comparison.NAMES[area_comparison.kind_of(kpi)]
    said = []
    for meaning, words in history_chart.MEANS.items():
        named = latest.loc[latest["meaning"] == meaning, "name"]
        if len(named):
            said.append(f"{capital(words)}: {', '.join(named)}.")
    if not said:
        said = [f"None of {len(latest)} {areas} has recently left its own limits."]
    by = latest["by"].iloc[0]
    chance = verdicts.chance_note(int(latest["upper_limit"].notna().sum()), by)
    return " ".join(filter(None, [*said, chance]))


def panels_in_words(histories: pd.DataFrame, force: str) -> str:
    """Say how to read a panel for each area; `force` names the grey line, or is ""."""
    by = histories["by"].iloc[0]
    first, last = (
        formatting.period(histories["period_start"].agg(end), by)
        for end in ("min", "max")
    )
    said = (
        f"Each area has its own panel, from {first} to {last}, all on one scale; "
        "the band is its own limits."
    )
    return f"{said} A thin grey line is {force}." if force else said
