"""Definitions: what contracts, mappings, indicators and reference tables may say."""

from kpis.definitions import (
    contracts,
    expressions,
    glossary,
    indicators,
    kpi_selects,
    mappings,
    reference_tables,
    sources,
    trial,
    typed_toml,
    white_space,
)
from kpis.definitions.contracts import TYPES, Column, Contract, Rule
from kpis.definitions.indicator_model import FAMILIES, KINDS, THEMES, UNITS, Kpi
from kpis.definitions.mapping_model import ENCODINGS, Layout, Mapping, Source, Split
from kpis.definitions.typed_toml import BY_PROGRAM

__all__ = [
    "BY_PROGRAM",
    "Column",
    "Contract",
    "ENCODINGS",
    "FAMILIES",
    "KINDS",
    "Kpi",
    "Layout",
    "Mapping",
    "Rule",
    "Source",
    "Split",
    "THEMES",
    "TYPES",
    "UNITS",
    "contracts",
    "expressions",
    "glossary",
    "indicators",
    "kpi_selects",
    "mappings",
    "reference_tables",
    "sources",
    "trial",
    "typed_toml",
    "white_space",
]
