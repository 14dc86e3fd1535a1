"""How one system's export becomes rows of a contract: `data/mappings/<name>.toml`.

`docs/adding-an-export.md` teaches the format. A mapping in the data directory's
`mappings/` takes the place of a shipped one of the same name.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from kpis import settings
from kpis.definitions import contracts, expressions, typed_toml, white_space
from kpis.definitions.contracts import Column, Contract
from kpis.definitions.mapping_model import Mapping, Source, Split
from kpis.errors import UserError, unknown

# Instants outside these years are slips of a keyboard, and local ones would need a
# longer list of clock changes.
FIRST_YEAR, LAST_YEAR = 1990, 2049
# what strptime of DuckDB knows, each also as %-d without leading zeros
FORMAT_SIGNS = set("aAbBcdDfgGHIjmMnpSuUVwWxXyYzZ%")
QUARANTINE_COLUMNS = (
    "quarantined_from", "quarantined_line", "byte_offset", "rules", "wrong_columns",
    "wrong_values", "what_would_be_right",
)  # fmt: skip


def available(data_dir: Path) -> dict[str, Path]:
    """Return the file of every mapping by name, the force's own before the shipped."""
    shipped = {path.stem: path for path in settings.MAPPINGS.glob("*.toml")}
    own = {path.stem: path for path in (data_dir / "mappings").glob("*.toml")}
    return dict(sorted({**shipped, **own}.items()))


def load(name: str, data_dir: Path) -> Mapping | Split:
    """Return a mapping by name or by path of its file, checked.

    Raises UserError with all that is wrong in it, with the nearest names.
    """
    path = _find(name, data_dir)
    raw = typed_toml.read(path)
    if "splits" in raw:
        return _split(path, raw, data_dir)
    return _one(path, raw)


def _find(name: str, data_dir: Path) -> Path:
    known = available(data_dir)
    if name.endswith(".toml"):
        path = Path(name)
        if not path.exists():
            raise UserError(f"{name}: there is no such file.")
        return path
    if name not in known:
        raise UserError(unknown("mapping", name, known))
    return known[name]


def _one(path: Path, raw: dict[str, Any]) -> Mapping:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    mapping = typed_toml.build(
        Mapping, raw, path.name, _faults, name=path.stem, digest=digest
    )
    return replace(
        mapping,
        columns={n: _plainly(source) for n, source in mapping.columns.items()},
        helpers={n: _plainly(source) for n, source in mapping.helpers.items()},
        one_row=replace(
            mapping.one_row, key=tuple(map(white_space.plain, mapping.one_row.key))
        ),
        nulls=tuple(map(white_space.plain, mapping.nulls)),
    )


def _plainly(source: Source) -> Source:
    """Return a source whose names and words are written as a file's are read."""
    return replace(
        source,
        column=white_space.plain(source.column),
        columns=tuple(map(white_space.plain, source.columns)),
        number=white_space.plain(source.number),
        hash=white_space.plain(source.hash),
        seconds=white_space.plain(source.seconds),
        codes={white_space.plain(k): meant for k, meant in source.codes.items()},
        nulls=tuple(map(white_space.plain, source.nulls)),
    )


def _split(path: Path, raw: dict[str, Any], data_dir: Path) -> Split:
    split = typed_toml.build(Split, raw, path.name, name=path.stem)
    parts = []
    for name in split.splits:
        try:
            file = _find(name, data_dir)
        except UserError as error:
            raise UserError(f"{path.name}, splits: {error}") from None
        part = typed_toml.read(file)
        if "splits" in part:
            raise UserError(f"{path.name}: {name} is split itself; name its parts.")
        parts.append(_one(file, part))
    sources = [part.source for part in parts]
    if not parts or len(set(sources)) < len(sources):
        raise UserError(
            f"{path.name}: name mappings under splits, each of another source; here "
            f"they are of: {', '.join(sources) or 'none'}."
        )
    return replace(split, parts=tuple(parts))


