"""The definition of an indicator in words, as its page and its workbook show it."""

import pandas as pd

from kpis import formatting, settings
from kpis.context import Target, lookup, targets
from kpis.definitions import Kpi, contracts
from kpis.formatting import capital
from kpis.results import Build, queries

DIRECTIONS = {
    "higher": "higher is better",
    "lower": "lower is better",
    "neither": "neither; read it with its counterweight",
    "nearer_zero": "nearer to zero is better",
}
TIERS = {
    "core": "core",
    "reserve": "reserve",
    "about": "about the other indicators",
}
SMALL_CELLS = {
    "none": "",
    "respondents": "Fewer than 10 respondents are not shown.",
    "staff": "Fewer than 5 staff are not shown.",
    "people": "Fewer than 5 staff are not shown; counts of 1 to 4 of them are not "
    "shown either.",
    "sickness": "Fewer than 20 full-time posts are not shown.",
}


def facts(build: Build, kpi: Kpi) -> dict[str, str]:
    """Return what there is to say of an indicator, in the order of reading."""
    is_counted = kpi.population.stage == "rows"
    read_with = [
        build.kpis[other].wording.title
        for other in (*kpi.wording.read_with, *kpi.population.made_of)
    ]
    said = {
        "Counted": kpi.wording.numerator,
        "Out of": kpi.wording.denominator,
        "Standard": _standards(build, kpi),
        "Target": _target(build, kpi),
        "Good direction": DIRECTIONS[kpi.judging.better],
        "Read with": "; ".join(read_with),
        "Settles after": f"{kpi.judging.settles_after_days} days" if is_counted else "",
        "Judged from": f"{formatting.count(kpi.judging.min_n)} cases"
        if is_counted
        else "",
        "Small cells": SMALL_CELLS[kpi.disclosure.protects],
        "Measured from": ", ".join(
            contracts.in_words(source) for source in kpi.population.needs
        ),
        "Caveats": " ".join(kpi.wording.caveats),
        "Source": kpi.wording.source,
        "Owner": kpi.wording.owner,
        "Tier": TIERS[kpi.wording.tier],
    }
    return {name: text for name, text in said.items() if text}


def target_in_force(build: Build, kpi: Kpi) -> Target:
    """Return the force's target on the day of the latest export."""
    return targets.in_force(
        lookup.targets_of(build), kpi.id, settings.FORCE, build.as_at
    )


def _target(build: Build, kpi: Kpi) -> str:
    """Return the force's target with its source."""
    target = target_in_force(build, kpi)
    words = targets.in_words(target, kpi.measure.unit)
    return f"{capital(words)}. {target.source if target.is_set else ''}"


def _standards(build: Build, kpi: Kpi) -> str:
    """Return the standards that the figure is measured against, each with its dates."""
    standards = queries.standards(build)
    own = standards[standards["applies_to"] == kpi.population.standard]
    return "; ".join(
        f"{formatting.figure(row['seconds'], 'minutes')}"
        f"{held(row['valid_from'], row['valid_to'])} ({row['status']}: {row['source']})"
        for _, row in own.iterrows()
    )


def held(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Say when a standard held; a start that was not published is left out."""
    start = f" from {first:%-d %B %Y}" if first.year > 1900 else ""
    end = f" until {last:%-d %B %Y}" if last.year < 9999 else ""
    return start + end
