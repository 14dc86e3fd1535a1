"""Marts: the lake's rows made ready for indicators, kept by month.

A month is written anew only when what it is made of has changed: the files that may
hold its rows, the editions that replace them, the statements, the reference tables.
Otherwise its file is taken over from the build before.
"""

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kpis import periods, settings, warehouse
from kpis.builds.kpi_rows import MARTS
from kpis.definitions import TYPES, contracts
from kpis.ingest import lake
from kpis.warehouse import Warehouse, fill, identifier, literal, literals

WHOLE = "all"
WRITERS = 2
GROUP_BYTES = 8 * 2**20
# a mart made of another reads few of its columns
GROUP_BYTES_OF_MART = 4 * GROUP_BYTES


class CheckError(RuntimeError):
    """A claim about the build does not hold: the build is not shown."""


@dataclass(frozen=True)
class Inputs:
    """What the months of a mart are made of.

    `files` are, by month, the (import, month of the lake) whose rows may belong to it;
    `hashes` name all that a month depends on.
    """

    source: str
    files: dict[str, frozenset[tuple[str, str]]]
    hashes: dict[str, str]


def inputs(imports: list[dict], fixed: str) -> dict[str, Inputs]:
    """Return what the months of every mart are made of.

    `imports` are the manifest's current imports; `fixed` is a hash of what every month
    depends on, such as reference tables.
    """
    made_of: dict[str, Inputs] = {}
    for name, mart in MARTS.items():
        if mart.made_of:
            made_of[name] = _inputs_of_mart(name, made_of[mart.made_of], fixed)
        else:
            made_of[name] = _inputs_of_source(name, imports, fixed)
    return made_of


def _inputs_of_mart(name: str, other: Inputs, fixed: str) -> Inputs:
    """Return what the months of a mart are made of whose rows are another mart's."""
    hashes = {
        month: digest(
            fixed,
            warehouse.text(f"marts/{name}"),
            *(other.hashes.get(one, "") for one in _around(name, month)),
        )
        for month in other.files
    }
    return Inputs(name, other.files, hashes)


def _around(name: str, month: str) -> list[str]:
    """Return the months of the other mart that a month of a mart is made of."""
    mart = MARTS[name]
    return [
        _month(periods.add_months(_first(month), away))
        for away in range(-mart.months_before, mart.months_after + 1)
    ]


def _inputs_of_source(source: str, imports: list[dict], fixed: str) -> Inputs:
    own = [one for one in imports if one["source"] == source]
    held: dict[str, set[tuple[str, str]]] = {}
    for one in own:
        for month in one["months"]:
            held.setdefault(month, set()).add((one["import_id"], month))
    linked = _linked(own)
    mart = MARTS[source]
    files: dict[str, frozenset] = {}
    for month in _mart_months(held, mart.later_months):
        window = set(held) if mart.is_whole else _window(month, mart.later_months)
        window |= {other for one in window for other in linked.get(one, ())}
        files[WHOLE if mart.is_whole else month] = frozenset().union(
            *(held.get(one, ()) for one in window)
        )
    statements = [warehouse.text(f"marts/{source}"), contracts.load(source).digest]
    hashes = {
        month: digest(fixed, *statements, *sorted(map(str, found)), *_replacing(own))
        for month, found in files.items()
    }
    return Inputs(source, files, hashes)


def digest(*parts: str) -> str:
    """Return a short hash of texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def _linked(imports: list[dict]) -> dict[str, set[str]]:
    """Return the months that hold versions of the same keys."""
    linked: dict[str, set[str]] = {}
    for one in imports:
        for month, other in _moved(one, imports):
            linked.setdefault(month, set()).add(other)
            linked.setdefault(other, set()).add(month)
    return linked


def _moved(one: dict, imports: list[dict]) -> list[tuple[str, str]]:
    """Return the pairs of months in which an import and others hold the same key.

    Imports of the first version of this product were not asked: it may be any.
    """
    if "moved_months" in one:
        return one["moved_months"]
    held = {month for other in imports for month in other["months"]}
    return [(month, other) for month in one["months"] for other in held - {month}]


def _replacing(imports: list[dict]) -> list[str]:
    """Return the editions before which older rows of their period give way."""
    return [
        f"{one['import_id']} {one['covers_from']} {one['covers_to']}"
        for one in imports
        if one["replaces"] == "period"
    ]


def _mart_months(held: dict, later_months: int) -> list[str]:
    months = {
        _month(periods.add_months(_first(month), -back))
        for month in held
        for back in range(later_months + 1)
    }
    return sorted(months)


def _window(month: str, later_months: int) -> set[str]:
    return {
        _month(periods.add_months(_first(month), later))
        for later in range(later_months + 1)
    }


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _month(first: date) -> str:
    return f"{first:%Y-%m}"


def span(month: str) -> periods.Period:
    """Return first and last day of a mart's month, or of all time."""
    if month == WHOLE:
        return periods.FIRST_DAY, periods.LAST_DAY
    return _first(month), periods.end_of_month(_first(month))


