"""One file on its way into the lake: what was said of it, and what is known so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from kpis.definitions import Contract, Mapping
from kpis.ingest.caller_key import CallerKey
from kpis.warehouse import literal

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Request:
    """What the user said about a file beside its mapping."""

    extracted_at: datetime | None = None
    covers: tuple[date, date] | None = None
    is_dry_run: bool = False
    file_name: str = ""


@dataclass
class Job:
    """One file, read through one mapping.

    `is_known` says that the lake holds it already, with `account` as it was.
    """

    path: Path
    name: str
    contract: Contract
    layout: Mapping
    request: Request
    data_dir: Path
    temporary: Path
    progress: Progress
    sha256: str
    import_id: str = ""
    is_known: bool = False
    staged_in: Path = Path()
    spellings: pd.DataFrame = field(default_factory=pd.DataFrame)
    lines: dict[str, str] = field(default_factory=dict)
    is_mended: bool = False
    extracted_at: datetime | None = None
    covers: tuple[date, date] | None = None
    key: CallerKey | None = None
    account: dict = field(default_factory=dict)

    @property
    def staged(self) -> str:
        """Return SQL for the files that hold this file's rows by fate and month."""
        return literal(str(self.staged_in / "**" / "*.parquet"))

    @property
    def months(self) -> list[str]:
        """Return the months of the rows that go into the lake."""
        accepted = (self.staged_in / "fate=accepted").glob("part=*")
        return sorted(path.name.removeprefix("part=") for path in accepted)
