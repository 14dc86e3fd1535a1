"""What a scoreboard says of itself: area, period, how much is measured, what to doubt.

The overview's title and the first and last lines of a brief.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from kpis import formatting
from kpis.analysis import UNMEASURED, headline
from kpis.definitions import Kpi
from kpis.results import Build


@dataclass(frozen=True)
class Heading:
    """A scoreboard's heading in words.

    `title` names area and period, `measured` says how much is measured and as at which
    day, `doubt` what spoils figures, or "".
    """

    title: str
    measured: str
    doubt: str
    build_id: str
    as_at: date
    is_demo: bool


def of_area(area: str, judged: pd.DataFrame, doubt: str, build: Build) -> Heading:
    """Return the heading of the judged series of the area of that name."""
    return Heading(
        title=", ".join(filter(None, [area, shared_period(judged)])),
        measured=measured(judged, build.kpis, build.as_at),
        doubt=doubt,
        build_id=build.id,
        as_at=build.as_at,
        is_demo=build.is_demo,
    )


def shared_period(judged: pd.DataFrame) -> str:
    """Return in words the period of most headline figures; "" if there are none."""
    latest = judged[judged["is_latest"] & judged["value"].notna()]
    return latest.apply(headline.period, axis=1).mode().iloc[-1] if len(latest) else ""


def measured(judged: pd.DataFrame, kpis: Mapping[str, Kpi], as_at: date) -> str:
    """Say how many of the core indicators are measured, and as at which day."""
    latest = judged[judged["is_latest"]]
    core = {kpi_id for kpi_id, kpi in kpis.items() if kpi.wording.tier == "core"}
    states = latest.loc[latest["kpi"].isin(core), "state"]
    known = int((~states.isin(UNMEASURED)).sum())
    elsewhere = int(states.eq("not_applicable").sum())
    unreliable = int(states.eq("not_reliable").sum())
    incomplete = int(latest.loc[latest["kpi"].isin(core), "caveat"].ne("").sum())
    few = int(states.eq("too_few").sum())
    return " · ".join(
        [
            f"{known} of {len(states) - elsewhere} core indicators measured",
            *([f"{elsewhere} more have no figure for this area"] if elsewhere else []),
            *([f"{few} with too few cases to judge"] if few else []),
            *([f"{incomplete} incomplete"] if incomplete else []),
            *([f"{unreliable} not reliable"] if unreliable else []),
            f"data as at {formatting.period(as_at, 'day')}",
        ]
    )
