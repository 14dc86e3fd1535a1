"""Figures as plain dicts: frames in, Plotly JSON or SVG geometry out.

Every look constant of the product stands here. Nothing in this module decides what
a number means: colour and shape follow the column `meaning` of a frame that
`kpis.verdicts` has judged, and words come from `kpis.figures`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from math import ceil

import pandas as pd

from kpis import axes, figures
from kpis.axes import SCALES, Scale
from kpis.registry import Kpi
from kpis.spc import RULE_SET

FONT = "Source Sans, Source Sans Pro, sans-serif"
SPC_HEIGHT = 346
MARGIN = {"l": 48, "r": 132, "t": 14, "b": 50}
# pixels: what a page of 1,280 leaves for the chart, and a letter of its labels
LABELS_WIDTH, LETTER_WIDTH = 1000, 7
SPARK_WIDTH, SPARK_HEIGHT = 240, 44

# Shape says the same as colour, for whoever does not see the colour.
SYMBOLS = {
    "improvement": "triangle-up",
    "concern": "triangle-down",
    "change": "diamond",
}
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


@dataclass(frozen=True)
class Palette:
    """Colours of one theme; people who are colour-blind can tell the three meanings."""

    ground: str
    ink: str
    muted: str
    hairline: str
    common: str
    band: str
    improvement: str
    concern: str
    change: str


PALETTES = {
    "light": Palette(
        ground="#ffffff",
        ink="#1b2a41",
        muted="#5b6778",
        hairline="#e3e7ec",
        common="#8a94a3",
        band="rgba(27, 42, 65, 0.07)",
        improvement="#12436D",
        concern="#F46A25",
        change="#801650",
    ),
    "dark": Palette(
        ground="#10151c",
        ink="#e6ebf2",
        muted="#9aa7b8",
        hairline="#2a3442",
        common="#7f8b9b",
        band="rgba(230, 235, 242, 0.09)",
        improvement="#7ab8ec",
        concern="#F58B55",
        change="#d98bb8",
    ),
}


def spc(judged: pd.DataFrame, kpi: Kpi, by: str, theme: str) -> dict:
    """Return one series as an SPC chart, a dict that Plotly draws.

    `judged` has a row for each period in order, as `results.series` returns it, with
    the columns that `verdicts` adds. The trace named "points" has one point per row,
    missing ones included as gaps, so a point's index is the row's index.
    """
    palette, scale = PALETTES[theme], SCALES[kpi.unit]
    drawn = _scaled(judged, scale.factor)
    low, high = axes.value_range(drawn, scale)
    return {
        "data": [
            *_bands(drawn, palette),
            _mean(drawn, palette),
            *_lines(drawn, palette),
            _points(drawn, kpi, by, (low, high), palette),
            _gaps(drawn, by, low, palette),
        ],
        "layout": {
            **_base_layout(palette),
            "height": SPC_HEIGHT,
            "margin": MARGIN | ({"t": 34} if scale.above else {}),
            "xaxis": _period_axis(drawn, by, palette),
            "yaxis": _value_axis(low, high, scale, palette),
            "annotations": [
                *_unit_above(scale, palette),
                *_edge_labels(drawn, kpi, low, high, palette),
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


def sparkline(judged: pd.DataFrame, kpi: Kpi) -> dict:
    """Return the geometry of a sparkline with its limits, for a fixed box.

    The paths are SVG path data in a box of SPARK_WIDTH by SPARK_HEIGHT: `line`,
    `dashed` (to provisional points), `mean` and `band`. `points` are those worth a
    mark: where a rule fired, the headline and provisional ones.
    """
    scale = SCALES[kpi.unit]
    drawn = _scaled(judged, scale.factor).reset_index(drop=True)
    # The band itself gives the scale, so it may fill most of so small a picture.
    low, high = axes.value_range(drawn, scale, widths=1.2)
    edge = 6
    step = (SPARK_WIDTH - 2 * edge) / max(len(drawn) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low)
        inner = SPARK_HEIGHT - 2 * edge
        return round(edge + index * step, 1), round(edge + (1 - share) * inner, 1)

    settled, provisional = _split(drawn)
    return {
        "width": SPARK_WIDTH,
        "height": SPARK_HEIGHT,
        "line": _path(settled, place),
        "dashed": _path(provisional, place),
        "mean": _path(drawn["mean"], place),
        "band": "".join(
            _path(run["upper_limit"], place)
            + _path(run["lower_limit"][::-1], place).replace("M", "L")
            + "Z"
            for run in _limit_runs(drawn)
        ),
        "points": [_spark_point(row, place) for row in _worth_a_mark(drawn)],
    }


def _spark_point(row, place) -> dict:
    x, y = place(row.Index, row.value)
    return {
        "x": x,
        "y": y,
        "meaning": row.meaning,
        "hollow": row.is_open,
        "latest": bool(row.is_latest),
    }


def _worth_a_mark(drawn: pd.DataFrame) -> Iterable:
    is_marked = drawn["meaning"].ne("") | drawn["is_latest"] | drawn["is_open"]
    return drawn[is_marked & drawn["value"].notna()].itertuples()


def _path(values: pd.Series, place) -> str:
    """SVG path data through the values, broken where one is missing."""
    parts, pen = [], "M"
    for index, value in values.items():
        if pd.isna(value):
            pen = "M"
            continue
        x, y = place(index, value)
        parts.append(f"{pen}{x} {y}")
        pen = "L"
    return "".join(parts)


def _scaled(judged: pd.DataFrame, factor: float) -> pd.DataFrame:
    columns = ["value", "lower", "upper", "mean", "lower_limit", "upper_limit"]
    drawn = judged.assign(natural=judged["value"], is_open=is_open(judged))
    drawn[columns] = drawn[columns].astype(float) * factor
    return drawn


def is_open(judged: pd.DataFrame) -> pd.Series:
    """Which periods are not over, or not settled, whatever else is said of them."""
    return ~judged["is_settled"] | judged["state"].eq("provisional")


def _split(drawn: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Values of the solid line, and of the dashed one that continues it."""
    leads_in = drawn["is_open"].shift(-1, fill_value=False)
    return (
        drawn["value"].mask(drawn["is_open"]),
        drawn["value"].where(drawn["is_open"] | leads_in),
    )


