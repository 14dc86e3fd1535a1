"""Ingest: one file becomes rows of the lake, and every row is accounted for."""

from kpis.ingest import (
    accounts,
    current_rows,
    effects,
    faulty_rows,
    importer,
    lake,
    mapping_choice,
    refused_keys,
    row_faults,
)
from kpis.ingest.lake import ImportRecord, Manifest

__all__ = [
    "ImportRecord",
    "Manifest",
    "accounts",
    "current_rows",
    "effects",
    "faulty_rows",
    "importer",
    "lake",
    "mapping_choice",
    "refused_keys",
    "row_faults",
]
