"""Build: from the lake to marts and cube, in a new directory, shown when finished.

    lake -> current rows -> marts (Parquet by month) -> day and month cells -> checks

`builds/current` names the build that readers open; it moves in one step, so nobody
ever sees half of one.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from kpis import contracts, lake, reference, registry, rowsource, settings, warehouse
from kpis.contracts import TYPES, Contract
from kpis.errors import UserError
from kpis.warehouse import Warehouse, fill, identifier, literal, literals

Progress = Callable[[float, str], None]
REFERENCE_TABLES = ("bocu", "bocu_spelling", "site", "standards")


class CheckError(RuntimeError):
    """A claim about the build does not hold: the build is not shown."""


def current_id(data_dir: Path) -> str | None:
    """Return the id of the build in use, or None before the first."""
    pointer = data_dir / "builds" / "current"
    return pointer.read_text(encoding="utf-8").strip() if pointer.exists() else None


def directory(data_dir: Path, build_id: str) -> Path:
    """Return where a build lies."""
    return data_dir / "builds" / build_id


def build(
    data_dir: Path,
    is_full: bool = False,
    progress: Progress = lambda share, step: None,
) -> dict:
    """Build what the manifest lists now, and return what was built.

    Nothing is done where the current build has the same inputs, unless `is_full`.
    Raises UserError without any import, CheckError where a claim does not hold.
    """
    with lake.writing(data_dir) as temporary:
        imports = lake.current(lake.read_manifest(data_dir))
        if not imports and not current_id(data_dir):
            raise UserError(
                "There is nothing to build: no import counts. Import a file first: "
                "python -m kpis import FILE --mapping NAME."
            )
        digest = _digest(data_dir, imports)
        now = current_id(data_dir)
        if now and now.startswith(digest) and not is_full:
            return {"build": now, "is_new": False, "imports": len(imports)}
        build_id = f"{digest}-{_next_number(data_dir):04d}"
        target = temporary / "build"
        target.mkdir()
        _make(data_dir, imports, target, temporary / "spill", build_id, progress)
        target.replace(directory(data_dir, build_id))
        lake.write_atomically(data_dir / "builds" / "current", build_id + "\n")
        return {"build": build_id, "is_new": True, "imports": len(imports)}


def _digest(data_dir: Path, imports: list[dict]) -> str:
    """Hash all that a build depends on: rows, statements, reference tables, DuckDB."""
    parts = [one["import_id"] for one in imports]
    parts += [kpi.digest for kpi in registry.load().values()]
    for folder in ("staging", "marts", "cube", "checks", "results"):
        parts += [
            file.read_text() for file in sorted((settings.SQL / folder).glob("*"))
        ]
    for name in REFERENCE_TABLES:
        parts.append(reference.path(name, data_dir).read_text(encoding="utf-8"))
    parts.append(warehouse.version())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


def _next_number(data_dir: Path) -> int:
    (data_dir / "builds").mkdir(parents=True, exist_ok=True)
    names = [path.name for path in (data_dir / "builds").iterdir() if path.is_dir()]
    return max((int(name.rsplit("-", 1)[1]) for name in names), default=0) + 1


def _make(data_dir, imports, target: Path, spill: Path, build_id, progress) -> None:
    house = warehouse.writer(spill, str(target / "cube.duckdb"))
    try:
        _describe(house, data_dir, imports, build_id)
        for source, contract in contracts.load_all().items():
            own = [one for one in imports if one["source"] == source]
            _stage(house, contract, lake.files(data_dir, own))
        steps = len(rowsource.MARTS) + len(registry.load())
        for done, source in enumerate(rowsource.MARTS):
            progress(done / steps, f"preparing {source}")
            _write_mart(house, source, target)
        for name in ("day_cells", "day_values", "published"):
            house.run(warehouse.text(f"cube/create_{name}"))
        for done, kpi in enumerate(registry.load().values(), len(rowsource.MARTS)):
            progress(done / steps, f"counting {kpi.title}")
            _count(house, kpi, imports)
        house.run(warehouse.text("cube/month_cells"))
        house.run(warehouse.text("cube/month_values"))
        _check(house)
        _drop_views(house)
    finally:
        house.close()
    progress(1.0, "done")


def _describe(house: Warehouse, data_dir: Path, imports, build_id: str) -> None:
    """Store what the build is made of beside its cells."""
    is_demo = data_dir == settings.demo_dir()
    facts = {"build_id": build_id, "is_demo": str(is_demo).lower()}
    house.add_frame("facts", pd.DataFrame(facts.items(), columns=["name", "value"]))
    house.add_frame("imports", _imports_frame(imports))
    kpis = [
        (kpi.id, kpi.kind, kpi.digest, json.dumps(kpi.header()), kpi.sql)
        for kpi in registry.load().values()
    ]
    columns = ["id", "kind", "digest", "header", "sql"]
    house.add_frame("kpis", pd.DataFrame(kpis, columns=columns))
    house.add_frame("areas", reference.areas(data_dir))
    house.run(
        fill(
            "cube/standards",
            file=literal(str(reference.path("standards", data_dir))),
        )
    )


def _imports_frame(imports: list[dict]) -> pd.DataFrame:
    columns = {
        "import_id": "str", "source": "str", "mapping": "str", "file": "str",
        "replaces": "str", "extracted_at": "datetime64[us, UTC]",
        "covers_from": "datetime64[us]", "covers_to": "datetime64[us]",
    }  # fmt: skip
    frame = pd.DataFrame(
        [{name: one[name] for name in columns} for one in imports],
        columns=list(columns),
    )
    for name in ("extracted_at",):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    frame = frame.astype(columns)
    # typed, because a column of no imports at all would be one of numbers
    for name, key in (("areas", "covers_areas"), ("columns", "columns")):
        frame[name] = pd.Series([one[key] for one in imports], dtype=object)
    return frame


def _stage(house: Warehouse, contract: Contract, files: list[Path]) -> None:
    view = identifier(f"lake_{contract.source}")
    if files:
        listed = literals(str(file) for file in files)
        house.run(fill("staging/lake", lake=view, files=listed))
    else:
        types = {name: TYPES[one.type] for name, one in contract.columns.items()}
        types |= {
            "import_id": "varchar", "line": "bigint", "extracted_at": "timestamptz",
        }  # fmt: skip
        columns = ", ".join(
            f"null::{kind} as {identifier(name)}" for name, kind in types.items()
        )
        house.run(fill("staging/no_rows", lake=view, columns=columns))
    house.run(
        fill(
            "staging/current",
            current=identifier(f"current_{contract.source}"),
            lake=view,
            happened=identifier(contract.happened),
            area=identifier(contract.area),
            key=", ".join(identifier(name) for name in contract.key),
        )
    )


def _write_mart(house: Warehouse, source: str, target: Path) -> None:
    place = target / "marts" / source
    place.mkdir(parents=True)
    on_date, area = rowsource.MARTS[source]
    mart = warehouse.text(f"marts/{source}")
    house.run(
        fill(
            "cube/mart",
            mart=mart,
            on_date=identifier(on_date),
            area=identifier(area),
            target=literal(str(place)),
        )
    )
    files = mart_files(target, source)
    if not files:
        empty = place / "no_month" / "empty.parquet"
        empty.parent.mkdir()
        house.run(fill("cube/empty_mart", mart=mart, target=literal(str(empty))))
        files = [empty]
    house.run(
        fill(
            "results/view_of_files",
            name=identifier(f"mart_{source}"),
            files=literals(str(file) for file in files),
        )
    )


def mart_files(build_dir: Path, source: str) -> list[Path]:
    """Return the files of a mart, month by month."""
    return sorted((build_dir / "marts" / source).glob("*/*.parquet"))


def _count(house: Warehouse, kpi: registry.Kpi, imports: list[dict]) -> None:
    table = "day_values" if kpi.kind == "median" else "day_cells"
    if kpi.stage == "published":
        table = "published"
    rows = rowsource.rows(kpi, imports)
    house.run(fill(f"cube/{table}", rows=rows, kpi=literal(kpi.id)))


def _check(house: Warehouse) -> None:
    for path in sorted((settings.SQL / "checks").glob("*.sql")):
        found = house.query(warehouse.text(f"checks/{path.stem}"))
        if len(found):
            raise CheckError(
                f"{path.stem} does not hold; the build is not shown.\n"
                f"{found.head(10).to_string(index=False)}"
            )


def _drop_views(house: Warehouse) -> None:
    """Leave only tables: the views name files by paths that may move."""
    for (name,) in house.tuples(warehouse.text("cube/views")):
        house.run(fill("cube/drop_view", name=identifier(name)))
