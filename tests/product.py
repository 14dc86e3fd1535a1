"""A copy of the product's definitions, in force during a test that may change it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kpis import settings, warehouse
from kpis.builds import findings
from kpis.definitions import contracts, indicators, reference_contracts, sources

# what is read once and kept
KEPT: tuple[Callable, ...] = (
    contracts.load_all,
    findings.load,
    indicators.load,
    reference_contracts.tables,
    reference_contracts._rows,
    sources.marts,
    warehouse.text,
)


class Product:
    """The copy: `data/` and `sql/` below `root`."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch):
        self.root = root
        for name in ("data/contracts", "data/mappings", "data/reference", "sql"):
            shutil.copytree(settings.PROJECT / name, root / name)
        monkeypatch.setattr(settings, "SQL", root / "sql")
        monkeypatch.setattr(settings, "CONTRACTS", root / "data" / "contracts")
        monkeypatch.setattr(settings, "MAPPINGS", root / "data" / "mappings")
        monkeypatch.setattr(settings, "REFERENCE", root / "data" / "reference")
        self.forget()

    def forget(self) -> None:
        """Have every definition read again."""
        for load in KEPT:
            load.cache_clear()

    def write(self, name: str, text: str) -> None:
        """Write a file, such as "sql/marts/calls.sql"."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.forget()

    def change(self, name: str, before: str, after: str) -> None:
        """Replace a text that occurs in a file."""
        text = (self.root / name).read_text(encoding="utf-8")
        assert before in text
        self.write(name, text.replace(before, after, 1))

    def remove(self, name: str) -> None:
        """Delete a file."""
        (self.root / name).unlink()
        self.forget()
