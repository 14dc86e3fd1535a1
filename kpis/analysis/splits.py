"""The ways in which a figure can be split into parts."""

from kpis import settings
from kpis.analysis import area_comparison, change_split
from kpis.definitions import Kpi

HOUR_OF_WEEK = "hour of the week"
LENGTH = "length of the wait"


def ways(kpi: Kpi, area: str) -> list[str]:
    """Return what a figure of an area can be split by, the most telling first.

    Dimensions of the indicator, HOUR_OF_WEEK, LENGTH and `change_split.BY_AREA`.
    """
    # a manager can plan by the time of day, so that comes first
    is_when = ("hour", "weekday")
    offered = sorted(kpi.population.dimensions, key=lambda name: name not in is_when)
    kind = area_comparison.kind_of(kpi)
    if set(is_when) <= set(offered):
        # a borough has too few cases in each of its 168 hours
        offered.insert(len(is_when) if kind == "bocu" else 0, HOUR_OF_WEEK)
    if kpi.measure.has_values:
        offered.insert(0, LENGTH)
    if not (has_split_change(kpi) and area == settings.FORCE and kind):
        return offered
    # of sites there are few, or one
    by_area = [change_split.BY_AREA]
    return [*offered, *by_area] if kind == "site" else [*by_area, *offered]


def has_split_change(kpi: Kpi) -> bool:
    """Return whether a change of its figure can be split into what its parts did."""
    return kpi.measure.is_pooled
