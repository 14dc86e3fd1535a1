"""Figures as plain dicts: frames in, Plotly JSON out.

Nothing in this module decides what a number means: colour and shape follow the column
`meaning` of a frame that `kpis.verdicts` has judged, and words come from
`kpis.figures`. How it looks is in `kpis.look`.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import ceil

import pandas as pd

from kpis import formatting
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
    "improvement": "better than its past",
    "concern": "worse than its past",
    "change": "changed",
    "too_few": "too few cases; the line shows where the figure may lie",
    "provisional": "provisional",
    "gap": "no figure",
}
# Said of a point that is called a change: why it is.
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


def spc(
    judged: pd.DataFrame,
    kpi: Kpi,
    by: str,
    theme: str,
    marks: Iterable[Mark] = (),
    targets: Sequence[Target] = (),
) -> dict:
    """Return one series as an SPC chart, a dict that Plotly draws.

    `judged` has a row for each period in order, as `results.series` returns it, with
    the columns that `verdicts` adds. The trace named "points" has one point per row,
    missing ones included as gaps, so a point's index is the row's index. `marks` are
    breaks to draw, `targets` those in force, one a row.
    """
    palette, scale = PALETTES[theme], SCALES[kpi.measure.unit]
    drawn = series_geometry.scaled(judged, scale.factor)
    aims = _target_lines(drawn, targets, kpi)
    ends = axes.value_range(drawn, scale)
    low, high = axes.with_room(ends, [value for *_, value, _ in aims], scale)
    starts = list(drawn["period_start"].dt.date)
    top = labels.above(marks, starts, scale, palette)
    return {
        "data": [
            *_bands(drawn, palette),
            _mean(drawn, palette),
            *_targets(aims, palette),
            *_lines(drawn, palette),
            _points(judged, drawn, kpi, by, (low, high), palette),
            _gaps(drawn, by, low, palette),
        ],
        "layout": {
            **canvas.base_layout(palette),
            "height": SPC_HEIGHT + top.height,
            "margin": MARGIN | {"t": MARGIN["t"] + top.height},
            "xaxis": _period_axis(drawn, by, palette),
            "yaxis": canvas.value_axis(low, high, scale, palette),
            "shapes": top.shapes,
            "annotations": [
                *top.annotations,
                *_names(drawn, kpi, aims, (low, high), palette),
            ],
        },
    }


def key(judged: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the marks that stand in a series' pictures, each with what it says."""
    has_value = judged["value"].notna()
    is_there = {
        **{meaning: judged["meaning"].eq(meaning).any() for meaning in SYMBOLS},
        "too_few": (has_value & judged["state"].eq("too_few")).any(),
        "provisional": (has_value & is_open(judged)).any(),
        "gap": (~has_value & judged["reason"].ne("")).any(),
    }
    return [(mark, MARKS[mark]) for mark, is_one in is_there.items() if is_one]


