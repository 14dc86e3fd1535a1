"""What to doubt: exports that have not arrived, findings that spoil figures."""

from collections.abc import Mapping

import pandas as pd

from kpis.results import missing_exports


def absences(missing: pd.DataFrame, names: Mapping[str, str]) -> list[str]:
    """Return what has not arrived, in words, from the rows of `queries.missing`.

    Areas that lack the same days of a source are one absence.
    """
    columns = ["source", "area", "missing_from", "missing_to", "looks_empty"]
    areas: dict[tuple, list[str]] = {}
    for _, (source, area, first, last, is_empty) in missing[columns].iterrows():
        areas.setdefault((source, first, last, is_empty), []).append(area)
    return [
        missing_exports.absence(missing_exports.owner(tuple(own), names), *what)
        for what, own in areas.items()
    ]


def unreliable(findings: pd.DataFrame) -> int:
    """Return how many kinds of findings make figures unreliable."""
    return findings.loc[findings["is_unreliable"], "finding"].nunique()


def in_words(
    missing: pd.DataFrame, findings: pd.DataFrame, names: Mapping[str, str]
) -> str:
    """Say in one line what has not arrived and what spoils figures; "" for nothing.

    A single absence is named, several are counted.
    """
    said = absences(missing, names)
    if len(said) > 1:
        came = missing["looks_empty"].any()
        said = [
            f"{len(said)} gaps in what has arrived"
            if came
            else f"{len(said)} expected exports have not arrived"
        ]
    count = unreliable(findings)
    if count:
        verb = "finding makes" if count == 1 else "findings make"
        said.append(f"{count} {verb} figures unreliable")
    return " · ".join(said)
