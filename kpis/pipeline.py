"""The build: from the lake to figures, in a new directory, shown when it is finished.

`STEPS` is the pipeline. What has not changed since the build before is taken over from
it, month by month; a full build makes everything again and gives the same figures.
`builds/current` names the build that readers open. It moves in one step, so no one ever
sees half of a build.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from kpis import settings, warehouse
from kpis.builds import (
    CellFiles,
    CellPlan,
    CheckError,
    Import,
    MartInputs,
    cell_files,
    cube,
    findings,
    losses,
    mart_inputs,
    marts,
    revisions,
    store,
    versions,
)
from kpis.definitions import Kpi, contracts, indicators, reference_tables
from kpis.errors import UserError
from kpis.ingest import ImportRecord, current_rows, lake
from kpis.warehouse import StatementError, Warehouse, fill, identifier, literal

Progress = Callable[[float, str], None]
Hashes = dict[str, dict[str, str]]
# tables made of reference tables, which marts and cells use
SUPPORTING_TABLES = ("cube/answers", "cube/resident_spans", "cube/area_parts")


@dataclass(frozen=True)
class Built:
    """What `build` did: the id of the build, whether it is new, how many imports."""

    build: str
    is_new: bool
    imports: int


@dataclass(frozen=True)
class Plan:
    """What a build is made of.

    `shared` is a hash of what every month of every figure depends on; `rules` of all
    that figures depend on but data and definitions; `digest` of everything.
    """

    data_dir: Path
    imports: list[ImportRecord]
    arrivals: list[Import]
    inputs: dict[str, MartInputs]
    shared: str
    rules: str
    digest: str


@dataclass(frozen=True)
class Draft:
    """A build in the making.

    `before` has the hashes of the build before, by what they belong to and month;
    `known` those whose months may be taken over: none in a full build. `cells` and
    `files` are filled in by `count_cells`.
    """

    plan: Plan
    build_id: str
    target: Path
    previous: Path | None
    db: Warehouse
    before: Hashes
    known: Hashes
    cells: tuple[CellPlan, ...] = ()
    files: CellFiles = CellFiles()


def build(
    data_dir: Path,
    is_full: bool = False,
    progress: Progress = lambda share, step: None,
) -> Built:
    """Build what the manifest lists now.

    Does nothing if the current build has the same inputs, unless `is_full`. Raises
    UserError if there is no import, CheckError if a claim about the build is wrong.
    """
    with lake.writing(data_dir) as temporary:
        plan, now = plan_of(data_dir), store.current_id(data_dir)
        if not plan.imports and not now:
            raise UserError(
                "There is nothing to build: no import counts. Import a file first: "
                "python -m kpis import FILE --mapping NAME."
            )
        previous = store.directory(data_dir, now) if now else None
        if previous is None or store.damage(previous):
            # nothing is taken over from it, but revisions from one that can be read
            previous, is_full = store.newest_readable(data_dir), True
        if now and now.startswith(plan.digest) and not is_full:
            return Built(now, False, len(plan.imports))
        draft = begin(plan, temporary, previous, is_full)
        try:
            for step, within in zip(STEPS, _parts_of(progress), strict=True):
                draft = step.run(draft, within)
        finally:
            draft.db.close()
        progress(1.0, "done")
        return Built(draft.build_id, True, len(plan.imports))


def plan_of(data_dir: Path) -> Plan:
    """Return what a build of the data directory is made of now."""
    imports = lake.current(lake.read_manifest(data_dir))
    reference = reference_tables.counting_digest(data_dir)
    tables = versions.of_statements(*map(warehouse.text, SUPPORTING_TABLES))
    clock = versions.of_statements(warehouse.text("import/use_local_time"))
    shared = versions.digest(warehouse.version(), clock, reference, tables)
    inputs = mart_inputs.of_imports(imports, shared)
    counting = versions.of_statements(*cube.templates())
    rules = versions.digest(
        shared, *(mart.version for mart in inputs.values()), counting
    )
    return Plan(
        data_dir,
        imports,
        [_import(record) for record in imports],
        inputs,
        shared,
        rules,
        _digest(data_dir, imports, inputs, rules),
    )


def _digest(
    data_dir: Path,
    imports: list[ImportRecord],
    inputs: dict[str, MartInputs],
    rules: str,
) -> str:
    """Hash all that a build shows or depends on."""
    parts = [
        rules,
        *(
            f"{one['import_id']} {one['covers_from']} {one['covers_to']} "
            f"{one.get('holes', [])}"
            for one in imports
        ),
        reference_tables.digest(data_dir),
        # their texts are shown, and their statements are filled in with other texts
        *(kpi.digest for kpi in indicators.load().values()),
        *(cube.version_of(kpi) for kpi in _in_order()),
        *(finding.digest for finding in findings.load().values()),
        *(findings.version_of(finding) for finding in findings.load().values()),
        *(digest for made_of in inputs.values() for digest in made_of.hashes.values()),
        versions.of_statements(
            *losses.templates(),
            warehouse.text("cube/rows_are_kept"),
        ),
        _version_of_claims(),
    ]
    return versions.digest(*parts)[:10]


def begin(plan: Plan, temporary: Path, previous: Path | None, is_full: bool) -> Draft:
    """Open an empty build next to the one before, if there is one."""
    target = temporary / "build"
    target.mkdir()
    db = warehouse.writer(temporary / "spill", str(target / store.CUBE))
    before = _attach_previous(db, previous)
    build_id = f"{plan.digest}-{store.next_number(plan.data_dir):04d}"
    known = {} if is_full else before
    return Draft(plan, build_id, target, previous, db, before, known)


def describe(draft: Draft, progress: Progress) -> Draft:
    """Store what the build is made of: imports, indicators, reference tables."""
    progress(0.0, "reading definitions")
    db, plan = draft.db, draft.plan
    facts = {
        "build_id": draft.build_id,
        "is_demo": str(plan.data_dir == settings.demo_dir()).lower(),
        "reference": json.dumps(reference_tables.digests(plan.data_dir)),
        "rules": plan.rules,
    }
    db.add_frame("facts", pd.DataFrame(facts.items(), columns=["name", "value"]))
    db.add_frame("imports", current_rows.imports_frame(plan.imports))
    kpis = [
        (kpi.id, kpi.measure.kind, kpi.digest, json.dumps(kpi.header()), kpi.sql)
        for kpi in indicators.load().values()
    ]
    columns = ["id", "kind", "digest", "header", "sql"]
    db.add_frame("kpis", pd.DataFrame(kpis, columns=columns))
    db.add_frame("areas", reference_tables.areas(plan.data_dir))
    db.add_frame("finding_texts", findings.described())
    for name, frame in reference_tables.load_all(plan.data_dir).items():
        db.add_frame(name, frame)
    for name in ("cube/create_inputs", *SUPPORTING_TABLES):
        db.run(warehouse.text(name))
    return draft


def write_marts(draft: Draft, progress: Progress) -> Draft:
    """Take over the marts' unchanged months and write the others."""
    plan = draft.plan
    arrived = {record["source"] for record in plan.imports}
    for place, (name, inputs) in enumerate(plan.inputs.items()):
        if name in arrived:
            title = contracts.load(name).title.lower()
            progress(place / len(plan.inputs), f"preparing {title}")
        kept = _same(inputs.hashes, draft.known.get(name, {}))
        if kept and draft.previous:
            marts.take_over(draft.previous, draft.target, name, kept)
        changed = sorted(set(inputs.files) - set(kept))
        marts.write(
            draft.db, plan.data_dir, draft.target, plan.imports, inputs, changed
        )
    marts.show_files(draft.db, draft.target)
    _remember(draft.db, {name: one.hashes for name, one in plan.inputs.items()})
    return draft


