"""Charts: tables in, pictures out, as dicts that Plotly draws."""

from kpis.charts import (
    breakdown_chart,
    funnel_chart,
    history_chart,
    map_chart,
    series_geometry,
    small_multiples,
    sparkline,
    spc_chart,
    wait_histogram,
)
from kpis.charts.theme import FONT, PALETTES

__all__ = [
    "FONT",
    "PALETTES",
    "breakdown_chart",
    "funnel_chart",
    "history_chart",
    "map_chart",
    "series_geometry",
    "small_multiples",
    "sparkline",
    "spc_chart",
    "wait_histogram",
]
