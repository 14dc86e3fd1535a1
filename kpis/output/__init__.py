"""Output: what leaves the product, as typed values, tables and files."""

from kpis.output import (
    brief,
    doubts,
    heading,
    scoreboard,
    series_table,
    spreadsheets,
)
from kpis.output.heading import Heading
from kpis.output.scoreboard import Scoreboard
from kpis.output.spreadsheets import Chart

__all__ = [
    "Chart",
    "Heading",
    "Scoreboard",
    "brief",
    "doubts",
    "heading",
    "scoreboard",
    "series_table",
    "spreadsheets",
]
