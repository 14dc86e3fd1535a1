"""Two small buttons on a chart that give it away as a picture, PNG or SVG.

The browser has drawn the chart already; it adds title and source, without which a
picture in somebody's report says nothing of where its figures are from.
"""

import re

from kpis.charts import FONT, PALETTES
from pages._components.mounting import component

_mount = component("picture")


def offer(chart: str, title: str, sentence: str, source: str, theme: str) -> None:
    """Draw the buttons of the chart whose key is `chart`.

    `title`, `sentence` and `source` stand above the chart in the picture.
    """
    palette = PALETTES[theme]
    said = {
        "chart": chart,
        "file": re.sub(r"\W+", "_", f"{title} {chart}").lower(),
        "title": title,
        "sentence": sentence,
        "source": source,
        "font": FONT,
        "ground": palette.ground,
        "ink": palette.ink,
        "muted": palette.muted,
    }
    _mount(key=f"picture_of_{chart}", data=said)
