"""What a file covers: its days and areas, as it says or as someone says."""

from dataclasses import dataclass
from datetime import date

import streamlit as st

from kpis import settings
from kpis.definitions import Mapping, Split
from kpis.ingest import mapping_choice
from pages._imports import running_job

WHOLE_FORCE = "Whole force"
IN_THE_FILE = "Areas in the file"
THESE = "These areas"


@dataclass(frozen=True)
class Coverage:
    """What someone says of a file, as options of `import`, or what is wrong with it."""

    options: tuple[str, ...] = ()
    problem: str = ""


def ask_coverage(
    layout: Mapping | Split, file_name: str, made_of: tuple[date, date] | None, key: str
) -> Coverage:
    """Ask which days and areas a file covers, filled in with what is known.

    `made_of` are the days that its rows cover, once it was read.
    """
    said = mapping_choice.says_covered(layout, file_name) or made_of
    _fill_in(f"{key}_from", said and said[0])
    _fill_in(f"{key}_to", said and said[1])
    left, middle, right, far = st.columns([2, 2, 3, 4], vertical_alignment="top")
    first = left.date_input(
        "Covers from", None, key=f"{key}_from", format="DD/MM/YYYY",
        min_value=date(1990, 1, 1), on_change=running_job.forget,
        help="First day on which this export has every row. Empty: as its rows say.",
    )  # fmt: skip
    last = middle.date_input(
        "Covers to", None, key=f"{key}_to", format="DD/MM/YYYY",
        min_value=date(1990, 1, 1), on_change=running_job.forget,
        help="Last day on which this export has every row.",
    )  # fmt: skip
    names = mapping_choice.areas(layout, settings.home())
    usual = WHOLE_FORCE if mapping_choice.covers_all(layout) else IN_THE_FILE
    offered = [usual, *({WHOLE_FORCE, THESE} - {usual})] if names else [usual]
    which = right.selectbox(
        "Areas covered", sorted(offered, key=[WHOLE_FORCE, IN_THE_FILE, THESE].index),
        index=None, placeholder=usual, key=f"{key}_which",
        on_change=running_job.forget,
    )  # fmt: skip
    areas: list[str] = []
    if which == THESE:
        areas = far.multiselect(
            "Areas", list(names), format_func=names.__getitem__, key=f"{key}_areas",
            on_change=running_job.forget,
        )  # fmt: skip
    return Coverage(
        (*_days(first, last, said), *_areas(which or usual, usual, areas)),
        _problem(first, last, which, areas),
    )


def _fill_in(key: str, day: date | None) -> None:
    """Fill in an input once, so that what someone writes instead stays."""
    filled = f"{key}_filled"
    if day is not None and st.session_state.get(filled) != day:
        st.session_state[filled] = st.session_state[key] = day


def _days(
    first: date | None, last: date | None, said: tuple[date, date] | None
) -> tuple[str, ...]:
    if not first or not last or (first, last) == said:
        return ()
    return "--covers", f"{first}:{last}"


def _areas(which: str, usual: str, areas: list[str]) -> tuple[str, ...]:
    return () if which == usual else ("--areas", *areas)


def _problem(
    first: date | None, last: date | None, which: str | None, areas: list[str]
) -> str:
    if bool(first) != bool(last):
        return "Say both days that the file covers, or neither."
    if first and last and first > last:
        return "The first day that the file covers comes after its last."
    if which == THESE and not areas:
        return "Choose the areas that the file covers."
    return ""
