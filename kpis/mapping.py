"""How one system's export becomes rows of a contract: `data/mappings/<name>.toml`.

`docs/adding-an-export.md` teaches the format. A mapping in the data directory's
`mappings/` takes the place of a shipped one of the same name.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kpis import contracts, expressions, settings, textfile
from kpis.contracts import Contract
from kpis.csv_records import Layout
from kpis.errors import UserError, unknown


@dataclass(frozen=True)
class Source:
    """How one contract column is read. Exactly one of the first eight is given."""

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
    codes: dict[str, str] = field(default_factory=dict)
    nulls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Rows that are left out on purpose, counted under `reason`."""

    reason: str
    drop: str
    says: str = ""


@dataclass(frozen=True)
class Edition:
    """When the export was made, and what it replaces.

    `file_name` is a regular expression with the groups year, month, day, hour, minute;
    without an hour the instant is the end of the year, month or day that it names. `last_row` takes the end of the last day in the file.
    `replaces` is "rows" (one by one) or "period" (rows that it no longer holds
    retire).
    """

    file_name: str = ""
    last_row: bool = False
    replaces: str = "rows"


@dataclass(frozen=True)
class Covers:
    """What the export covers: the period from its file name, and which areas.

    `areas` is "all", or "present" where a file brings only the areas that it holds
    (one site's own export).
    """

    file_name: str = ""
    areas: str = "all"


@dataclass(frozen=True)
class Mapping:
    """One layout."""

    name: str
    title: str
    source: str
    columns: dict[str, Source]
    helpers: dict[str, Source] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    edition: Edition = Edition()
    covers: Covers = Covers()
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str = "."
    header_rows_above: int = 0
    footer_rows: int = 0
    nulls: tuple[str, ...] = ()
    time_zone: str = ""
    notes: str = ""
    digest: str = field(default="", repr=False)

    @property
    def needs_extracted_at(self) -> bool:
        """Whether the import has to be told when the export was made."""
        return not (self.edition.file_name or self.edition.last_row)

    @property
    def layout(self) -> Layout:
        """Return how the text is written."""
        return Layout(
            self.delimiter, self.quote, self.header_rows_above, self.footer_rows
        )


def available(data_dir: Path) -> dict[str, Path]:
    """Return the file of every mapping by name, the force's own before the shipped."""
    shipped = {path.stem: path for path in settings.MAPPINGS.glob("*.toml")}
    own = {path.stem: path for path in (data_dir / "mappings").glob("*.toml")}
    return dict(sorted({**shipped, **own}.items()))


def load(name: str, data_dir: Path) -> Mapping:
    """Return a mapping by name or by path of its file, checked.

    Raises UserError, with the nearest name, for whatever in it does not exist.
    """
    known = available(data_dir)
    if name.endswith(".toml"):
        path = Path(name)
        if not path.exists():
            raise UserError(f"{name}: there is no such file.")
    elif name in known:
        path = known[name]
    else:
        raise UserError(unknown("mapping", name, known))
    raw = contracts.read_toml(path)
    mapping = _build(path, raw)
    _check(mapping, path.name)
    return mapping


def _build(path: Path, raw: dict) -> Mapping:
    file = path.name
    parts = {
        section: {
            name: contracts.build(Source, values, f"{file}, {section}.{name}")
            for name, values in raw.pop(section, {}).items()
        }
        for section in ("columns", "helpers")
    }
    for section, kind in (("edition", Edition), ("covers", Covers)):
        if section in raw:
            where = f"{file}, {section}"
            parts[section] = contracts.build(kind, raw.pop(section), where)
    parts["filters"] = tuple(
        contracts.build(Filter, one, f"{file}, filter {one.get('reason')}")
        for one in raw.pop("filters", [])
    )
    values = {"name": path.stem, "digest": _digest(path), **parts, **raw}
    return contracts.build(Mapping, values, file)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check(mapping: Mapping, file: str) -> None:
    contract = contracts.load(mapping.source)
    for name in mapping.columns:
        if name not in contract.columns:
            reason = unknown("column", name, contract.columns)
            raise UserError(f"{file}: {reason} ({mapping.source}.toml lists them.)")
    for column in contract.columns.values():
        if column.required and column.name not in mapping.columns:
            raise UserError(
                f"{file}: the contract of {mapping.source} requires {column.name}; "
                f"add a line for it under [columns]. {column.says}"
            )
    for name, source in {**mapping.helpers, **mapping.columns}.items():
        _check_source(name, source, mapping, contract, f"{file}, {name}")
    _check_words(mapping, file)


