"""Ingest: one file becomes rows of the lake, and every row is accounted for."""

from kpis.ingest import (
    current_rows,
    effects,
    faulty_rows,
    importer,
    lake,
    mapping_choice,
    refused_keys,
)
from kpis.ingest.lake import ImportRecord, Manifest
from kpis.ingest.row_faults import REMEDIES

__all__ = [
    "ImportRecord",
    "Manifest",
    "REMEDIES",
    "current_rows",
    "effects",
    "faulty_rows",
    "importer",
    "lake",
    "mapping_choice",
    "refused_keys",
]
