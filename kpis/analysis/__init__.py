"""Analysis: what may be concluded from figures."""

from kpis.analysis import (
    area_comparison,
    breakdown,
    change_split,
    grouped_rows,
    headline,
    judged_series,
    members,
    source_rows,
    splits,
    verdicts,
    waits,
)
from kpis.analysis.area_comparison import AreaComparison, Funnel
from kpis.analysis.judged_series import UNMEASURED
from kpis.analysis.verdicts import Verdict
from kpis.analysis.waits import Waits
from kpis.statistics import Split

__all__ = [
    "AreaComparison",
    "Funnel",
    "Split",
    "UNMEASURED",
    "Verdict",
    "Waits",
    "area_comparison",
    "breakdown",
    "change_split",
    "grouped_rows",
    "headline",
    "judged_series",
    "members",
    "source_rows",
    "splits",
    "verdicts",
    "waits",
]
