"""Faulty rows of an import: refused, or kept with a flagged value that is not used."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from kpis import warehouse
from kpis.ingest import lake
from kpis.warehouse import fill

REFUSED, FLAGGED = "refused", "flagged"


def is_kept(data_dir: Path, import_id: str, fate: str) -> bool:
    """Whether the rows are still there: those of an import may have been pruned."""
    return all(file.exists() for file in _files(data_dir, import_id, fate))


def counts(data_dir: Path, import_id: str, fate: str) -> pd.DataFrame:
    """Return how many rows of an import have each fault: rule, column_name, row_count.

    `fate` is "refused" or "flagged". A row with several faults counts for each.
    """
    return _ask(data_dir, import_id, fate, "counts")


def rows(
    data_dir: Path,
    import_id: str,
    fate: str,
    rules: Sequence[str] = (),
    limit: int | None = None,
) -> pd.DataFrame:
    """Return the faults of an import: line, rule, column_name, value, remedy.

    They are in the order of lines, of some `rules` or of all. A refused row is one
    line here, with its faults separated by "; "; a flagged one has a line for each.
    """
    most = f"limit {int(limit)}" if limit else ""
    chosen = list(rules)
    return _ask(data_dir, import_id, fate, "rows", [chosen, chosen], limit=most)


def quarantine(path: Path) -> pd.DataFrame:
    """Return a quarantine file as texts, as they are in it: it can be read again."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _ask(
    data_dir: Path,
    import_id: str,
    fate: str,
    name: str,
    values: Sequence | None = None,
    **parts: str,
) -> pd.DataFrame:
    files = warehouse.files(_files(data_dir, import_id, fate))
    faulty = fill(f"faulty/{fate}", files=files)
    query = fill(f"faulty/{name}", faulty=faulty, **parts)
    return warehouse.of_files().query(query, values)


def _files(data_dir: Path, import_id: str, fate: str) -> list[Path]:
    if fate == REFUSED:
        return [data_dir / "quarantine" / f"{import_id}.csv"]
    record = lake.read_manifest(data_dir)["imports"][import_id]
    return lake.files(data_dir, [record])
