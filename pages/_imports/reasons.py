"""Why rows were left out, in the words of layout and contract."""

from collections.abc import Mapping
from typing import Any

from kpis import formatting
from kpis.definitions import contracts
from kpis.ingest import mapping_choice, row_faults


def reasons(account: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return why rows of an import were left out, and how many."""
    if not account["reasons"]:
        return []
    layouts = {
        part.name: part
        for layout in mapping_choice.available()
        for part in layout.parts
    }
    filters = layouts[account["mapping"]].filters
    rules = contracts.load(account["source"]).rules
    remedies = row_faults.REMEDIES.items()
    says = {rule: f"Right would be {remedy}." for rule, remedy in remedies}
    says |= {rule.name: rule.says for rule in rules}
    filtered = {filter_.reason: filter_.says for filter_ in filters if filter_.says}
    return [
        (
            filtered.get(rule)
            or f"{rule.replace('_', ' ').capitalize()}. {says.get(rule, '')}".strip(),
            formatting.count(number),
        )
        for rule, number in account["reasons"].items()
    ]