def count_losses(draft: Draft, progress: Progress) -> Draft:
    """Count the rows that could not be read, in the months that have changed."""
    progress(0.0, "counting what could not be read")
    db, plan = draft.db, draft.plan
    losses.create(db, plan.imports)
    for name in {record["source"]: None for record in plan.imports}:
        inputs = plan.inputs[name]
        for what, hashes in losses.plan(inputs, plan.imports).items():
            kept = _same(hashes, draft.known.get(what, {}))
            losses.keep(db, what, kept)
            changed = sorted(set(hashes) - set(kept))
            losses.count(db, plan.data_dir, plan.imports, inputs, what, changed)
            _remember(db, {what: hashes})
    return draft


def count_cells(draft: Draft, progress: Progress) -> Draft:
    """Take over the cells of unchanged months and count the others."""
    db, plan = draft.db, draft.plan
    cells = tuple(
        cube.plan(
            kpi, plan.inputs, plan.arrivals, plan.shared, draft.known.get(kpi.id, {})
        )
        for kpi in _in_order()
    )
    known = draft.known.get(cell_files.INPUTS, {})
    files = cell_files.plan(cells, _version_of_claims(), known)
    cell_files.begin(db, files, draft.target, draft.previous)
    cube.keep_published(db, cells)
    for place, of_kpi in enumerate(cells):
        progress(place / len(cells), f"counting {of_kpi.kpi.wording.title}")
        if of_kpi.kpi.population.stage == "after_cube":
            cell_files.part(db, files)
        cube.count(db, of_kpi, plan.arrivals, files.place(of_kpi))
    cell_files.part(db, files)
    hashes = {of_kpi.kpi.id: of_kpi.hashes for of_kpi in cells}
    _remember(db, hashes | {cell_files.INPUTS: files.hashes})
    return replace(draft, cells=cells, files=files)


def record_revisions(draft: Draft, progress: Progress) -> Draft:
    """Record which figures of the build before have changed, and why."""
    progress(0.0, "comparing with the build before")
    revisions.keep(
        draft.db, draft.build_id, draft.plan.rules, draft.cells, draft.before
    )
    return draft


