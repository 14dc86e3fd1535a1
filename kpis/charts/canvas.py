"""What charts have in common: type and ground, lines, bands, shaded squares."""

from collections.abc import Sequence

from kpis.charts.theme import FONT, Palette
from kpis.definitions import Kpi

# a chart that is clicked keeps its marks as they are
UNCHANGED = {
    "selected": {"marker": {"opacity": 1}},
    "unselected": {"marker": {"opacity": 1}},
}
# a mark that answers a pointer and is not seen
UNSEEN = "rgba(0, 0, 0, 0)"


def base_layout(palette: Palette) -> dict:
    """Return what every chart has: type, ground, how it answers a pointer."""
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


def line(x: Sequence, y: Sequence, style: dict, **more: object) -> dict:
    """Return a line that does not answer a pointer."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": style,
        "hoverinfo": "skip",
        **more,
    }


def band(x: Sequence, y: Sequence, palette: Palette) -> dict:
    """Return the band between limits: x and y go along one and back the other."""
    filled = {"name": "limits", "fill": "toself", "fillcolor": palette.band}
    return line(x, y, {"width": 0}, **filled)


def level_line(value: float, palette: Palette) -> dict:
    """Return the dotted line of the whole, across the plot."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": palette.muted, "width": 1, "dash": "dot"},
    }


def squares(
    rows: list[list[float | None]], kpi: Kpi, palette: Palette, gap: int
) -> dict:
    """Return a grid of shades, the stronger the worse, or the higher; None is empty."""
    return {
        "type": "heatmap",
        "z": rows,
        "colorscale": [[0, palette.hairline], [1, palette.common]],
        "reversescale": kpi.judging.better == "higher",
        "showscale": False,
        "xgap": gap,
        "ygap": gap,
        "hoverongaps": False,
    }


def hovers(texts: list[str]) -> dict:
    """Return what a mark says where a pointer rests on it: a text for each mark."""
    return {"text": texts, "hovertemplate": "%{text}<extra></extra>"}
