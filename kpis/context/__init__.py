"""Context: what is shown next to a figure and changes none."""

from kpis.context import breaks, comparators, events, lookup, targets
from kpis.context.breaks import Break
from kpis.context.comparators import Comparator
from kpis.context.events import Event
from kpis.context.marks import Mark
from kpis.context.targets import Target

__all__ = [
    "Break",
    "Comparator",
    "Event",
    "Mark",
    "Target",
    "breaks",
    "comparators",
    "events",
    "lookup",
    "targets",
]