def files(build_dir: Path, source: str) -> list[Path]:
    """Return the files of a mart, month by month."""
    return sorted((build_dir / "marts" / source).glob("*/*.parquet"))


def take_over(previous: Path, target: Path, source: str, months: list[str]) -> None:
    """Take a mart's months over from another build.

    The files are never changed, so both builds may have the same one.
    """
    for month in months:
        for file in (previous / "marts" / source).glob(f"month={month}/*.parquet"):
            place = target / "marts" / source / file.parent.name / file.name
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(file, place)
            except OSError:
                # some file systems have no links
                shutil.copyfile(file, place)


def write(
    house: Warehouse,
    data_dir: Path,
    target: Path,
    imports: list[dict],
    made_of: Inputs,
    months: list[str],
) -> None:
    """Write some months of a mart; CheckError where a row got lost or doubled."""
    if MARTS[made_of.source].made_of:
        _write_of_mart(house, target, made_of.source, months)
    else:
        _write_of_source(house, data_dir, target, imports, made_of, months)


def _write_of_mart(
    house: Warehouse, target: Path, name: str, months: list[str]
) -> None:
    """Write some months of a mart from the files of the mart whose rows it has."""
    other = MARTS[name].made_of

    def found(month: str) -> list[Path]:
        place = target / "marts" / other / f"month={month}"
        return sorted(place.glob("*.parquet"))

    def write_group(group: list[str], held: list[Path]) -> None:
        listed = literals(str(file) for file in held)
        rows = fill("staging/mart", mart=identifier(other), files=listed)
        _copy(house, name, rows, target, group)

    sizes = {one: sum(file.stat().st_size for file in found(one)) for one in months}
    for group in _groups(sizes, GROUP_BYTES_OF_MART):
        around = {one for month in group for one in _around(name, month)}
        held = [file for month in sorted(around) for file in found(month)]
        if held:
            write_group(group, held)
    if not files(target, name):
        # no call follows another: a file without rows, for its columns
        write_group([WHOLE], files(target, other)[:1])


def _write_of_source(
    house: Warehouse,
    data_dir: Path,
    target: Path,
    imports: list[dict],
    made_of: Inputs,
    months: list[str],
) -> None:
    source = made_of.source
    by_id = {one["import_id"]: one for one in imports}

    def path(import_id: str, month: str) -> Path:
        return lake.file(data_dir, by_id[import_id], month)

    def write_group(group: list[str]) -> None:
        held = sorted(frozenset().union(*(made_of.files[month] for month in group)))
        found = [path(*one) for one in held]
        may_repeat = _may_repeat(made_of, group, imports)
        current = _current(source, found, may_repeat)
        # then the files hold rows of these months and of no others
        is_closed = not may_repeat and not MARTS[source].later_months
        _write_group(house, source, current, target, group, is_closed)

    sizes = {
        month: sum(path(*one).stat().st_size for one in made_of.files[month])
        for month in months
    }
    # DuckDB alone does not keep its processors busy with so small files
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in pool.map(write_group, _groups(sizes, GROUP_BYTES)):
            pass
    if not files(target, source):
        nothing = _current(source, [], False)
        _write_group(house, source, nothing, target, [WHOLE], True)


def _groups(sizes: dict[str, int], most: int) -> list[list[str]]:
    """Return months to be written together: many small ones, or a great one alone."""
    groups: list[list[str]] = []
    size = 0
    for month in sorted(sizes):
        if not groups or size + sizes[month] > most:
            groups.append([])
            size = 0
        groups[-1].append(month)
        size += sizes[month]
    return groups


