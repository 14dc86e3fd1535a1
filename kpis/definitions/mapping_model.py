"""What a mapping may say: one system's layout, as plain values.

`docs/adding-an-export.md` teaches the format; `mappings` reads and checks it.
"""

from dataclasses import dataclass, field
from typing import Literal

from kpis.definitions.typed_toml import BY_PROGRAM

Encoding = Literal["utf-8", "utf-16", "latin-1", "windows-1252"]
ENCODINGS: dict[str, str] = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "latin-1": "latin-1",
    "windows-1252": "cp1252",
}


@dataclass(frozen=True)
class Layout:
    """How one kind of file is written."""

    delimiter: str = ","
    quote: str = '"'
    skip_lines: int = 0
    footer_lines: int = 0


@dataclass(frozen=True)
class Source:
    """How one contract column is read.

    Exactly one of column, columns, constant, expression, after (with seconds), number
    and hash is given. With `where`, `column` is read from the first row of the key for
    which that is true.
    """

    column: str = ""
    columns: tuple[str, ...] = ()
    constant: str | int | float | bool | None = None
    expression: str = ""
    after: str = ""
    number: str = ""
    hash: str = ""
    seconds: str = ""
    format: str = ""
    rolls_over_after: str = ""
    where: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    nulls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Rows that are left out on purpose, counted under `reason`."""

    reason: str
    drop: str
    says: str = ""


@dataclass(frozen=True)
class OneRow:
    """Of several rows of one thing, such as the units of an incident, one is taken.

    `key` are the export's columns that name the thing. The rows are put in `order` (an
    expression, empty values last), or else stay as they are in the file.
    """

    key: tuple[str, ...] = ()
    order: str = ""
    take: Literal["first", "last"] = "first"


@dataclass(frozen=True)
class Edition:
    """When the export was made, and what it replaces.

    `file_name` is a regular expression with the groups year, month, day, hour, minute;
    without an hour the instant is the end of the year, month or day that it names.
    `last_row` takes the end of the last day in the file. `replaces` is "rows" (one by
    one) or "period" (rows that it no longer holds retire).
    """

    file_name: str = ""
    last_row: bool = False
    replaces: Literal["rows", "period"] = "rows"


@dataclass(frozen=True)
class Covers:
    """What the export covers: the period from its file name, and which areas.

    `areas` is "all", or "present" where a file brings only the areas that it holds
    (one site's own export).
    """

    file_name: str = ""
    areas: Literal["all", "present"] = "all"


@dataclass(frozen=True)
class Mapping:
    """One layout.

    With `may_lack_columns` a column that a file has not is not provided, as if the
    mapping had no line for it; without, it is an error. `asks_for` names rules of the
    contract that bind only where a mapping asks for them. `has_typed_cells` says of a
    file that its dates are cells and not texts, so that no format applies to them.
    """

    name: str = field(metadata=BY_PROGRAM)
    title: str
    source: str
    columns: dict[str, Source]
    helpers: dict[str, Source] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    one_row: OneRow = OneRow()
    edition: Edition = Edition()
    covers: Covers = Covers()
    encoding: Encoding = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: Literal[".", ","] = "."
    header_rows_above: int = 0
    footer_rows: int = 0
    nulls: tuple[str, ...] = ()
    time_zone: str = ""
    may_lack_columns: bool = False
    asks_for: tuple[str, ...] = ()
    notes: str = ""
    has_typed_cells: bool = field(default=False, metadata=BY_PROGRAM)
    digest: str = field(default="", repr=False, metadata=BY_PROGRAM)

    @property
    def hides_numbers(self) -> bool:
        """Whether the export holds callers' numbers, which may be written nowhere."""
        return any(source.number for source in self.columns.values())

    @property
    def expressions(self) -> dict[str, str]:
        """Return every expression by the place in which it stands."""
        sources = {**self.helpers, **self.columns}
        own = {n: one.expression for n, one in sources.items() if one.expression}
        if self.one_row.order:
            own["one_row.order"] = self.one_row.order
        return own | self.conditions

    @property
    def conditions(self) -> dict[str, str]:
        """Return the expressions that are true or false, by place."""
        sources = {**self.helpers, **self.columns}
        own = {f"{n}, where": one.where for n, one in sources.items() if one.where}
        return own | {f"filter {one.reason}": one.drop for one in self.filters}

    @property
    def layout(self) -> Layout:
        """Return how the text is written."""
        return Layout(
            self.delimiter, self.quote, self.header_rows_above, self.footer_rows
        )

    @property
    def parts(self) -> "tuple[Mapping, ...]":
        """Return the mappings that are applied to a file: this one."""
        return (self,)


@dataclass(frozen=True)
class Split:
    """A layout whose rows hold several sources: each part is applied to the file."""

    name: str = field(metadata=BY_PROGRAM)
    title: str
    splits: tuple[str, ...]
    notes: str = ""
    parts: tuple[Mapping, ...] = field(default=(), metadata=BY_PROGRAM)
