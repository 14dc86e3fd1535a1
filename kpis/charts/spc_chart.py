"""A series over time as an SPC chart: limits, targets, breaks, the meaning of points.

Nothing here decides what a number means: colour and shape follow the column `meaning`
of a judged series.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

import pandas as pd

from kpis import formatting
from kpis.analysis import verdicts
from kpis.charts import axes, canvas, labels, series_geometry
from kpis.charts.axes import SCALES
from kpis.charts.series_geometry import is_open
from kpis.charts.theme import (
    LABELS_WIDTH,
    LETTER_WIDTH,
    MARGIN,
    PALETTES,
    SPC_HEIGHT,
    SYMBOLS,
    Palette,
)
from kpis.context import Mark, Target
from kpis.definitions import Kpi
from kpis.statistics import RULE_SET

INTERVAL = ("lower", "upper")
MARKS = {
    **verdicts.PHRASES,
    "too_few": "too few cases; the line shows where the figure may lie",
    "provisional": "provisional",
    "gap": "no figure",
}
# why a point is marked
RULES = {
    "outside_high": "above its limits",
    "outside_low": "below its limits",
    "trend_up": f"in a run of at least {RULE_SET.trend_points} that rise",
    "trend_down": f"in a run of at least {RULE_SET.trend_points} that fall",
    "two_of_three_high": "two of three close to the upper limit",
    "two_of_three_low": "two of three close to the lower limit",
    "shift_high": f"in a run of at least {RULE_SET.shift_points} above the mean",
    "shift_low": f"in a run of at least {RULE_SET.shift_points} below the mean",
}


@dataclass(frozen=True)
class Aim:
    """A target's line: its first and last period, its place on the axis, its name."""

    first: pd.Timestamp
    last: pd.Timestamp
    value: float
    name: str


def spc_figure(
    judged: pd.DataFrame,
    kpi: Kpi,
    by: str,
    theme: str,
    marks: Iterable[Mark] = (),
    targets: Sequence[Target] = (),
) -> dict:
    """Return one series as an SPC chart, a dict that Plotly draws.

    `judged` is one series of `judged_series`, a row for each period in order. The trace
    named "points" has one point per row, with gaps for missing ones, so a point's index
    is the row's index. `marks` are breaks and events to draw, `targets` those in force,
    one a row.
    """
    palette, scale = PALETTES[theme], SCALES[kpi.measure.unit]
    drawn = series_geometry.scaled(judged, scale.factor)
    aims = _aims(drawn, targets, kpi)
    ends = axes.value_range(drawn, scale)
    low, high = axes.with_room(ends, [aim.value for aim in aims], scale)
    starts = list(drawn["period_start"].dt.date)
    top = labels.above(marks, starts, scale, palette)
    hovers = [_hover(row, kpi, by) for _, row in judged.iterrows()]
    return {
        "data": [
            *_bands(drawn, palette),
            _mean(drawn, palette),
            *_targets(aims, palette),
            *_lines(drawn, palette),
            _points(drawn, hovers, (low, high), palette),
            _gaps(drawn, by, low, palette),
        ],
        "layout": {
            **canvas.base_layout(palette),
            "height": SPC_HEIGHT + top.height,
            "margin": MARGIN | {"t": MARGIN["t"] + top.height},
            "xaxis": _period_axis(drawn, by, palette),
            "yaxis": axes.value_axis(low, high, scale, palette),
            "shapes": top.shapes,
            "annotations": [
                *top.annotations,
                *_names(drawn, kpi, aims, (low, high), palette),
            ],
        },
    }