def compare_sources(draft: Draft, progress: Progress) -> Draft:
    """Look for findings in the months that have changed, and keep the others'."""
    progress(0.0, "comparing sources")
    db = draft.db
    db.run(warehouse.text("findings_store/create"))
    remembered: Hashes = {}
    for finding in findings.load().values():
        hashes = findings.plan(finding, draft.plan.inputs, draft.plan.shared)
        remembered[finding.id] = hashes
        kept = _same(hashes, draft.known.get(finding.id, {}))
        if kept:
            months = warehouse.literals(kept)
            name = literal(finding.id)
            db.run(fill("findings_store/keep", finding=name, months=months))
        findings.look(db, draft.target, finding, sorted(set(hashes) - set(kept)))
    marts.show_files(db, draft.target)
    _remember(db, remembered)
    return draft


def check(draft: Draft, progress: Progress) -> Draft:
    """Stop the build if a claim in `sql/checks/` returns a row."""
    progress(0.0, "checking")
    # cells of the other years held when they were counted
    cell_files.show(draft.db, draft.files.changed)
    for path in _claims():
        wrong = draft.db.query(warehouse.text(f"checks/{path.stem}"))
        if len(wrong):
            raise CheckError(
                f"{path.stem} does not hold; the build is not shown.\n"
                f"{wrong.head(10).to_string(index=False)}"
            )
    return draft


def publish(draft: Draft, progress: Progress) -> Draft:
    """Close the build, put it in its place and name it as the one in use."""
    progress(0.0, "publishing")
    _drop_views(draft.db)
    if draft.previous:
        draft.db.run(warehouse.text("cube/detach_previous"))
    # closing alone would hide that the disk is full
    for name in ("cube", *map(cell_files.name_of, draft.files.changed)):
        draft.db.run(fill("cube/checkpoint", name=identifier(name)))
    draft.db.close()
    store.list_files(draft.target)
    builds = draft.plan.data_dir / "builds"
    draft.target.replace(store.directory(draft.plan.data_dir, draft.build_id))
    lake.write_atomically(builds / "current", draft.build_id + "\n")
    return draft


@dataclass(frozen=True)
class Step:
    """One step, and about how much of the time it takes, for the progress."""

    run: Callable[[Draft, Progress], Draft]
    share: float


STEPS = (
    Step(describe, 0.02),
    Step(write_marts, 0.50),
    Step(count_losses, 0.02),
    Step(count_cells, 0.31),
    Step(record_revisions, 0.01),
    Step(compare_sources, 0.10),
    Step(check, 0.02),
    Step(publish, 0.02),
)


def _parts_of(progress: Progress) -> list[Progress]:
    """Return for each step what reports its progress as part of the whole."""

    def part(start: float, share: float) -> Progress:
        return lambda done, words: progress(start + share * done, words)

    starts = [sum(step.share for step in STEPS[:place]) for place in range(len(STEPS))]
    return [part(start, step.share) for start, step in zip(starts, STEPS, strict=True)]


def _in_order() -> list[Kpi]:
    """Return the indicators that are counted, those made of the others last."""
    counted = [kpi for kpi in indicators.load().values() if kpi.sql]
    return sorted(counted, key=lambda kpi: kpi.population.stage == "after_cube")


def _same(hashes: dict[str, str], before: dict[str, str]) -> list[str]:
    """Return the months whose hash has not changed."""
    return [month for month, digest in hashes.items() if before.get(month) == digest]


def _import(record: ImportRecord) -> Import:
    """Return an import as a build and its readers see it: with days, not texts."""
    made_at = datetime.fromisoformat(record["extracted_at"])
    first, last = (
        date.fromisoformat(day) if day else None
        for day in (record["covers_from"], record["covers_to"])
    )
    areas = record["covers_areas"]
    return Import(
        record["import_id"],
        record["source"],
        record["file"],
        made_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date(),
        first,
        last,
        None if areas is None else frozenset(areas),
        frozenset(record["columns"]),
        tuple(
            (area, date.fromisoformat(begins), date.fromisoformat(ends))
            for area, begins, ends in record.get("holes", [])
        ),
    )


def _attach_previous(db: Warehouse, previous: Path | None) -> Hashes:
    """Attach the build before, and return its hashes by what they belong to and month.

    A build of an earlier version of this product has none.
    """
    if previous is None:
        return {}
    db.attach(cell_files.PREVIOUS, previous / store.CUBE)
    try:
        rows = db.tuples(warehouse.text("cube/previous_inputs"))
    except StatementError:
        return {}
    known: Hashes = {}
    for what, month, digest in rows:
        known.setdefault(what, {})[month] = digest
    return known


def _remember(db: Warehouse, hashes: Hashes) -> None:
    rows = [
        (what, month, digest)
        for what, own in hashes.items()
        for month, digest in own.items()
    ]
    db.append("inputs", pd.DataFrame(rows, columns=["what", "month", "hash"]))


def _claims() -> list[Path]:
    """Return the files of the claims that are checked of every build."""
    return sorted((settings.SQL / "checks").glob("*.sql"))


def _version_of_claims() -> str:
    return versions.of_statements(*(path.read_text("utf-8") for path in _claims()))


def _drop_views(db: Warehouse) -> None:
    """Leave only tables: the views name files by paths that will move."""
    for (name,) in db.tuples(warehouse.text("cube/views")):
        db.run(fill("cube/drop_view", name=identifier(name)))