def _bands(drawn: pd.DataFrame, palette: Palette) -> list[dict]:
    return [
        {
            "type": "scatter",
            "name": "limits",
            "mode": "lines",
            "x": series_geometry.dates(
                [*run["period_start"], *run["period_start"][::-1]]
            ),
            "y": [*run["upper_limit"], *run["lower_limit"][::-1]],
            "fill": "toself",
            "fillcolor": palette.band,
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
        for run in series_geometry.limit_runs(drawn)
    ]


def _mean(drawn: pd.DataFrame, palette: Palette) -> dict:
    steps = []
    for run in series_geometry.limit_runs(drawn):
        steps += [*zip(run["period_start"], run["mean"], strict=True), (None, None)]
    return {
        "type": "scatter",
        "name": "mean",
        "mode": "lines",
        "x": series_geometry.dates(start for start, _ in steps),
        "y": [value for _, value in steps],
        "line": {"color": palette.muted, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }


# first and last period of a target's line, its place on the axis, its name
Aim = tuple[pd.Timestamp, pd.Timestamp, float, str]


def _target_lines(
    drawn: pd.DataFrame, targets: Sequence[Target], kpi: Kpi
) -> list[Aim]:
    """Return a line for each run of periods with one target; two for a band."""
    lines = []
    rows = zip(drawn["period_start"], targets, strict=bool(targets))
    for target, run in groupby(rows, key=lambda row: row[1]):
        starts = [start for start, _ in run]
        lines += [
            (
                starts[0],
                starts[-1],
                SCALES[kpi.measure.unit].factor * value,
                labels.of_target(target, value, kpi.measure.unit),
            )
            for value in (target.value, target.value_to)
            if value is not None
        ]
    return lines


def _targets(lines: list[Aim], palette: Palette) -> list[dict]:
    return [
        {
            "type": "scatter",
            "name": "target",
            # with a mark, or a target of one period would not be seen
            "mode": "lines+markers",
            "x": series_geometry.dates([first, last]),
            "y": [value, value],
            "line": {"color": palette.muted, "width": 1.4, "dash": "12px,5px"},
            "marker": {
                "symbol": "line-ew",
                "size": 8,
                "line": {"color": palette.muted, "width": 1.4},
            },
            "cliponaxis": False,
            "hoverinfo": "skip",
        }
        for first, last, value, _ in lines
    ]


def _names(
    drawn: pd.DataFrame,
    kpi: Kpi,
    aims: list[Aim],
    ends: tuple[float, float],
    palette: Palette,
) -> list[dict]:
    """The names of all lines: at the right edge, or where a target ended before."""
    latest = drawn["period_start"].iloc[-1]
    at_edge = [(value, name) for _, last, value, name in aims if last == latest]
    return [
        *labels.beside([*labels.line_ends(drawn, kpi), *at_edge], *ends, palette),
        *labels.earlier_limits(drawn, kpi, palette),
        *(
            labels.on_line(last, value, name, palette)
            for _, last, value, name in aims
            if last < latest
        ),
    ]


def _lines(drawn: pd.DataFrame, palette: Palette) -> list[dict]:
    """The series, cut where another begins: one line joins no two measures."""
    settled, provisional = series_geometry.split(drawn)
    line = {"color": palette.ink, "width": 1.6}
    return [
        {
            "type": "scatter",
            "name": name,
            "mode": "lines",
            **series_geometry.cut(drawn, values),
            "line": {**line, "dash": dash},
            "cliponaxis": False,
            "hoverinfo": "skip",
        }
        for name, values, dash in (
            ("settled", settled, "solid"),
            ("provisional", provisional, "4px,3px"),
        )
    ]


def _points(
    judged: pd.DataFrame,
    drawn: pd.DataFrame,
    kpi: Kpi,
    by: str,
    ends: tuple[float, float],
    palette: Palette,
) -> dict:
    colours = [
        getattr(palette, meaning) if meaning else palette.common
        for meaning in drawn["meaning"]
    ]
    is_small = drawn["state"].eq("too_few")
    lower, upper = (drawn[end].clip(*ends).where(is_small) for end in INTERVAL)
    return {
        "type": "scatter",
        "name": "points",
        "mode": "markers",
        "x": series_geometry.dates(drawn["period_start"]),
        "y": series_geometry.values(drawn["value"]),
        # none and all are values too: their marks reach over the edge
        "cliponaxis": False,
        "marker": {
            "symbol": [SYMBOLS.get(meaning, "circle") for meaning in drawn["meaning"]],
            "size": [12 if meaning else 7 for meaning in drawn["meaning"]],
            "color": [
                palette.ground if hollow else colour
                for hollow, colour in zip(drawn["is_open"], colours, strict=True)
            ],
            "line": {"color": colours, "width": 1.6},
            "opacity": 1,
        },
        "error_y": {
            "array": series_geometry.values(upper - drawn["value"]),
            "arrayminus": series_geometry.values(drawn["value"] - lower),
            "color": palette.common,
            "thickness": 1.2,
            "width": 3,
        },
        "selected": {"marker": {"opacity": 1, "size": 15}},
        "unselected": {"marker": {"opacity": 1}},
        "text": [
            _hover(row, kpi, by, is_one)
            for (_, row), is_one in zip(
                judged.iterrows(), drawn["is_open"], strict=True
            )
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _gaps(drawn: pd.DataFrame, by: str, low: float, palette: Palette) -> dict:
    """Small crosses on the floor of the chart: nothing is drawn, and why."""
    gaps = drawn[drawn["value"].isna() & drawn["reason"].ne("")]
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
        "text": [
            f"<b>{formatting.period(row.period_start, by)}</b><br>"
            f"{formatting.missing(row.state)}<br>{labels.wrapped(row.reason)}"
            for row in gaps.itertuples()
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hover(row: pd.Series, kpi: Kpi, by: str, is_open: bool) -> str:
    if pd.isna(row["value"]):
        return ""
    when = formatting.period(row["period_start"], by)
    lines = [f"<b>{when}</b>", formatting.of_cell(row, kpi.measure)]
    # a sum is a range by itself
    if pd.notna(row["lower"]) and kpi.measure.kind != "sum":
        ends = [
            formatting.figure(row[end], kpi.measure.unit, row["n"])
            for end in ("lower", "upper")
        ]
        lines.append(f"95 % interval {ends[0]} to {ends[1]}")
    if pd.notna(row["n"]):
        lines.append(f"n {formatting.count(row['n'])}")
    if row["rule"]:
        lines.append(RULES[row["rule"]])
    if is_open:
        lines.append(formatting.missing("provisional"))
    if row["reason"]:
        lines.append(labels.wrapped(row["reason"]))
    return "<br>".join(lines)


def _period_axis(drawn: pd.DataFrame, by: str, palette: Palette) -> dict:
    """The first, and every k-th counted back from the latest; each year once."""
    words = [_tick_words(start, by) for start in drawn["period_start"]]
    longest = max(len(name) for name, _ in words)
    every = ceil(len(words) / (LABELS_WIDTH // (LETTER_WIDTH * (longest + 4))))
    # the one that would come next to the first gives way to it
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
        **canvas.ticked_axis(palette),
    }


def _tick_words(start: pd.Timestamp, by: str) -> tuple[str, str]:
    """The name of a period without its year, and the year."""
    words = formatting.period(start, by)
    if by == "year":
        return words.removeprefix("financial year "), ""
    for what_the_page_says in ("week of ", "12 months "):
        words = words.removeprefix(what_the_page_says)
    name, _, year = words.rpartition(" ")
    return name, year
