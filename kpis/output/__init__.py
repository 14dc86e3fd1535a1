"""Output: what leaves, as typed values and files."""

from kpis.output import brief, series_table, spreadsheets
from kpis.output.brief import Heading
from kpis.output.spreadsheets import Chart

__all__ = ["Chart", "Heading", "brief", "series_table", "spreadsheets"]
