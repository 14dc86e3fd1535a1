"""Definitions: what contracts, mappings, indicators and reference tables may say."""

from kpis.definitions import (
    contracts,
    expressions,
    glossary,
    indicators,
    mappings,
    reference_tables,
)
from kpis.definitions.contracts import TYPES, Column, Contract, Rule
from kpis.definitions.indicators import Kpi
from kpis.definitions.mapping_model import ENCODINGS, Layout, Mapping, Source, Split

__all__ = [
    "Column",
    "Contract",
    "ENCODINGS",
    "Kpi",
    "Layout",
    "Mapping",
    "Rule",
    "Source",
    "Split",
    "TYPES",
    "contracts",
    "expressions",
    "glossary",
    "indicators",
    "mappings",
    "reference_tables",
]