def _faults(mapping: Mapping, file: str) -> Iterator[str]:
    known = contracts.load_all()
    if mapping.source in known:
        yield from _column_faults(mapping, known[mapping.source], file)
    elif mapping.source:
        yield f"{file}: {unknown('source', mapping.source, known)}"
    reasons = [one.reason for one in mapping.filters]
    if "" in reasons or len(set(reasons)) < len(reasons):
        yield f"{file}: every filter needs a reason of its own."
    for place, expression in mapping.expressions.items():
        if expression:
            yield from expressions.faults(expression, None, f"{file}, {place}")
    yield from _one_row_faults(mapping, file)
    yield from _layout_faults(mapping, file)
    yield from _pattern_faults(mapping, file)


def _column_faults(mapping: Mapping, contract: Contract, file: str) -> Iterator[str]:
    """Say where mapping and contract do not fit together."""
    for name in mapping.columns:
        if name not in contract.columns:
            reason = unknown("column", name, contract.columns)
            yield f"{file}: {reason} ({mapping.source}.toml lists them.)"
    for column in contract.columns.values():
        if column.required and column.name not in mapping.columns:
            yield (
                f"{file}: the contract of {mapping.source} requires {column.name}; "
                f"add a line for it under [columns]. {column.says}"
            )
    kinds = dict.fromkeys(mapping.helpers, "instant")
    kinds |= {
        name: contract.columns[name].type
        for name in mapping.columns
        if name in contract.columns
    }
    for name, source in {**mapping.helpers, **mapping.columns}.items():
        if name in kinds:
            where = f"{file}, {name}"
            yield from _way_faults(source, contract.columns.get(name), where)
            yield from _time_faults(name, source, mapping, kinds, where)
    askable = [rule.name for rule in contract.rules if rule.only_where_asked]
    for name in mapping.asks_for:
        if name not in askable:
            yield f"{file}, asks_for: {unknown('rule to ask for', name, askable)}"


def _one_row_faults(mapping: Mapping, file: str) -> Iterator[str]:
    """Say what is wrong where one row is taken of several."""
    one = mapping.one_row
    is_said = bool(one.order) or one.take != "first"
    if is_said and not one.key:
        yield (
            f"{file}, one_row: name the columns of the export whose rows belong "
            'together, such as key = ["Log"].'
        )
    for name, source in {**mapping.helpers, **mapping.columns}.items():
        if not source.where:
            continue
        if not one.key:
            yield (
                f"{file}, {name}: where chooses among the rows of one key. Say under "
                "[one_row] which columns are the key."
            )
        if not source.column:
            yield f"{file}, {name}: where goes with column = and with nothing else."


def _way_faults(source: Source, column: Column | None, where: str) -> Iterator[str]:
    """Say whether a column is read in one way, and in one that fits it."""
    ways = [
        source.column, source.columns, source.constant is not None, source.expression,
        source.after, source.number, source.hash,
    ]  # fmt: skip
    if sum(bool(way) for way in ways) != 1:
        yield (
            f"{where}: say exactly one of column, columns, constant, expression, "
            "after, number, hash."
        )
    if bool(source.after) != bool(source.seconds):
        yield f"{where}: after and seconds go together."
    is_caller = column is not None and column.type == "caller"
    if is_caller != bool(source.number or source.hash):
        yield (
            f"{where}: a caller is given as number = (a telephone or customer number, "
            "hashed at import) or hash = (a hash that the force made), and only a "
            "caller is."
        )
    values = column.values if column else ()
    if values and source.constant is not None and source.constant not in values:
        yield f"{where}: {unknown('value', str(source.constant), values)}"