def key(judged: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the marks that a series' pictures have, each with what it says."""
    has_value = judged["value"].notna()
    is_shown = {
        **{meaning: judged["meaning"].eq(meaning).any() for meaning in SYMBOLS},
        "too_few": (has_value & judged["state"].eq("too_few")).any(),
        "provisional": (has_value & is_open(judged)).any(),
        "gap": (~has_value & judged["reason"].ne("")).any(),
    }
    return [(mark, MARKS[mark]) for mark, is_one in is_shown.items() if is_one]


def _bands(drawn: pd.DataFrame, palette: Palette) -> list[dict]:
    return [
        canvas.band(
            series_geometry.dates([*run["period_start"], *run["period_start"][::-1]]),
            [*run["upper_limit"], *run["lower_limit"][::-1]],
            palette,
        )
        for run in series_geometry.limit_runs(drawn)
    ]


def _mean(drawn: pd.DataFrame, palette: Palette) -> dict:
    x: list[str | None] = []
    y: list[float | None] = []
    for run in series_geometry.limit_runs(drawn):
        x += [*series_geometry.dates(run["period_start"]), None]
        y += [*run["mean"], None]
    dotted = {"color": palette.muted, "width": 1, "dash": "dot"}
    return canvas.line(x, y, dotted, name="mean")


def _aims(drawn: pd.DataFrame, targets: Sequence[Target], kpi: Kpi) -> list[Aim]:
    """Return a line for each run of periods with one target; two for a band."""
    aims = []
    rows = zip(drawn["period_start"], targets, strict=bool(targets))
    for target, run in groupby(rows, key=lambda row: row[1]):
        starts = [start for start, _ in run]
        aims += [
            Aim(
                starts[0],
                starts[-1],
                SCALES[kpi.measure.unit].factor * end,
                labels.target_name(target, end, kpi.measure.unit),
            )
            for end in target.ends
        ]
    return aims


def _targets(aims: list[Aim], palette: Palette) -> list[dict]:
    return [
        canvas.line(
            series_geometry.dates([aim.first, aim.last]),
            [aim.value, aim.value],
            {"color": palette.muted, "width": 1.4, "dash": "12px,5px"},
            name="target",
            # with a mark, or a target of one period would not be seen
            mode="lines+markers",
            marker={
                "symbol": "line-ew",
                "size": 8,
                "line": {"color": palette.muted, "width": 1.4},
            },
            cliponaxis=False,
        )
        for aim in aims
    ]


def _names(
    drawn: pd.DataFrame,
    kpi: Kpi,
    aims: list[Aim],
    ends: tuple[float, float],
    palette: Palette,
) -> list[dict]:
    """Return the names of all lines: at the right edge, or where they end before it."""
    latest = drawn["period_start"].iloc[-1]
    at_edge = [(aim.value, aim.name) for aim in aims if aim.last == latest]
    line_ends = [*labels.line_ends(drawn, kpi), *at_edge]
    return [
        *labels.at_right_edge(line_ends, *ends, palette),
        *labels.earlier_limits(drawn, kpi, palette),
        *(
            labels.on_line(aim.last, aim.value, aim.name, palette)
            for aim in aims
            if aim.last < latest
        ),
    ]


def _lines(drawn: pd.DataFrame, palette: Palette) -> list[dict]:
    """Return the series, cut at breaks: no line joins two measures."""
    settled, provisional = series_geometry.split(drawn)
    ink = {"color": palette.ink, "width": 1.6}
    return [
        canvas.line(
            **series_geometry.cut(drawn, values),
            style={**ink, "dash": dash},
            name=name,
            cliponaxis=False,
        )
        for name, values, dash in (
            ("settled", settled, "solid"),
            ("provisional", provisional, "4px,3px"),
        )
    ]


def _points(
    drawn: pd.DataFrame, hovers: list[str], ends: tuple[float, float], palette: Palette
) -> dict:
    return {
        "type": "scatter",
        "name": "points",
        "mode": "markers",
        "x": series_geometry.dates(drawn["period_start"]),
        "y": series_geometry.values(drawn["value"]),
        # none and all are values too: their marks reach over the edge
        "cliponaxis": False,
        "marker": _markers(drawn, palette),
        "error_y": _whiskers(drawn, ends, palette),
        "selected": {"marker": {"opacity": 1, "size": 15}},
        "unselected": {"marker": {"opacity": 1}},
        **canvas.hovers(hovers),
    }


def _markers(drawn: pd.DataFrame, palette: Palette) -> dict:
    meanings = list(drawn["meaning"])
    colours = [palette.of_meaning(meaning, palette.common) for meaning in meanings]
    return {
        "symbol": [SYMBOLS.get(meaning, "circle") for meaning in meanings],
        "size": [12 if meaning else 7 for meaning in meanings],
        "color": [
            palette.ground if hollow else colour
            for hollow, colour in zip(drawn["is_open"], colours, strict=True)
        ],
        "line": {"color": colours, "width": 1.6},
        "opacity": 1,
    }


def _whiskers(drawn: pd.DataFrame, ends: tuple[float, float], palette: Palette) -> dict:
    """Return the intervals of small samples, cut at the ends of the axis."""
    is_small = drawn["state"].eq("too_few")
    lower, upper = (drawn[end].clip(*ends).where(is_small) for end in INTERVAL)
    return {
        "array": series_geometry.values(upper - drawn["value"]),
        "arrayminus": series_geometry.values(drawn["value"] - lower),
        "color": palette.common,
        "thickness": 1.2,
        "width": 3,
    }


def _gaps(drawn: pd.DataFrame, by: str, low: float, palette: Palette) -> dict:
    """Return small crosses on the floor of the chart, which say why it is empty."""
    gaps = drawn[drawn["value"].isna() & drawn["reason"].ne("")]
    hovers = [
        f"<b>{formatting.period(row['period_start'], by)}</b><br>"
        f"{formatting.of_state(row['state'])}<br>{labels.wrapped(row['reason'])}"
        for _, row in gaps.iterrows()
    ]
    return {
        "type": "scatter",
        "name": "gaps",
        "mode": "markers",
        "x": series_geometry.dates(gaps["period_start"]),
        "y": [low] * len(gaps),
        "cliponaxis": False,
        "marker": {
            "symbol": "x-thin",
            "size": 7,
            "line": {"color": palette.muted, "width": 1.4},
        },
        **canvas.hovers(hovers),
    }


def _hover(row: pd.Series, kpi: Kpi, by: str) -> str:
    if pd.isna(row["value"]):
        return ""
    when = formatting.period(row["period_start"], by)
    lines = [f"<b>{when}</b>", formatting.of_cell(row, kpi.measure)]
    # a sum is a range by itself
    if pd.notna(row["lower"]) and kpi.measure.kind != "sum":
        ends = [
            formatting.figure(row[end], kpi.measure.unit, row["n"]) for end in INTERVAL
        ]
        lines.append(f"95 % interval {' to '.join(ends)}")
    if pd.notna(row["n"]):
        lines.append(f"n {formatting.count(row['n'])}")
    if row["rule"]:
        lines.append(RULES[row["rule"]])
    if not row["is_settled"] or row["state"] == "provisional":
        lines.append(formatting.of_state("provisional"))
    lines += [labels.wrapped(row[text]) for text in ("reason", "caveat") if row[text]]
    return "<br>".join(lines)


def _period_axis(drawn: pd.DataFrame, by: str, palette: Palette) -> dict:
    """Return an axis that names the first period, every k-th back from the latest.

    Each year is named once.
    """
    words = [_tick_words(start, by) for start in drawn["period_start"]]
    longest = max(len(name) for name, _ in words)
    every = ceil(len(words) / (LABELS_WIDTH // (LETTER_WIDTH * (longest + 4))))
    # one that would come next to the first is left out
    named = [0, *range(len(words) - 1, every - 1, -every)[::-1]]
    shown = [words[place] for place in named]
    years = ["", *(year for _, year in shown)]
    return {
        "type": "date",
        "tickvals": series_geometry.dates(drawn["period_start"].iloc[named]),
        "ticktext": [
            name if year == before else f"{name}<br>{year}"
            for (name, year), before in zip(shown, years, strict=False)
        ],
        **axes.ticked_axis(palette),
    }


def _tick_words(start: pd.Timestamp, by: str) -> tuple[str, str]:
    """Return the name of a period without its year, and the year."""
    words = formatting.period(start, by)
    if by == "year":
        return words.removeprefix("financial year "), ""
    for what_the_page_says in ("week of ", "12 months "):
        words = words.removeprefix(what_the_page_says)
    name, _, year = words.rpartition(" ")
    return name, year