def _may_repeat(made_of: Inputs, months: list[str], imports: list[dict]) -> bool:
    """Whether a key may occur twice among the files of some months.

    One import holds a key once; keys that several imports hold link their months.
    """
    own = [one for one in imports if one["source"] == made_of.source]
    if any(_moved(one, own) for one in own) or _replacing(own):
        return True
    held = frozenset().union(*(made_of.files[month] for month in months))
    return len(held) > len({lake_month for _, lake_month in held})


def _current(source: str, found: list[Path], may_repeat: bool) -> str:
    """Return the `with` clause of a source's current rows among some files."""
    contract = contracts.load(source)
    types = {name: TYPES[one.type] for name, one in contract.columns.items()}
    types |= {"import_id": "varchar", "line": "bigint", "extracted_at": "timestamptz"}
    columns = ", ".join(
        f"null::{kind} as {identifier(name)}" for name, kind in types.items()
    )
    # the columns of today, though a file may be older than one of them
    lake_rows = fill("staging/no_rows", columns=columns)
    if found:
        lake_rows = fill(
            "staging/lake",
            names=", ".join(identifier(name) for name in types),
            no_rows=lake_rows,
            files=literals(str(file) for file in found),
        )
    return fill(
        "staging/current" if may_repeat else "staging/all_current",
        lake_rows=lake_rows,
        current=identifier(f"current_{source}"),
        happened=identifier(contract.happened),
        area=identifier(contract.area),
        key=", ".join(identifier(name) for name in contract.key),
    )


def _write_group(
    house: Warehouse,
    source: str,
    current: str,
    target: Path,
    months: list[str],
    is_closed: bool,
) -> None:
    mart = warehouse.text(f"marts/{source}")
    written = _copy(house, source, current, target, months)
    lost = house.query(
        fill(
            "cube/rows_are_kept",
            current=current,
            name=identifier(f"current_{source}"),
            mart_rows=str(written) if is_closed else fill("cube/count_rows", mart=mart),
        )
    )
    if len(lost):
        raise CheckError(
            f"{source}: not every current row stands once in the mart; the build is "
            f"not shown.\n{lost.to_string(index=False)}"
        )


def _copy(
    house: Warehouse, name: str, rows: str, target: Path, months: list[str]
) -> int:
    """Write a mart's select over `rows`, a `with` clause, and return the row count."""
    is_one = len(months) == 1
    place = target / "marts" / name
    if is_one:
        place /= f"month={months[0]}"
    place.mkdir(parents=True, exist_ok=True)
    month_of = f"strftime({identifier(MARTS[name].on_date)}, '%Y-%m')"
    is_in = "true" if months == [WHOLE] else f"{month_of} in ({literals(months)})"
    return house.tuples(
        fill(
            "cube/mart" if is_one else "cube/mart_months",
            current=rows,
            mart=warehouse.text(f"marts/{name}"),
            month=month_of,
            condition=is_in,
            target=literal(str(place / "rows.parquet" if is_one else place)),
        )
    )[0][0]


def show_files(house: Warehouse, target: Path) -> None:
    """Make a view of every mart's files."""
    for source in MARTS:
        house.run(
            fill(
                "results/view_of_files",
                name=identifier(f"mart_{source}"),
                files=literals(str(file) for file in files(target, source)),
            )
        )


def fixed_digest(reference_digest: str) -> str:
    """Return the hash of what every month of every mart, cell and finding depends on.

    The programs that fill in the statements are among it.
    """
    programs = [
        *(
            Path(__file__).with_name(f"{name}.py")
            for name in ("cube", "findings", "kpi_rows", "marts")
        ),
        settings.PROJECT / "kpis" / "pipeline.py",
    ]
    statements = [
        file
        for pattern in ("staging/*", "macros/*", "cube/*", "findings_store/*")
        for file in sorted(settings.SQL.glob(f"{pattern}.sql"))
    ]
    texts = [file.read_text(encoding="utf-8") for file in (*programs, *statements)]
    return digest(warehouse.version(), reference_digest, *texts)
