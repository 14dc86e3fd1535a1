"""Bring exports in, account for every row, take a wrong file out again."""

import shutil
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.definitions import contracts, mappings
from kpis.ingest import importer, lake
from kpis.output import doubts, spreadsheets
from kpis.results import opened_build
from pages import _cached
from pages._components import coverage_grid, findings
from pages._frame import widgets
from pages._frame.markdown import plain
from pages._imports import faulty_rows, jobs

JOB = "job"
# counts the forms: a new one is empty, and the server forgets the file of the old
FORM = "form"
# the chosen file, and the layouts that fit it
FITS = "fits"
# the job whose file the form no longer holds
TAKEN = "taken"
ZONE = ZoneInfo(settings.TIME_ZONE)
ABSENCES_LISTED = 4
FILE_TYPES = ["csv", "gz", "xlsx", "parquet", "txt"]
COUNTS = {
    "read": "Read",
    "accepted": "Accepted",
    "quarantined": "Quarantined",
    "duplicates": "Duplicates",
    "filtered": "Filtered",
}
SHOWN = {
    "file": "File",
    "state": "State",
    "source": "Source",
    "made": "Made",
    **COUNTS,
}


def which_data() -> None:
    """Say whether real or invented data is shown, and offer the other."""
    is_demo = settings.data_dir() == settings.demo_dir()
    other = settings.home() if is_demo else settings.demo_dir()
    if is_demo:
        text = "What is imported here is kept apart from the synthetic data."
    elif opened_build.current_build_id():
        text = "Real data is shown."
    else:
        text = "Nothing is shown yet."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(text, width="content")
        if opened_build.current_build_id(other):
            label = "Show real data" if is_demo else "Show synthetic data"
            choice = "real" if is_demo else "demo"
            st.button(label, on_click=show, args=(choice,))


def show(choice: str) -> None:
    settings.show(choice)
    forget()


def forget() -> None:
    """Say no more of a job that has ended, once something else is done."""
    job = st.session_state.get(JOB)
    if job and job.is_done:
        del st.session_state[JOB]


def import_form(is_busy: bool) -> None:
    """Ask for a file and its layout, and start the import."""
    widgets.header("Import a file", "Import", "Mapping", "Source")
    layouts = {layout.name: layout for layout in importer.available_mappings()}
    form = st.session_state.setdefault(FORM, 0)
    left, middle, right = st.columns([3, 5, 3])
    file = left.file_uploader(
        "Export", FILE_TYPES, key=f"file_{form}", on_change=forget
    )
    fits = fitting(file, f"layout_{form}") if file else []
    name = middle.selectbox(
        "Layout",
        in_order(layouts, fits),
        index=None,
        format_func=lambda name: layouts[name].title,
        key=f"layout_{form}",
        on_change=forget,
        placeholder="Choose the layout of this export",
    )
    if file:
        middle.caption(which_fit(len(fits)))
    made_at = right.datetime_input(
        "When the export was made",
        value=None,
        min_value=datetime(mappings.FIRST_YEAR, 1, 1),
        max_value=datetime.now(ZONE).replace(hour=23, minute=59, tzinfo=None),
        key=f"made_at_{form}",
        on_change=forget,
        format="DD/MM/YYYY",
        help="Needed where neither the file's name nor the layout tells it.",
    )
    if st.button("Import", type="primary", disabled=is_busy, on_click=forget):
        start_import(file, layouts.get(name), name in fits, made_at)


def fitting(file, choice: str) -> list[str]:
    """Return the layouts that fit a file; one that alone fits is chosen."""
    known, fits = st.session_state.get(FITS, ("", []))
    if known == file.file_id:
        return fits
    with st.spinner("Reading the columns ..."), TemporaryDirectory() as directory:
        path = saved(file, directory)
        fits = [one.name for one in importer.fitting(path, settings.home())]
    st.session_state[FITS] = (file.file_id, fits)
    if fits and st.session_state.get(choice) not in fits:
        st.session_state[choice] = fits[0] if len(fits) == 1 else None
    return fits


def saved(file, directory: str) -> Path:
    """Write an uploaded file into a directory and return its path."""
    path = Path(directory) / Path(file.name).name
    file.seek(0)
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
    return path


