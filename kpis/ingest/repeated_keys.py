"""Keys that repeat: within a file, and between a file and what the lake holds."""

from kpis import warehouse
from kpis.definitions import TYPES
from kpis.ingest import lake
from kpis.ingest.job import Job
from kpis.warehouse import Warehouse, fill, identifier, literal, literals

NOTHING_HELD = {"duplicates": 0, "superseded": 0, "moved_months": []}


def settle(job: Job, house: Warehouse) -> dict[str, int]:
    """Keep one of equal rows with one key; refuse all that differ, never guess.

    Returns how many rows are duplicate and how many key_repeated.
    """
    house.run(
        fill(
            "import/repeated_keys",
            staged=job.staged,
            key=_identifiers(job.contract.key, "{}"),
            columns=_identifiers(job.contract.columns, "accepted.{}"),
        )
    )
    counts = dict.fromkeys(("key_repeated", "duplicate"), 0)
    counts |= house.tuples(warehouse.text("import/repeated_counts"))
    if any(counts.values()):
        settled_in = job.temporary / "settled"
        house.run(
            fill(
                "import/without_repeated",
                staged=job.staged,
                target=literal(str(settled_in)),
            )
        )
        job.staged_in = settled_in
    return counts


def _identifiers(names, form: str) -> str:
    return ", ".join(form.format(identifier(name)) for name in names)


def earlier_import(job: Job, manifest: dict) -> dict | None:
    """Return the import of the same bytes under an earlier state of the mapping."""
    for one in lake.current(manifest, job.layout.source):
        if one["sha256"] == job.sha256 and one["mapping"] == job.layout.name:
            return one
    return None


def held(job: Job, house: Warehouse, manifest: dict, earlier: dict | None) -> dict:
    """Compare the keys with those that the lake holds already.

    Returns how many are held with equal content (duplicates) and how many older
    versions give way (superseded); and as moved_months the pairs [month of this
    file's row, month of a held row with the same key] that differ. A withdrawn import
    may come back, so its months count among these. `earlier` gives way to this file
    as a whole.
    """
    states = lake.states(manifest)
    others = [
        lake.kept_part(manifest, one)
        for import_id, one in manifest["imports"].items()
        if one["source"] == job.layout.source
        and states[import_id]["state"] in ("current", "withdrawn")
        and (earlier is None or import_id != earlier["import_id"])
    ]
    files = lake.files(job.data_dir, others)
    if not files or not job.months:
        return NOTHING_HELD
    current = [
        one["import_id"]
        for one in others
        if states[one["import_id"]]["state"] == "current"
    ]
    columns = ", ".join(
        f"null::{TYPES[column.type]} as {identifier(name)}"
        for name, column in job.contract.columns.items()
    )
    equal = " and ".join(
        f"incoming.{identifier(name)} is not distinct from newest.{identifier(name)}"
        for name in job.contract.columns
        if name not in job.contract.key
    )
    compared = fill(
        "import/held_keys",
        staged=job.staged,
        # the columns of today, though every file may be older than one of them
        no_rows=fill("staging/no_rows", columns=columns),
        held=literals(str(file) for file in files),
        current=literals(current) or "null",
        key=_identifiers(job.contract.key, "{}"),
        is_equal=equal or "true",
    )
    return dict(zip(NOTHING_HELD, house.tuples(compared)[0], strict=True))
