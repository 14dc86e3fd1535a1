"""Builds: the lake becomes marts, cells and findings, in one directory a build."""

from kpis.builds import (
    cell_files,
    cube,
    findings,
    kpi_rows,
    losses,
    mart_inputs,
    mart_statements,
    marts,
    pruning,
    revisions,
    store,
    versions,
)
from kpis.builds.cell_files import CellFiles
from kpis.builds.cube import CellPlan
from kpis.builds.imports import Import
from kpis.builds.losses import ANY_COLUMN
from kpis.builds.mart_inputs import MartInputs
from kpis.builds.marts import CheckError

__all__ = [
    "ANY_COLUMN",
    "CellFiles",
    "CellPlan",
    "CheckError",
    "Import",
    "MartInputs",
    "cell_files",
    "cube",
    "findings",
    "kpi_rows",
    "losses",
    "mart_inputs",
    "mart_statements",
    "marts",
    "pruning",
    "revisions",
    "store",
    "versions",
]
