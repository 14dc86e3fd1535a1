"""Analysis: what may be concluded from figures."""

from kpis.analysis import (
    area_comparison,
    breakdown,
    grouped_rows,
    headline,
    judged_series,
    members,
    source_rows,
    splits,
    verdicts,
    waits,
)
from kpis.analysis.judged_series import UNMEASURED
from kpis.analysis.verdicts import Verdict
from kpis.analysis.waits import Waits

__all__ = [
    "UNMEASURED",
    "Verdict",
    "Waits",
    "area_comparison",
    "breakdown",
    "grouped_rows",
    "headline",
    "judged_series",
    "members",
    "source_rows",
    "splits",
    "verdicts",
    "waits",
]