def _limit_runs(drawn: pd.DataFrame) -> list[pd.DataFrame]:
    """Cut the frame where limits start, stop or are computed anew."""
    has_limits = drawn["upper_limit"].notna()
    jumps = drawn["mean"].diff().abs().gt(1e-9) | has_limits.ne(has_limits.shift())
    return [run for _, run in drawn[has_limits].groupby(jumps.cumsum()[has_limits])]


def _bands(drawn: pd.DataFrame, palette: Palette) -> list[dict]:
    return [
        {
            "type": "scatter",
            "name": "limits",
            "mode": "lines",
            "x": _dates([*run["period_start"], *run["period_start"][::-1]]),
            "y": [*run["upper_limit"], *run["lower_limit"][::-1]],
            "fill": "toself",
            "fillcolor": palette.band,
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
        for run in _limit_runs(drawn)
    ]


def _mean(drawn: pd.DataFrame, palette: Palette) -> dict:
    steps = []
    for run in _limit_runs(drawn):
        steps += [*zip(run["period_start"], run["mean"], strict=True), (None, None)]
    return {
        "type": "scatter",
        "name": "mean",
        "mode": "lines",
        "x": _dates(start for start, _ in steps),
        "y": [value for _, value in steps],
        "line": {"color": palette.muted, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _lines(drawn: pd.DataFrame, palette: Palette) -> list[dict]:
    settled, provisional = _split(drawn)
    line = {"color": palette.ink, "width": 1.6}
    return [
        {
            "type": "scatter",
            "name": name,
            "mode": "lines",
            "x": _dates(drawn["period_start"]),
            "y": _values(values),
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
        "x": _dates(drawn["period_start"]),
        "y": _values(drawn["value"]),
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
            "array": _values(upper - drawn["value"]),
            "arrayminus": _values(drawn["value"] - lower),
            "color": palette.common,
            "thickness": 1.2,
            "width": 3,
        },
        "selected": {"marker": {"opacity": 1, "size": 15}},
        "unselected": {"marker": {"opacity": 1}},
        "text": [_hover(row, kpi, by) for row in drawn.itertuples()],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _gaps(drawn: pd.DataFrame, by: str, low: float, palette: Palette) -> dict:
    """Small crosses on the floor of the chart: nothing is drawn, and why."""
    gaps = drawn[drawn["value"].isna() & drawn["reason"].ne("")]
    return {
        "type": "scatter",
        "name": "gaps",
        "mode": "markers",
        "x": _dates(gaps["period_start"]),
        "y": [low] * len(gaps),
        "cliponaxis": False,
        "marker": {
            "symbol": "x-thin",
            "size": 7,
            "line": {"color": palette.muted, "width": 1.4},
        },
        "text": [
            f"<b>{figures.period(row.period_start, by)}</b><br>"
            f"{figures.missing(row.state)}<br>{_wrapped(row.reason)}"
            for row in gaps.itertuples()
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hover(row, kpi: Kpi, by: str) -> str:
    if pd.isna(row.value):
        return ""
    scale = SCALES[kpi.unit]
    lines = [f"<b>{figures.period(row.period_start, by)}</b>"]
    lines.append(figures.figure(row.natural, kpi.unit, row.n))
    if pd.notna(row.lower):
        ends = [
            figures.figure(end / scale.factor, kpi.unit, row.n)
            for end in (row.lower, row.upper)
        ]
        lines.append(f"95 % interval {ends[0]} to {ends[1]}")
    if pd.notna(row.n):
        lines.append(f"n {figures.count(row.n)}")
    if row.rule:
        lines.append(RULES[row.rule])
    if row.is_open:
        lines.append(figures.missing("provisional"))
    if row.reason:
        lines.append(_wrapped(row.reason))
    return "<br>".join(lines)


def _wrapped(sentence: str, width: int = 44) -> str:
    """The sentence as Plotly text: escaped, and broken into short lines."""
    lines = [""]
    for word in escape(sentence).split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def _base_layout(palette: Palette) -> dict:
    return {
        "font": {"family": FONT, "size": 14, "color": palette.muted},
        "paper_bgcolor": palette.ground,
        "plot_bgcolor": palette.ground,
        "showlegend": False,
        "dragmode": False,
        "clickmode": "event+select",
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": palette.ground,
            "bordercolor": palette.common,
            "font": {"family": FONT, "size": 14, "color": palette.ink},
            "align": "left",
        },
    }


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
        "tickvals": _dates(drawn["period_start"].iloc[named]),
        "ticktext": [
            name if year == before else f"{name}<br>{year}"
            for (name, year), before in zip(shown, years, strict=False)
        ],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": palette.hairline,
        "linecolor": palette.hairline,
        "showline": True,
    }


def _tick_words(start: pd.Timestamp, by: str) -> tuple[str, str]:
    """The name of a period without its year, and the year."""
    words = figures.period(start, by)
    if by == "year":
        return words.removeprefix("financial year "), ""
    for what_the_page_says in ("week of ", "12 months "):
        words = words.removeprefix(what_the_page_says)
    name, _, year = words.rpartition(" ")
    return name, year


def _value_axis(low: float, high: float, scale: Scale, palette: Palette) -> dict:
    marks = axes.ticks(low, high)
    words = [axes.tick(mark) for mark in marks]
    words[-1] = f"{scale.before}{words[-1]}{scale.after}"
    return {
        "range": [low, high],
        "tickvals": marks,
        "ticktext": words,
        "gridcolor": palette.hairline,
        "gridwidth": 1,
        "zeroline": bool(low < 0 < high),
        "zerolinecolor": palette.common,
        "zerolinewidth": 1,
        "fixedrange": True,
        "ticklabelstandoff": 8,
        "automargin": True,
    }


def _unit_above(scale: Scale, palette: Palette) -> list[dict]:
    """A unit that is too long for a mark of the axis, on top of it."""
    if not scale.above:
        return []
    return [
        {
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "bottom",
            "yshift": 8,
            "text": scale.above,
            "showarrow": False,
            "font": {"size": 13, "color": palette.muted},
        }
    ]


def _edge_labels(
    drawn: pd.DataFrame, kpi: Kpi, low: float, high: float, palette: Palette
) -> list[dict]:
    """Names at the end of their lines, on the right edge, none over another."""
    named = sorted(_line_ends(drawn, kpi), reverse=True)
    room = 16 * (high - low) / (SPC_HEIGHT - MARGIN["t"] - MARGIN["b"])
    places = axes.spread([value for value, _ in named], room)
    return [
        {
            "xref": "paper",
            "x": 1,
            "xanchor": "left",
            "xshift": 8,
            "y": place,
            "text": text,
            "showarrow": False,
            "font": {"size": 13, "color": palette.muted},
        }
        for (_, text), place in zip(named, places, strict=True)
    ]


def _line_ends(drawn: pd.DataFrame, kpi: Kpi) -> list[tuple[float, str]]:
    """Where each line ends, and its name there."""
    ends = []
    factor = SCALES[kpi.unit].factor
    for row in drawn[drawn["mean"].notna()].tail(1).itertuples():
        for name, value in (
            ("upper limit", row.upper_limit),
            ("mean", row.mean),
            ("lower limit", row.lower_limit),
        ):
            ends.append((value, f"{name} {figures.figure(value / factor, kpi.unit)}"))
    last = drawn[drawn["value"].notna()].tail(1)
    if last["is_open"].any():
        ends.append((last["value"].iloc[0], figures.missing("provisional")))
    return ends


def _dates(starts: Iterable) -> list[str | None]:
    return [None if start is None else f"{start:%Y-%m-%d}" for start in starts]


def _values(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in values]
