"""Lacking columns: what indicators need of a file and no row of it has.

A column may be there and say nothing: every value unreadable, or every cell empty. Its
rows are accepted, and the indicators that need it show nothing.
"""

from kpis.definitions import Contract, indicators
from kpis.ingest.judged_rows import StagedRows
from kpis.ingest.lake import FlaggedValue, LackingColumn
from kpis.ingest.reading_sql import Reading
from kpis.warehouse import Warehouse, fill, identifier

# where the codes of a reference are written down
TABLES = {"bocu": "bocu_spelling", "area": "bocu_spelling"}


def find(
    reading: Reading, staged: StagedRows, flagged: list[FlaggedValue], db: Warehouse
) -> list[LackingColumn]:
    """Return the columns that no row that stays has, those needed most first."""
    needs = _needs(reading.contract)
    asked = [name for name in reading.provided if name in needs]
    if not asked or not staged.months:
        return []
    counts = ", ".join(f"count({identifier(name)})" for name in asked)
    counted = fill("import/filled_cells", staged=staged.sql, counts=counts)
    empty = [
        name
        for name, count in zip(asked, db.tuples(counted)[0], strict=True)
        if not count
    ]
    return [
        LackingColumn(
            column=name,
            indicators=needs[name],
            remedy=_remedy(reading, name, flagged),
        )
        for name in sorted(empty, key=lambda name: -needs[name])
    ]


def _needs(contract: Contract) -> dict[str, int]:
    """Return how many indicators need each column of a source."""
    needs: dict[str, int] = {}
    for kpi in indicators.load().values():
        for name in kpi.population.needs.get(contract.source, ()):
            needs[name] = needs.get(name, 0) + 1
    return needs


def _remedy(reading: Reading, name: str, flagged: list[FlaggedValue]) -> str:
    """Return how to mend a column, by what was flagged in it most often."""
    rule = next((flag["rule"] for flag in flagged if flag["column_name"] == name), None)
    again = "then import the file again"
    if rule is None:
        return (
            f"If the export has it, name its column in the mapping, {again}; if not, "
            "leave it out of the mapping."
        )
    if rule == "unknown_code":
        reference = reading.contract.columns[name].reference
        table = TABLES.get(reference, reference)
        return (
            f"Add its codes or spellings to reference/{table}.csv in the data "
            f"directory, {again}."
        )
    return f"Right would be {reading.remedy(rule, name)}: correct the mapping, {again}."
