"""Builds: the lake becomes marts, cells and findings, in one directory a build."""

from kpis.builds import cube, findings, kpi_rows, marts, pruning, revisions, store
from kpis.builds.imports import Import
from kpis.builds.kpi_rows import MARTS
from kpis.builds.marts import CheckError

__all__ = [
    "CheckError",
    "Import",
    "MARTS",
    "cube",
    "findings",
    "kpi_rows",
    "marts",
    "pruning",
    "revisions",
    "store",
]
