"""Output: what leaves the product, as typed values, tables and files."""

from kpis.output import (
    accounts,
    area_names,
    area_table,
    brief,
    definition,
    doubts,
    fault_words,
    figures,
    group_table,
    heading,
    import_words,
    indicator_workbook,
    part_table,
    row_table,
    scoreboard,
    series_table,
    shades,
    spreadsheets,
)
from kpis.output.heading import Heading
from kpis.output.scoreboard import Attention, Row, Scoreboard

__all__ = [
    "Attention",
    "Heading",
    "Row",
    "Scoreboard",
    "accounts",
    "area_names",
    "area_table",
    "brief",
    "definition",
    "doubts",
    "fault_words",
    "figures",
    "group_table",
    "heading",
    "import_words",
    "indicator_workbook",
    "part_table",
    "row_table",
    "scoreboard",
    "series_table",
    "shades",
    "spreadsheets",
]
