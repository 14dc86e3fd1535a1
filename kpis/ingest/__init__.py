"""Ingest: one file becomes rows of the lake, and every row is accounted for."""

from kpis.ingest import importer, lake, refused_rows

__all__ = ["importer", "lake", "refused_rows"]