def _check_source(name, source, mapping, contract: Contract, where: str) -> None:
    ways = [
        source.column, source.columns, source.constant is not None, source.expression,
        source.after, source.number, source.hash,
    ]  # fmt: skip
    if sum(bool(way) for way in ways) != 1:
        raise UserError(
            f"{where}: say exactly one of column, columns, constant, expression, "
            "after, number, hash."
        )
    if bool(source.after) != bool(source.seconds):
        raise UserError(f"{where}: after and seconds go together.")
    known = [*mapping.helpers, *mapping.columns]
    for other in filter(None, (source.after, source.rolls_over_after)):
        if other not in known or other == name:
            raise UserError(f"{where}: {unknown('column', other, known)}")
        if known.index(other) > known.index(name):
            raise UserError(f"{where}: put {other} above {name}.")
    column = contract.columns.get(name)
    is_caller = column is not None and column.type == "caller"
    if is_caller != bool(source.number or source.hash):
        raise UserError(
            f"{where}: a caller is given as number = (a telephone or customer number, "
            "hashed at import) or hash = (a hash that the force made), and only a "
            "caller is."
        )


def _check_words(mapping: Mapping, file: str) -> None:
    choices = (
        ("encoding", mapping.encoding, textfile.ENCODINGS),
        ("replaces", mapping.edition.replaces, ("rows", "period")),
        ("areas", mapping.covers.areas, ("all", "present")),
        ("decimal", mapping.decimal, (".", ",")),
    )
    for what, given, known in choices:
        if given not in known:
            raise UserError(f"{file}: {unknown(what, given, known)}")
    for what, sign in (("delimiter", mapping.delimiter), ("quote", mapping.quote)):
        if len(sign.encode()) > 1 or (what == "delimiter" and not sign):
            raise UserError(f"{file}: {what} must be one plain character.")
    for what, pattern in (
        ("edition.file_name", mapping.edition.file_name),
        ("covers.file_name", mapping.covers.file_name),
    ):
        try:
            re.compile(pattern)
        except re.error as error:
            raise UserError(f"{file}, {what}: {error} in {pattern!r}.") from None
    if mapping.time_zone:
        clock_changes(mapping.time_zone)


def check_header(mapping: Mapping, header: list[str]) -> set[str]:
    """Return the export's columns that the mapping uses, or raise UserError."""
    used: set[str] = set()
    for name, source in {**mapping.helpers, **mapping.columns}.items():
        where = f"mapping {mapping.name}, {name}"
        named = [source.column, *source.columns, source.number, source.hash]
        for given in filter(None, [*named, source.seconds]):
            if given not in header:
                raise UserError(f"{where}: {unknown('column', given, header)}")
            used.add(given)
        if source.expression:
            used |= expressions.check(source.expression, header, where)
    for one in mapping.filters:
        where = f"mapping {mapping.name}, filter {one.reason}"
        used |= expressions.check(one.drop, header, where)
    for name in used:
        if header.count(name) > 1:
            raise UserError(
                f"mapping {mapping.name}: the column {name} stands twice in the header."
            )
    return used


def extracted_at(mapping: Mapping, file_name: str) -> datetime | None:
    """Return the instant that the file's name tells, or None.

    It is the hour and minute named, or else the end of the year, month or day, in
    the force's time zone.
    """
    found = mapping.edition.file_name and re.search(
        mapping.edition.file_name, file_name
    )
    if not found:
        return None
    parts = {name: int(value) for name, value in found.groupdict().items() if value}
    year, month, day = parts["year"], parts.get("month"), parts.get("day")
    zone = ZoneInfo(settings.TIME_ZONE)
    if day and "hour" in parts:
        minute = parts.get("minute", 0)
        return datetime(year, month, day, parts["hour"], minute, tzinfo=zone)
    if day:
        end = date(year, month, day) + timedelta(days=1)
    elif month:
        end = date(year + month // 12, month % 12 + 1, 1)
    else:
        end = date(year + 1, 1, 1)
    return datetime(end.year, end.month, end.day, tzinfo=zone)


def covered_period(mapping: Mapping, file_name: str) -> tuple[date, date] | None:
    """Return first and last day covered as the file's name tells, or None."""
    found = mapping.covers.file_name and re.search(mapping.covers.file_name, file_name)
    if not found:
        return None
    return date.fromisoformat(found["first"]), date.fromisoformat(found["last"])


def clock_changes(zone_name: str) -> tuple[list[datetime], list[datetime]]:
    """Return the local hours that do not exist and those that occur twice.

    Raises UserError for an unknown zone and for one whose clock does not change by
    whole hours, in which a local hour alone would not tell.
    """
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError):
        from zoneinfo import available_timezones

        reason = unknown("time zone", zone_name, available_timezones())
        raise UserError(f"time_zone: {reason}") from None
    missing, twice = [], []
    hour = timedelta(hours=1)
    day = datetime(1990, 1, 1)
    while day < datetime(2050, 1, 1):
        change = (day + 24 * hour).replace(tzinfo=zone).utcoffset() - day.replace(
            tzinfo=zone
        ).utcoffset()
        if change:
            if change % hour:
                raise UserError(f"time_zone: the clock of {zone_name} is not handled.")
            for moment in (day + i * hour for i in range(25)):
                early, late = (
                    moment.replace(tzinfo=zone, fold=fold).utcoffset()
                    for fold in (0, 1)
                )
                if early != late:
                    (missing if late > early else twice).append(moment)
        day += 24 * hour
    return missing, twice
