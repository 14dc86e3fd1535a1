"""Ingest: one file becomes rows of the lake, and every row is accounted for."""

from kpis.ingest import faulty_rows, importer, lake, mapping_choice

__all__ = ["faulty_rows", "importer", "lake", "mapping_choice"]
