"""Output: what leaves, as typed values and files."""

from kpis.output import accounts, brief, figures, spreadsheets
from kpis.output.brief import Heading
from kpis.output.spreadsheets import Chart

__all__ = ["Chart", "Heading", "accounts", "brief", "figures", "spreadsheets"]