def _time_faults(
    name: str, source: Source, mapping: Mapping, kinds: dict[str, str], where: str
) -> Iterator[str]:
    """Say what is wrong in what only a date or time may have."""
    known = [other for other in kinds if kinds[other] == "instant"]
    for other in filter(None, (source.after, source.rolls_over_after)):
        if kinds[name] != "instant":
            yield f"{where}: only a time can follow another time."
        elif other not in known or other == name:
            yield f"{where}: {unknown('column', other, known)}"
        elif list(kinds).index(other) > list(kinds).index(name):
            yield f"{where}: put {other} above {name}."
    if not source.format:
        return
    if kinds[name] not in ("instant", "date", "month"):
        yield f"{where}: only a date, a month or a time has a format."
    for sign in re.findall("%-?(.?)", source.format):
        if sign not in FORMAT_SIGNS or not sign:
            yield f"{where}: %{sign} is not a part of a date in {source.format!r}."
    signs = set(re.findall("%-?(.)", source.format))
    if kinds[name] == "instant" and not signs & set("HIXc"):
        yield f"{where}: a time needs its clock in the format, such as %H:%M."
    if "I" in signs and not signs & set("pH"):
        yield f"{where}: %I needs %p, or use %H."
    has_zone = "%z" in source.format.lower() or mapping.time_zone
    if kinds[name] == "instant" and not has_zone:
        yield (
            f"{where}: a local time needs a zone: add time_zone, such as "
            f'time_zone = "{settings.TIME_ZONE}".'
        )


def _layout_faults(mapping: Mapping, file: str) -> Iterator[str]:
    for what, sign in (("delimiter", mapping.delimiter), ("quote", mapping.quote)):
        is_missing = what == "delimiter" and not sign
        if len(sign.encode()) > 1 or sign in ("\n", "\r") or is_missing:
            yield f"{file}: {what} must be one plain character."
    if mapping.delimiter == mapping.quote:
        yield f"{file}: delimiter and quote cannot be the same."
    for what in ("header_rows_above", "footer_rows"):
        if getattr(mapping, what) < 0:
            yield f"{file}: {what} cannot be negative."
    if mapping.time_zone:
        try:
            clock_changes(mapping.time_zone)
        except UserError as error:
            yield f"{file}, {error}"


def _pattern_faults(mapping: Mapping, file: str) -> Iterator[str]:
    for what, pattern, groups in (
        ("edition.file_name", mapping.edition.file_name, ("year",)),
        ("covers.file_name", mapping.covers.file_name, ("first", "last")),
    ):
        try:
            found = re.compile(pattern).groupindex
        except re.error as error:
            yield f"{file}, {what}: {error} in {pattern!r}."
            continue
        for group in groups:
            if pattern and group not in found:
                yield f"{file}, {what}: (?P<{group}>...) is missing."


def column_names(header: Sequence[str]) -> list[str]:
    """Return what the columns of an export are called, each by a name of its own.

    One without a name is "(column 3)", by its place; of several that differ at most in
    case, which are one to DuckDB, each is "Time (column 3)".
    """
    lower = [name.lower() for name in header]
    return [
        name
        if name and lower.count(name.lower()) == 1
        else f"{name} (column {place})".strip()
        for place, name in enumerate(header, start=1)
    ]


def for_header(mapping: Mapping, header: Sequence[str]) -> Mapping:
    """Return the mapping without the columns that this file may and does lack.

    Raises UserError where the header has strange names instead: a misspelt column
    must not become one that was never measured.
    """
    if not mapping.may_lack_columns:
        return mapping
    required = contracts.load(mapping.source).columns
    named = {
        name: one.column or one.number or one.hash
        for name, one in mapping.columns.items()
        if one.column or one.number or one.hash
    }
    lacking = {
        given: name
        for name, given in named.items()
        if given not in column_names(header) and not required[name].required
    }
    known = {"", *named.values(), *QUARANTINE_COLUMNS}
    strange = [given for given in header if given not in known]
    if lacking and strange:
        reason = unknown("column", strange[0], lacking)
        raise UserError(f"mapping {mapping.name}: {reason}")
    kept = {n: one for n, one in mapping.columns.items() if n not in lacking.values()}
    return replace(mapping, columns=kept)


