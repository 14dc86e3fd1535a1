"""Two small buttons on a chart to download it as a picture, PNG or SVG.

The browser has already drawn the chart. It adds title and source, so that a picture in
someone's report says where its figures are from.
"""

import re

from kpis.charts import FONT, PALETTES
from pages._components.mounting import component

_mount = component("picture")


def offer(chart: str, title: str, sentence: str, source: str, theme: str) -> None:
    """Draw the buttons of the chart whose key is `chart`.

    The picture has `title`, `sentence` and `source` above the chart.
    """
    palette = PALETTES[theme]
    labels = {
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
    _mount(key=f"picture_of_{chart}", data=labels)