def in_order(layouts: Mapping, fits: Collection[str]) -> list[str]:
    """Return the names of layouts, those that fit first, our own layouts last."""

    def place(name: str) -> tuple[bool, bool, str]:
        is_ours = name.startswith("canonical_")
        return (name not in fits, is_ours, layouts[name].title.casefold())

    return sorted(layouts, key=place)


def which_fit(count: int) -> str:
    if not count:
        return "No layout fits the columns of this file."
    if count == 1:
        return "One layout fits the columns of this file."
    return f"{count} layouts fit the columns of this file; they stand first."


def start_import(file, layout, is_fitting: bool, made_at: datetime | None) -> None:
    """Start the import, or say what is missing."""
    if file is None or layout is None:
        st.error("Choose a file and its layout.")
    elif is_fitting and made_at is None and not importer.tells_when(layout, file.name):
        st.error(
            f"{plain(file.name)}: neither its name nor the layout tells when the "
            "export was made. Fill in *When the export was made*."
        )
    else:
        # It may hold callers' numbers: its directory goes when the job ends.
        directory = TemporaryDirectory(prefix="import-")
        path = saved(file, directory.name)
        instant = made_at and made_at.replace(tzinfo=ZONE).isoformat()
        commands = jobs.importing(path, layout.name, instant)
        begin(jobs.Job(commands, clean_up=directory.cleanup))
        st.rerun()


def renew_form(job: jobs.Job) -> None:
    """Empty the form once its file is imported; a refused file stays."""
    is_taken = any(not one["error"] for one in accounts_of(job))
    if is_taken and st.session_state.get(TAKEN) is not job:
        st.session_state[TAKEN] = job
        st.session_state[FORM] += 1


def begin(job: jobs.Job) -> None:
    st.session_state[JOB] = job.start()


@st.fragment(run_every=0.5)
def progress() -> None:
    """Follow the job, and draw the page again when it ends."""
    job = st.session_state[JOB]
    if job.is_done:
        st.rerun()
    st.progress(min(job.share, 1.0), text=f"{job.step.capitalize()} ...")


def accounts_of(job: jobs.Job) -> list[dict]:
    """Return the account of each source that a job has imported."""
    return [one for report in job.reports if isinstance(report, list) for one in report]


def outcome(job: jobs.Job) -> None:
    """Show what the last job did, and lead on."""
    if job.error:
        st.error(plain(job.error))
    accounts = [one for one in accounts_of(job) if not one["error"]]
    for account in accounts:
        name = f"**{plain(account['file'])}**"
        if len(accounts) > 1:
            name += f" ({contracts.load(account['source']).title})"
        if account["is_known"]:
            st.info(f"{name}: already imported; nothing changed.")
        else:
            st.success(f"{name} is imported. {account_of_rows(account)}")
            reasons(account)
    if accounts and not job.error:
        with st.container(key="onward"):
            st.page_link("pages/browse/overview.py", label="See the overview")


def account_of_rows(account) -> str:
    """Read = accepted + quarantined + duplicates + filtered, in words."""
    count = {name: formatting.count(account[name]) for name in COUNTS}
    return (
        f"{count['read']} rows read = {count['accepted']} accepted "
        f"+ {count['quarantined']} quarantined + {count['duplicates']} duplicates "
        f"+ {count['filtered']} filtered."
    )


def days_covered(one: pd.Series) -> str:
    if pd.isna(one["covers_from"]):
        return "Covers no days."
    ends = [formatting.period(one[end], "day") for end in ("covers_from", "covers_to")]
    return f"Covers {' to '.join(ends)}."


def reasons(account) -> None:
    """Say why rows were left out or flagged, in the words of layout and contract."""
    if not account["reasons"]:
        return
    layouts = {layout.name: layout for layout in importer.available_mappings()}
    filters = layouts[account["mapping"]].filters
    said = {one.reason: one.says for one in filters if one.says}
    says = {rule.name: rule.says for rule in contracts.load(account["source"]).rules}
    rows = [
        (
            plain(
                said.get(rule)
                or f"{rule.replace('_', ' ').capitalize()}. {says.get(rule, '')}"
            ),
            formatting.count(number),
        )
        for rule, number in account["reasons"].items()
    ]
    st.table(
        pd.DataFrame(rows, columns=["Reason", "Rows"]),
        border="horizontal",
        hide_index=True,
        width="content",
    )


