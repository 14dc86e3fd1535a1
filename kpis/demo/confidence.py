"""What the demo force's residents think of their police, and what is published."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kpis import settings
from kpis.demo import columns
from kpis.demo.chance import generator
from kpis.demo.demand import Force

# 49 % (British Crime Survey 2003/04), boroughs spread by 5 points; the noise of a
# quarter is an assumption.
LEVEL, BOROUGH_SPREAD, QUARTER_SPREAD = 0.49, 0.05, 0.012
_KPI = "cust_public_confidence"


@dataclass(frozen=True)
class Confidence:
    """Shares who say that the local police do a good job: a row for each quarter.

    `boroughs` has a column for each borough, `force` is their mean by residents.
    """

    boroughs: np.ndarray
    force: np.ndarray


def make_confidence(force: Force, quarters: int) -> Confidence:
    """Return the levels of so many quarters."""
    rng = generator(force.seed, "figures")
    weights = force.residents / force.residents.sum()
    levels = rng.normal(0, BOROUGH_SPREAD, len(force.codes))
    levels += LEVEL - weights @ levels
    values = levels + rng.normal(0, QUARTER_SPREAD, (quarters, len(force.codes)))
    return Confidence(values, values @ weights)


def table(force: Force, years: range, views: Confidence) -> pa.Table:
    """Return figures as published: every quarter, for the force and each borough."""
    values = np.column_stack([views.force, views.boroughs])
    areas = np.array([settings.FORCE, *force.codes], object)
    starts = np.datetime64(f"{years[0]}-04") + 3 * np.arange(len(values))
    ends = (starts + 3).astype("datetime64[D]") - 1
    quarter, area = (i.ravel() for i in np.indices(values.shape))
    starts_on = starts.astype("datetime64[D]").astype(str).astype(object)
    size = values.size
    figure_ids = [
        f"{_KPI}-{areas[a]}-{starts_on[q]}" for q, a in zip(quarter, area, strict=True)
    ]
    return pa.table(
        {
            "figure_id": figure_ids,
            "kpi_id": [_KPI] * size,
            "area_code": columns.words(areas[area]),
            "period_start_on": columns.words(starts_on[quarter]),
            "period_end_on": columns.words(ends.astype(str).astype(object)[quarter]),
            "value": columns.decimals(values.ravel(), 2),
            "n": columns.nothing(size),
            "source": ["Synthetic demo survey"] * size,
        }
    )
