"""Statistics: arithmetic on arrays; it knows no indicator."""

from kpis.statistics import decomposition, funnel, intervals, spc, spc_judgement
from kpis.statistics.decomposition import Split
from kpis.statistics.spc import RULE_SET
from kpis.statistics.spc_judgement import (
    JUDGED_STATES,
    MINIMUM_POINTS,
    ChartSettings,
)

__all__ = [
    "ChartSettings",
    "JUDGED_STATES",
    "MINIMUM_POINTS",
    "RULE_SET",
    "Split",
    "decomposition",
    "funnel",
    "intervals",
    "spc",
    "spc_judgement",
]
