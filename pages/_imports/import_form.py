"""The form that brings an export in: a file, its layout, when made, what it covers."""

import shutil
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from kpis import preview, settings
from kpis.definitions import Mapping, Split, mappings
from kpis.ingest import mapping_choice
from kpis.periods import Period
from pages._frame import elements
from pages._frame.markdown import plain
from pages._imports import jobs, outcome, running_job
from pages._imports.coverage_inputs import Coverage, ask_coverage
from pages._imports.jobs import Job

# counts the forms: a new one is empty, and the server forgets the old one's file
FORM = "form"
# the chosen file, the layouts that fit it, and why it could not be read
FITS = "fits"
# the job whose file the form no longer holds
TAKEN = "taken"
ZONE = ZoneInfo(settings.TIME_ZONE)
FILE_TYPES = ["csv", "gz", "xlsx", "xlsm", "xls", "ods", "parquet", "txt", "tsv"]


def show_import_form() -> None:
    """Ask for a file and its layout, and start the import."""
    elements.header("Import a file", "Import", "Mapping", "Source")
    layouts = {layout.name: layout for layout in mapping_choice.available()}
    for fault in mapping_choice.broken().values():
        st.warning(f"This layout cannot be used. {plain(fault)}")
    form = st.session_state.setdefault(FORM, 0)
    left, middle, right = st.columns([3, 5, 3])
    file = left.file_uploader(
        "Export", FILE_TYPES, key=f"file_{form}", on_change=running_job.forget
    )
    fits, problem = _fitting(file, f"layout_{form}") if file else ([], "")
    name = middle.selectbox(
        "Layout",
        _in_order(layouts, fits),
        index=None,
        format_func=lambda name: layouts[name].title,
        key=f"layout_{form}",
        on_change=running_job.forget,
        placeholder="Choose the layout of this export",
    )
    if problem:
        middle.error(plain(problem))
    elif file:
        middle.caption(_count_in_words(len(fits)))
    made_at = right.datetime_input(
        "When the export was made",
        value=None,
        min_value=datetime(mappings.FIRST_YEAR, 1, 1),
        max_value=datetime.now(ZONE).replace(hour=23, minute=59, tzinfo=None),
        key=f"made_at_{form}",
        on_change=running_job.forget,
        format="DD/MM/YYYY",
        help="Needed if neither the file's name nor the layout says it.",
    )
    coverage = Coverage()
    if file and name:
        covered = _covered_by_rows(file.name)
        coverage = ask_coverage(
            layouts[name], file.name, covered, f"{file.file_id}_{name}"
        )
    is_pressed = st.button(
        "See what it changes",
        type="primary",
        disabled=running_job.is_busy(),
        on_click=running_job.forget,
    )
    if is_pressed and coverage.problem:
        st.error(coverage.problem)
    elif is_pressed and file and name:
        _start_import(file, layouts[name], name in fits, made_at, coverage)
    elif is_pressed:
        st.error("Choose a file and its layout.")


def _covered_by_rows(file_name: str) -> Period | None:
    """Return the days that a file covers, once it was read and waits."""
    waiting = preview.waiting(settings.home())
    for account in waiting.accounts if waiting else ():
        if account["file"] == file_name and account["covers_from"]:
            first, last = account["covers_from"], account["covers_to"]
            return date.fromisoformat(first), date.fromisoformat(last)
    return None


def _fitting(file: UploadedFile, choice: str) -> tuple[list[str], str]:
    """Return the layouts that fit a file, and "" or why it could not be read.

    If one layout alone fits, choose it.
    """
    known, fits, problem = st.session_state.get(FITS, ("", [], ""))
    if known == file.file_id:
        return fits, problem
    with st.spinner("Reading the columns ..."), TemporaryDirectory() as directory:
        fits, problem = jobs.layouts_of(_saved(file, directory))
    st.session_state[FITS] = (file.file_id, fits, problem)
    if fits and st.session_state.get(choice) not in fits:
        st.session_state[choice] = fits[0] if len(fits) == 1 else None
    return fits, problem


def _saved(file: UploadedFile, directory: str) -> Path:
    """Write an uploaded file into a directory and return its path."""
    path = Path(directory) / Path(file.name).name
    file.seek(0)
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
    return path


def _in_order(layouts: dict[str, Mapping | Split], fits: Collection[str]) -> list[str]:
    """Return the names of layouts, those that fit first, our own layouts last."""

    def place(name: str) -> tuple[bool, bool, str]:
        is_ours = name.startswith("canonical_")
        return (name not in fits, is_ours, layouts[name].title.casefold())

    return sorted(layouts, key=place)


def _count_in_words(count: int) -> str:
    if not count:
        return "No layout fits the columns of this file."
    if count == 1:
        return "One layout fits the columns of this file."
    return f"{count} layouts fit the columns of this file; they come first."


def _start_import(
    file: UploadedFile,
    layout: Mapping | Split,
    is_fitting: bool,
    made_at: datetime | None,
    coverage: Coverage,
) -> None:
    """Start the import, or say what is missing."""
    if (
        is_fitting
        and made_at is None
        and not mapping_choice.says_when(layout, file.name)
    ):
        st.error(
            f"{plain(file.name)}: neither its name nor the layout says when the "
            "export was made. Fill in *When the export was made*."
        )
        return
    # It may hold callers' numbers: its directory goes when the job ends.
    directory = TemporaryDirectory(prefix="import-")
    path = _saved(file, directory.name)
    instant = made_at.replace(tzinfo=ZONE).isoformat() if made_at else None
    commands = jobs.holding(path, layout.name, instant, coverage.options)
    running_job.begin(commands, clean_up=directory.cleanup)


def renew_form(job: Job) -> None:
    """Empty the form once its file is imported; a refused file stays."""
    if (
        outcome.is_final(job)
        and outcome.accounts_of(job)
        and st.session_state.get(TAKEN) is not job
    ):
        st.session_state[TAKEN] = job
        st.session_state[FORM] += 1
