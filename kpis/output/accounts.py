"""What happened to rows and files, as lines of text for a terminal."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from kpis.builds import pruning
from kpis.definitions import indicators
from kpis.ingest import effects, lake
from kpis.output import fault_words, import_words

IN_SUM = ("accepted", "quarantined", "duplicates", "filtered")


def of_import(account: dict[str, Any], quarantine: Path) -> Iterator[str]:
    """Yield the lines about one import: its sum, what it covers, what was wrong.

    `quarantine` is the directory of refused rows; it is named where there are some.
    """
    for warning in import_words.warnings(account):
        yield f"{account['file']}: {warning}"
    counts = " + ".join(f"{account[name]} {name}" for name in IN_SUM)
    yield (
        f"{account['file']}: {account['read']} read = {counts}; "
        f"{account['superseded']} superseded, {account['retired']} retired, "
        f"{account['flagged']} flagged"
    )
    if account["is_known"]:
        yield "  already imported; nothing changed"
    covers = "nothing by itself"
    if account["covers_from"]:
        covers = f"{account['covers_from']} to {account['covers_to']}"
    yield (
        f"  import {account['import_id']} of {account['source']}, made "
        f"{account['extracted_at']}, covers {covers}"
    )
    if account["months"]:
        yield (
            f"  adds {account['added']} rows, replaces {account['replaced']}, retires "
            f"{account['retired']}, in {', '.join(account['months'])}"
        )
    yield from _retired(account)
    for move in import_words.moves(account, indicators.load(), {}):
        yield f"  moves: {move.indicator}, {move.where}: {move.before} to {move.after}"
    if import_words.unsure(account):
        yield f"  {import_words.unsure(account)}"
    for reason, count in account["reasons"].items():
        yield f"  {reason}: {count}"
    for line in fault_words.flagged(account["flagged_values"] or ()):
        yield f"  flagged: {line}"
    file = quarantine / f"{account['import_id']}.csv"
    if account["quarantined"] and file.exists():
        yield f"  refused rows, with line and remedy: {file}"


def of_change(change: effects.Change) -> Iterator[str]:
    """Yield the lines about what withdrawing an import, or undoing it, has changed."""
    account = asdict(change)
    yield import_words.of_change(account)
    yield from _retired(account)


def _retired(account: dict[str, Any]) -> Iterator[str]:
    """Yield the lines about rows that count no more."""
    shown = account["retired_rows"]
    for row in shown:
        key = ", ".join(row["key"].values())
        yield f"  retired: {key} (import {row['import_id']}, line {row['line']})"
    if account["retired"] > len(shown):
        yield f"  retired: and {account['retired'] - len(shown)} more"


def of_imports(imports: pd.DataFrame) -> Iterator[str]:
    """Yield the lines about every import, as `lake.imports` returns them."""
    for row in imports.to_dict("records"):
        covers = "-"
        if row["covers_from"]:
            covers = f"{row['covers_from']} to {row['covers_to']}"
        yield (
            f"{row['import_id']}  {row['state']:9}  {row['source']}  {covers}  "
            f"{row['file']}"
        )
        counts = ", ".join(f"{row[name]} {name}" for name in lake.COUNTS)
        yield f"  {row['mapping']}, made {row['extracted_at']}: {counts}"
        if row["why"]:
            yield f"  {row['state']}: {row['why']}"


def of_removal(
    removal: pruning.Removal, data_dir: Path, is_dry_run: bool
) -> Iterator[str]:
    """Yield the lines about what was removed, or would be."""
    for path in removal.builds:
        yield f"build {path.name}"
    for import_id, count in Counter(path.stem for path in removal.files).items():
        yield f"import {import_id}: {count} files"
    if removal.new_build:
        yield f"build {removal.new_build} was made first, without the rows to delete"
    removed = "would be removed" if is_dry_run else "removed"
    yield (
        f"{data_dir}: {len(removal.builds)} builds and {len(removal.files)} files "
        f"{removed}, {removal.size:,} bytes"
    )
