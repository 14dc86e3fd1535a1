"""The small pictures of a brief as SVG: sparklines, marks and their key."""

from collections.abc import Mapping

from kpis.charts import PALETTES

PALETTE = PALETTES["light"]
# marks with a colour of their own: changes worth saying
COLOURED = ("concern", "change", "improvement")
# units of a sparkline around it, for marks at its very edge, and the sizes of its marks
MARGIN, SMALL, LARGE = 7, 5.5, 8.5
# a mark by itself
BOX = (-9, -9, 18, 18)


def spark(spark: Mapping) -> str:
    """Return a sparkline as SVG, with lines and marks strong enough for its size.

    The band is a solid grey: a printer may leave out a tint of seven in a hundred.
    """
    line = f'fill="none" stroke="{PALETTE.ink}" stroke-width="3"'
    mean = f'fill="none" stroke="{PALETTE.muted}" stroke-width="2"'
    return _svg(
        (-MARGIN, -MARGIN, spark["width"] + 2 * MARGIN, spark["height"] + 2 * MARGIN),
        f'<path d="{spark["band"]}" fill="{PALETTE.hairline}"/>',
        f'<path d="{spark["mean"]}" {mean} stroke-dasharray="2 7"/>',
        f'<path d="{spark["line"]}" {line}/>',
        f'<path d="{spark["dashed"]}" {line} stroke-dasharray="7 5"/>',
        *(
            _shape(
                "hollow" if point["hollow"] and not point["meaning"]
                else point["meaning"],
                point["x"], point["y"], LARGE if point["latest"] else SMALL,
            )
            for point in spark["points"]
        ),
    )  # fmt: skip


def in_key(mark: str) -> str:
    """Return a mark of the key as SVG."""
    if not mark:
        return ""
    if mark == "band":
        return _svg(BOX, f'<path d="M-8 -7H8V7H-8Z" fill="{PALETTE.hairline}"/>')
    if mark == "mean":
        drawn = f'stroke="{PALETTE.muted}" stroke-width="1.6" stroke-dasharray="1.6 3"'
        return _svg(BOX, f'<path d="M-8 0H8" {drawn}/>')
    return alone("hollow" if mark == "provisional" else mark)


def alone(mark: str) -> str:
    return _svg(BOX, _shape(mark, 0, 0, 8))


def _svg(box: tuple[float, ...], *drawn: str) -> str:
    view = " ".join(map(str, box))
    svg = 'xmlns="http://www.w3.org/2000/svg"'
    return f'<svg {svg} viewBox="{view}">{"".join(drawn)}</svg>'


def _shape(mark: str, x: float, y: float, size: float) -> str:
    """Draw a mark as on the screen: its shape says what its colour does."""
    if mark in COLOURED:
        colour, flat = getattr(PALETTE, mark), 0.8 * size
        paths = {
            "improvement": f"M{x - size} {y + flat}h{2 * size}L{x} {y - size}Z",
            "concern": f"M{x - size} {y - flat}h{2 * size}L{x} {y + size}Z",
            "change": f"M{x} {y - size}l{size} {size}l-{size} {size}l-{size} -{size}Z",
        }
        return f'<path d="{paths[mark]}" fill="{colour}"/>'
    fill = "#ffffff" if mark == "hollow" else PALETTE.common
    line = f'stroke="{PALETTE.ink if mark == "hollow" else PALETTE.common}"'
    return f'<circle cx="{x}" cy="{y}" r="{0.55 * size}" fill="{fill}" {line}/>'
