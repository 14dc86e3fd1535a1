"""Build: from the lake to marts and cube, in a new directory, shown when finished.

    lake -> current rows -> marts (Parquet by month) -> day and month cells -> checks

`builds/current` names the build that readers open; it moves in one step, so nobody
ever sees half of one. What has not changed since the build before is taken over from
it, month by month; a full build makes everything anew and says the same.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from kpis import settings, warehouse
from kpis.builds import (
    CheckError,
    Import,
    cube,
    findings,
    kpi_rows,
    marts,
    revisions,
    store,
)
from kpis.definitions import Kpi, contracts, indicators, reference_tables
from kpis.errors import UserError
from kpis.ingest import lake
from kpis.warehouse import StatementError, Warehouse, fill, identifier, literal

Progress = Callable[[float, str], None]


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
        now = store.current_id(data_dir)
        if not imports and not now:
            raise UserError(
                "There is nothing to build: no import counts. Import a file first: "
                "python -m kpis import FILE --mapping NAME."
            )
        work = _Work(data_dir, imports, is_full)
        if now and now.startswith(work.digest) and not is_full:
            return {"build": now, "is_new": False, "imports": len(imports)}
        build_id = f"{work.digest}-{store.next_number(data_dir):04d}"
        target = temporary / "build"
        target.mkdir()
        previous = store.directory(data_dir, now) if now else None
        work.make(target, temporary / "spill", build_id, previous, progress)
        target.replace(store.directory(data_dir, build_id))
        lake.write_atomically(data_dir / "builds" / "current", build_id + "\n")
        return {"build": build_id, "is_new": True, "imports": len(imports)}


class _Work:
    """One build: what it is made of, and the making of it."""

    def __init__(self, data_dir: Path, imports: list[dict], is_full: bool):
        self.data_dir = data_dir
        self.is_full = is_full
        self.imports = imports
        self.arrivals = [_arrival(one) for one in imports]
        self.reference = reference_tables.load_all(data_dir)
        fixed = marts.fixed_digest(reference_tables.counting_digest(data_dir))
        self.made_of = marts.inputs(imports, fixed)
        self.fixed = cube.fixed_digest(fixed)
        statements = sorted((settings.SQL / "marts").glob("*.sql"))
        texts = [file.read_text(encoding="utf-8") for file in statements]
        self.rules = marts.digest(self.fixed, *texts)
        self.digest = self._digest()

    def _digest(self) -> str:
        """Hash all that a build depends on: rows, statements, reference tables."""
        parts = [
            f"{one['import_id']} {one['covers_from']} {one['covers_to']}"
            for one in self.imports
        ]
        parts += [reference_tables.digest(self.data_dir)]
        parts += [kpi.digest for kpi in indicators.load().values()]
        parts += [one.digest for one in findings.load().values()]
        for made_of in self.made_of.values():
            parts += [made_of.source, *made_of.hashes.values()]
        files = sorted((settings.SQL / "checks").glob("*.sql"))
        parts += [file.read_text(encoding="utf-8") for file in files]
        return marts.digest(self.fixed, *parts)[:10]

    def make(self, target: Path, spill: Path, build_id: str, previous, progress):
        """Make the build in `target`, with what can be taken over from `previous`."""
        house = warehouse.writer(spill, str(target / "cube.duckdb"))
        try:
            before = _attach_previous(house, previous)
            known = {} if self.is_full else before
            self._describe(house, build_id)
            steps = len(kpi_rows.MARTS) + len(indicators.load()) + 1
            arrived = {one["source"] for one in self.imports}
            for done, source in enumerate(kpi_rows.MARTS):
                if source in arrived:
                    title = contracts.load(source).title.lower()
                    progress(done / steps, f"preparing {title}")
                self._write_mart(house, target, previous, source, known)
            marts.show_files(house, target)
            cube.create(house)
            plans = [
                cube.plan(
                    kpi, self.made_of, self.arrivals, self.fixed, known.get(kpi.id, {})
                )
                for kpi in _in_order()
            ]
            cube.keep(house, plans)
            for done, one in enumerate(plans, len(kpi_rows.MARTS)):
                progress(done / steps, f"counting {one.kpi.wording.title}")
                cube.count(house, one, self.arrivals)
                _remember(house, one.kpi.id, one.hashes)
            revisions.keep(house, build_id, self.rules, plans, before)
            progress((steps - 1) / steps, "comparing sources")
            self._look_for_findings(house, known)
            _check(house)
            _drop_views(house)
            if previous:
                house.run(warehouse.text("cube/detach_previous"))
            # closing would hide that the disk is full
            house.run(warehouse.text("cube/checkpoint"))
        finally:
            house.close()
        progress(1.0, "done")

    def _describe(self, house: Warehouse, build_id: str) -> None:
        """Store what the build is made of beside its cells."""
        facts = {
            "build_id": build_id,
            "is_demo": str(self.data_dir == settings.demo_dir()).lower(),
            "reference": json.dumps(reference_tables.digests(self.data_dir)),
            "rules": self.rules,
        }
        house.add_frame("facts", pd.DataFrame(facts.items(), columns=["name", "value"]))
        house.add_frame("imports", _imports_frame(self.imports))
        kpis = [
            (kpi.id, kpi.measure.kind, kpi.digest, json.dumps(kpi.header()), kpi.sql)
            for kpi in indicators.load().values()
        ]
        columns = ["id", "kind", "digest", "header", "sql"]
        house.add_frame("kpis", pd.DataFrame(kpis, columns=columns))
        house.add_frame("areas", reference_tables.areas(self.data_dir))
        house.add_frame("finding_texts", findings.described())
        for name, frame in self.reference.items():
            house.add_frame(name, frame)
        for name in ("create_inputs", "answers", "resident_spans", "area_parts"):
            house.run(warehouse.text(f"cube/{name}"))

    def _write_mart(self, house, target: Path, previous, source: str, known) -> None:
        made_of = self.made_of[source]
        kept = _same(made_of.hashes, known.get(source, {}))
        if kept:
            marts.take_over(previous, target, source, kept)
        changed = sorted(set(made_of.files) - set(kept))
        marts.write(house, self.data_dir, target, self.imports, made_of, changed)
        _remember(house, source, made_of.hashes)

    def _look_for_findings(self, house: Warehouse, known) -> None:
        house.run(warehouse.text("findings_store/create"))
        for one in findings.load().values():
            hashes = findings.plan(one, self.made_of, self.fixed)
            kept = _same(hashes, known.get(one.id, {}))
            if kept:
                house.run(
                    fill(
                        "findings_store/keep",
                        finding=literal(one.id),
                        months=warehouse.literals(kept),
                    )
                )
            findings.look(house, one, sorted(set(hashes) - set(kept)))
            _remember(house, one.id, hashes)


def _in_order() -> list[Kpi]:
    """Return what is counted, indicators of the other indicators last."""
    counted = [kpi for kpi in indicators.load().values() if kpi.sql]
    return sorted(counted, key=lambda kpi: kpi.population.stage == "after_cube")


def _same(hashes: dict[str, str], before: dict[str, str]) -> list[str]:
    """Return the months whose hash is what it was."""
    return [month for month, one in hashes.items() if before.get(month) == one]


def _arrival(one: dict) -> Import:
    """Return an import as readers of a build see it: with days instead of texts."""
    made_at = datetime.fromisoformat(one["extracted_at"])
    first, last = (
        date.fromisoformat(one[name]) if one[name] else None
        for name in ("covers_from", "covers_to")
    )
    areas = one["covers_areas"]
    return Import(
        one["import_id"],
        one["source"],
        one["file"],
        made_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date(),
        first,
        last,
        None if areas is None else frozenset(areas),
        frozenset(one["columns"]),
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
    frame["extracted_at"] = pd.to_datetime(frame["extracted_at"], utc=True)
    frame = frame.astype(columns)
    # typed, because a column of no imports at all would be one of numbers
    for name, key in (("areas", "covers_areas"), ("columns", "columns")):
        frame[name] = pd.Series([one[key] for one in imports], dtype=object)
    return frame


def _attach_previous(house: Warehouse, previous: Path | None) -> dict[str, dict]:
    """Attach the build before, and return its hashes by what they are of and month.

    A build of an earlier version of this product, which has none, gives nothing.
    """
    if previous is None:
        return {}
    cube_file = literal(str(previous / "cube.duckdb"))
    house.run(fill("cube/attach_previous", cube=cube_file))
    try:
        rows = house.tuples(warehouse.text("cube/previous_inputs"))
    except StatementError:
        return {}
    known: dict[str, dict] = {}
    for what, month, one in rows:
        known.setdefault(what, {})[month] = one
    return known


def _remember(house: Warehouse, what: str, hashes: dict[str, str]) -> None:
    values = ", ".join(
        f"({literal(what)}, {literal(month)}, {literal(one)})"
        for month, one in hashes.items()
    )
    if values:
        house.run(fill("cube/remember", values=values))


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
