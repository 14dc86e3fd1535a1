"""Marts: the lake's rows made ready for indicators, one file a month.

A month is written again only if what it is made of has changed (`mart_inputs`).
Otherwise its file is taken over from the build before.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kpis import warehouse
from kpis.builds import mart_inputs, mart_statements, store
from kpis.builds.mart_inputs import WHOLE, MartInputs
from kpis.definitions import sources
from kpis.ingest import ImportRecord, lake
from kpis.warehouse import Warehouse, fill, identifier

WRITERS = 2
GROUP_BYTES = 8 * 2**20
# a mart made of another mart reads few of its columns
GROUP_BYTES_OF_MART = 4 * GROUP_BYTES


class CheckError(RuntimeError):
    """A claim about the build does not hold: the build is not shown."""


def names(build_dir: Path) -> list[str]:
    """Return the marts of a build, which another version may have made."""
    return sorted(place.name for place in (build_dir / "marts").glob("*/"))


def files(build_dir: Path, name: str) -> list[Path]:
    """Return the files of a mart, month by month."""
    return sorted((build_dir / "marts" / name).glob("*/*.parquet"))


def take_over(previous: Path, target: Path, name: str, months: Iterable[str]) -> None:
    """Take over a mart's months from another build."""
    for month in months:
        for file in (previous / "marts" / name).glob(f"month={month}/*.parquet"):
            place = target / "marts" / name / file.parent.name / file.name
            store.share(file, place)


def write(
    db: Warehouse,
    data_dir: Path,
    target: Path,
    imports: list[ImportRecord],
    inputs: MartInputs,
    months: list[str],
) -> None:
    """Write some months of a mart; CheckError if a row was lost or doubled."""
    if sources.mart(inputs.mart).made_of:
        _write_of_mart(db, target, inputs.mart, months)
    else:
        _write_of_source(db, data_dir, target, imports, inputs, months)


def show_files(db: Warehouse, target: Path) -> None:
    """Make a view over every mart's files."""
    for name in sources.marts():
        _show(db, name, files(target, name))


def show_months(db: Warehouse, target: Path, name: str, months: Iterable[str]) -> None:
    """Make the view of a mart over the files of some months.

    A statement opens every file of a view, though it may need few of them.
    """
    wanted = {f"month={month}" for month in (*months, WHOLE)}
    every = files(target, name)
    _show(db, name, [one for one in every if one.parent.name in wanted] or every[:1])


def _show(db: Warehouse, name: str, shown: list[Path]) -> None:
    words = {"name": identifier(f"mart_{name}"), "files": warehouse.files(shown)}
    db.run(fill("results/view_of_files", **words))


def _write_of_mart(db: Warehouse, target: Path, name: str, months: list[str]) -> None:
    """Write some months of a mart from the files of the mart that it is made of."""
    other = sources.mart(name).made_of

    def held(month: str) -> list[Path]:
        place = target / "marts" / other / f"month={month}"
        return sorted(place.glob("*.parquet"))

    def write_group(group: list[str], held_files: list[Path]) -> None:
        _copy(db, name, mart_statements.rows_of_mart(name, held_files), target, group)

    sizes = {
        month: sum(file.stat().st_size for file in held(month)) for month in months
    }
    for group in _groups(sizes, GROUP_BYTES_OF_MART):
        near = {one for month in group for one in mart_inputs.neighbours(name, month)}
        held_files = [file for month in sorted(near) for file in held(month)]
        if held_files:
            write_group(group, held_files)
    if not files(target, name):
        # no call follows another: a file without rows, for its columns
        write_group([WHOLE], files(target, other)[:1])


def _write_of_source(
    db: Warehouse,
    data_dir: Path,
    target: Path,
    imports: list[ImportRecord],
    inputs: MartInputs,
    months: list[str],
) -> None:
    source = inputs.mart
    own = [record for record in imports if record["source"] == source]
    by_id = {record["import_id"]: record for record in own}

    def path(import_id: str, month: str) -> Path:
        return lake.file(data_dir, by_id[import_id], month)

    def write_group(group: list[str]) -> None:
        held = sorted({file for month in group for file in inputs.files[month]})
        may_repeat = mart_inputs.may_repeat(inputs, group, imports)
        found = [path(*file) for file in held]
        editions = mart_inputs.replacing(own, [month for _, month in held])
        refused = lake.refused_files(data_dir, editions)
        rows = mart_statements.rows_of_source(source, found, may_repeat, refused)
        # then the files hold rows of these months and of no others
        is_closed = not may_repeat and not sources.mart(source).later_months
        _write_group(db, source, rows, target, group, is_closed)

    sizes = {
        month: sum(path(*file).stat().st_size for file in inputs.files[month])
        for month in months
    }
    # DuckDB alone does not keep its processors busy with such small files
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in pool.map(write_group, _groups(sizes, GROUP_BYTES)):
            pass
    if not files(target, source):
        nothing = mart_statements.rows_of_source(source, [], False, [])
        _write_group(db, source, nothing, target, [WHOLE], is_closed=True)


def _groups(sizes: dict[str, int], most: int) -> list[list[str]]:
    """Return months to write together: many small ones, or a large one by itself."""
    groups: list[list[str]] = []
    size = 0
    for month in sorted(sizes):
        if not groups or size + sizes[month] > most:
            groups.append([])
            size = 0
        groups[-1].append(month)
        size += sizes[month]
    return groups


def _write_group(
    db: Warehouse,
    source: str,
    rows: str,
    target: Path,
    months: list[str],
    is_closed: bool,
) -> None:
    written = _copy(db, source, rows, target, months)
    count = fill("cube/count_rows", mart=warehouse.text(f"marts/{source}"))
    lost = db.query(
        fill(
            "cube/rows_are_kept",
            current=rows,
            name=identifier(f"current_{source}"),
            mart_rows=str(written) if is_closed else count,
        )
    )
    if len(lost):
        raise CheckError(
            f"{source}: the mart does not hold every current row exactly once; the "
            f"build is not shown.\n{lost.to_string(index=False)}"
        )


def _copy(db: Warehouse, name: str, rows: str, target: Path, months: list[str]) -> int:
    """Write a mart's select over `rows`, a `with` clause, and return the row count."""
    place = target / "marts" / name
    if len(months) == 1:
        place /= f"month={months[0]}"
    place.mkdir(parents=True, exist_ok=True)
    file = place / "rows.parquet" if len(months) == 1 else place
    condition = "true" if months == [WHOLE] else ""
    statement = mart_statements.copy(name, rows, months, file, condition)
    return db.tuples(statement)[0][0]