def what_has_arrived(build_id: str) -> None:
    """Say what is missing, and show what came: month by month, from every source."""
    widgets.header("What has arrived", "Coverage", "Not reliable")
    st.markdown(not_arrived(build_id))
    coverage_grid.show(_cached.coverage(build_id, widgets.theme()))
    widgets.download(
        "What has arrived (CSV)",
        lambda: spreadsheets.csv(_cached.arrivals(build_id)),
        "arrivals.csv",
    )


def not_arrived(build_id: str) -> str:
    """List what is expected and has not come."""
    names = _cached.area_names(build_id)
    absent = _cached.missing(build_id)
    lines = [f"{text}." for text in doubts.absences(absent, names)]
    more = len(lines) - ABSENCES_LISTED
    if more > 1:
        lines = [*lines[:ABSENCES_LISTED], f"And {more} more: see the holes below."]
    listed = "\n".join(f"- {plain(line)}" for line in lines)
    return (
        listed or "No day is missing between the first export of a source and its last."
    )


def what_to_look_at(build_id: str) -> None:
    """Show what only shows when rows are set beside other rows."""
    widgets.header("What to look at")
    if _cached.findings(build_id).empty:
        st.markdown("Nothing was found when the exports were set beside each other.")
        return
    findings.show(_cached.what_was_found(build_id, widgets.theme()))


def all_imports(is_busy: bool) -> None:
    """Every import with its account, newest first, and what can be done with one."""
    widgets.header("Imported so far", "Quarantine", "Edition")
    imports = lake.imports(settings.data_dir()).iloc[::-1]
    if imports.empty:
        st.markdown("Nothing has been imported yet.")
        return
    made = pd.to_datetime(imports["extracted_at"], utc=True)
    made = made.dt.tz_convert(settings.TIME_ZONE).dt.tz_localize(None)
    titles = {name: one.title for name, one in contracts.load_all().items()}
    source = imports["source"].map(titles)
    shown = imports.assign(made=made, source=source).reset_index(drop=True)
    st.dataframe(
        shown[list(SHOWN)].style.format(formatting.count, subset=list(COUNTS)),
        hide_index=True,
        column_config={
            **SHOWN,
            "file": st.column_config.TextColumn("File", width=465),
            "made": st.column_config.DatetimeColumn("Made", format="D MMM YYYY, HH:mm"),
        },
        alt="All imports",
    )
    names = {
        one.import_id: f"{one.file} ({one.import_id})" for one in imports.itertuples()
    }
    chosen = st.selectbox(
        "One import", names, format_func=names.get, key="import", width=640,
        bind="query-params",
    )  # fmt: skip
    one_import(imports.set_index("import_id").loc[chosen], is_busy)


def one_import(one: pd.Series, is_busy: bool) -> None:
    """The account of one import; its quarantine; withdraw it, or undo that."""
    st.markdown(
        f"{days_covered(one)} {account_of_rows(one)} "
        f"{formatting.count(one['superseded'])} older versions of rows superseded; "
        f"{formatting.count(one['flagged'])} accepted rows flagged."
    )
    quarantine = settings.data_dir() / "quarantine" / f"{one.name}.csv"
    if quarantine.exists():
        widgets.download("Quarantine (CSV)", quarantine.read_bytes, quarantine.name)
    faulty_rows.show(one)
    if one["state"] == "withdrawn":
        st.markdown(f"Withdrawn: {plain(one['why'])}")
        if st.button("Undo the withdrawal", disabled=is_busy):
            begin(jobs.Job(jobs.restoring(one.name)))
            st.rerun()
    elif one["state"] == "current":
        withdraw_form(one.name, is_busy)


def withdraw_form(import_id: str, is_busy: bool) -> None:
    with st.form("withdraw", border=False):
        why = st.text_input("Withdraw it, because", width=480)
        if st.form_submit_button("Withdraw", disabled=is_busy):
            if why.strip():
                begin(jobs.Job(jobs.withdrawing(import_id, why)))
                st.rerun()
            st.error("Say why: the reason is kept with the import.")


widgets.require_frame()
job = st.session_state.get(JOB)
is_busy = job is not None and not job.is_done
if job and job.is_done:
    renew_form(job)
st.title("Imports", anchor=False)
which_data()
import_form(is_busy)
if is_busy:
    progress()
elif job:
    outcome(job)
build_id = opened_build.current_build_id()
if build_id:
    what_has_arrived(build_id)
    what_to_look_at(build_id)
all_imports(is_busy)