def check_header(mapping: Mapping, header: Sequence[str]) -> set[str]:
    """Return the export's columns that the mapping uses, or raise UserError."""
    used: set[str] = set()
    names = column_names(header)
    for name, source in {**mapping.helpers, **mapping.columns}.items():
        where = f"mapping {mapping.name}, {name}"
        named = [source.column, *source.columns, source.number, source.hash]
        for given in filter(None, [*named, source.seconds]):
            if given not in names:
                raise UserError(f"{where}: {_not_a_column(given, names)}")
            used.add(given)
    for given in mapping.one_row.key:
        if given not in names:
            reason = _not_a_column(given, names)
            raise UserError(f"mapping {mapping.name}, one_row: {reason}")
        used.add(given)
    for place, expression in mapping.expressions.items():
        where = f"mapping {mapping.name}, {place}"
        for given in sorted(expressions.check(expression, None, where)):
            if given not in names:
                reason = _not_a_column(given, names)
                raise UserError(f"{where}: {reason} It stands in `{expression}`.")
            used.add(given)
    return used


def _not_a_column(given: str, names: Sequence[str]) -> str:
    of_one_name = re.compile(rf"{re.escape(given)} \(column \d+\)", re.IGNORECASE)
    several = [f"'{name}'" for name in names if of_one_name.fullmatch(name)]
    if several:
        return (
            f"the column {given} stands {len(several)} times in the header. Say which: "
            f"{' or '.join(several)}."
        )
    return unknown("column", given, names)


def extracted_at(mapping: Mapping, file_name: str) -> datetime | None:
    """Return the instant that the file's name tells, or None.

    It is the hour and minute named, or else the end of the year, month or day, in
    the force's time zone. Raises UserError for a name that tells no possible date.
    """
    found = mapping.edition.file_name and re.search(
        mapping.edition.file_name, file_name
    )
    if not found:
        return None
    try:
        parts = {name: int(value) for name, value in found.groupdict().items() if value}
        return _end_of(**parts)
    except (TypeError, ValueError):
        raise UserError(
            f"{file_name}: its name does not tell when the export was made as mapping "
            f"{mapping.name} expects ({found.group()!r}). Say it with --extracted-at."
        ) from None


def _end_of(
    year: int, month: int = 0, day: int = 0, hour: int | None = None, minute: int = 0
) -> datetime:
    zone = ZoneInfo(settings.TIME_ZONE)
    if day and hour is not None:
        return datetime(year, month, day, hour, minute, tzinfo=zone)
    if day:
        end = date(year, month, day) + timedelta(days=1)
    elif month:
        end = date(year, month, 1).replace(day=28) + timedelta(days=4)
        end = end.replace(day=1)
    else:
        end = date(year + 1, 1, 1)
    return datetime(end.year, end.month, end.day, tzinfo=zone)


def covered_period(mapping: Mapping, file_name: str) -> tuple[date, date] | None:
    """Return first and last day covered as the file's name tells, or None.

    Raises UserError for a name that tells no possible dates.
    """
    found = mapping.covers.file_name and re.search(mapping.covers.file_name, file_name)
    if not found:
        return None
    try:
        return date.fromisoformat(found["first"]), date.fromisoformat(found["last"])
    except (TypeError, ValueError):
        raise UserError(
            f"{file_name}: its name does not tell what the export covers as mapping "
            f"{mapping.name} expects ({found.group()!r}). Say it with --covers."
        ) from None


@cache
def clock_changes(zone_name: str) -> tuple[list[datetime], list[datetime]]:
    """Return the local hours that do not exist and those that occur twice.

    Raises UserError for an unknown zone and for one whose clock does not change by
    whole hours, in which a local hour alone would not tell.
    """
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reason = unknown("time zone", zone_name, available_timezones())
        raise UserError(f"time_zone: {reason}") from None
    missing: list[datetime] = []
    twice: list[datetime] = []
    hour = timedelta(hours=1)
    day = datetime(FIRST_YEAR, 1, 1)
    while day.year <= LAST_YEAR:
        change = _offset(day + 24 * hour, zone) - _offset(day, zone)
        if change and change % hour:
            raise UserError(f"time_zone: the clock of {zone_name} is not handled.")
        for moment in (day + i * hour for i in range(25) if change):
            early, late = (_offset(moment, zone, fold) for fold in (0, 1))
            if early != late:
                (missing if late > early else twice).append(moment)
        day += 24 * hour
    return missing, twice


def _offset(moment: datetime, zone: ZoneInfo, fold: int = 0) -> timedelta:
    return moment.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()
