"""Every import with its account, and what can be done with one of them."""

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.definitions import contracts
from kpis.ingest import effects, faulty_rows, lake
from kpis.output import import_words, spreadsheets
from pages._cached.figure_rows import MOST_LISTED
from pages._frame import elements
from pages._frame.elements import Heads
from pages._frame.markdown import plain
from pages._imports import jobs, running_job
from pages._imports.faulty_rows import show_faulty_rows
from pages._imports.outcome import COUNTS, rows_in_words

SHOWN = {
    "file": "File",
    "state": "State",
    "source": "Source",
    "made": "Made",
    **COUNTS,
}

RETIRED_HEADS: Heads = {
    "file": "File of the row",
    "line": st.column_config.NumberColumn("Line", format="%d", width=90),
    "month": "Month",
    "area_code": "Area",
}


def list_imports() -> None:
    """List every import, newest first, and show one of them."""
    elements.header("Imported so far", "Quarantine", "Edition")
    imports = lake.imports(settings.data_dir()).iloc[::-1]
    if imports.empty:
        st.markdown("Nothing has been imported yet.")
        return
    made = pd.to_datetime(imports["extracted_at"], utc=True)
    made = made.dt.tz_convert(settings.TIME_ZONE).dt.tz_localize(None)
    titles = {name: contract.title for name, contract in contracts.load_all().items()}
    source = imports["source"].map(titles)
    shown = imports.assign(made=made, source=source).reset_index(drop=True)
    st.dataframe(
        shown[list(SHOWN)].style.format(
            thousands=formatting.THIN_SPACE, subset=list(COUNTS)
        ),
        hide_index=True,
        column_config={
            **SHOWN,
            "file": st.column_config.TextColumn("File", width=465),
            "made": st.column_config.DatetimeColumn("Made", format="D MMM YYYY, HH:mm"),
        },
        alt="All imports",
    )
    names = {
        import_id: f"{file} ({import_id})"
        for import_id, file in zip(imports["import_id"], imports["file"], strict=True)
    }
    chosen = st.selectbox(
        "One import", names, format_func=names.__getitem__, key="import", width=640,
        bind="query-params",
    )  # fmt: skip
    _show_import(chosen, imports.set_index("import_id").loc[chosen])


def _show_import(import_id: str, import_: pd.Series) -> None:
    """Show the account of one import and its faulty rows; withdraw it, or undo that."""
    st.markdown(
        f"{_days_in_words(import_)} {rows_in_words(import_)} "
        f"{formatting.count(import_['superseded'])} older versions of rows superseded; "
        f"{formatting.count(import_['flagged'])} accepted rows flagged."
    )
    quarantine = settings.data_dir() / "quarantine" / f"{import_id}.csv"
    if quarantine.exists():
        with st.container(horizontal=True):
            elements.download(
                "Quarantine (Excel)",
                lambda: spreadsheets.workbook(
                    {"Quarantine": faulty_rows.quarantine(quarantine)}
                ),
                f"{import_id}.xlsx",
            )
            elements.download(
                "Quarantine (CSV)", quarantine.read_bytes, quarantine.name
            )
    show_faulty_rows(import_id, import_)
    _show_retired(import_id, import_)
    if import_["state"] == "withdrawn":
        st.markdown(f"Withdrawn: {plain(import_['why'])}")
        if st.button("Undo the withdrawal", disabled=running_job.is_busy()):
            running_job.begin(jobs.restoring(import_id))
    elif import_["state"] == "current":
        _show_withdraw_form(import_id)


def _show_retired(import_id: str, import_: pd.Series) -> None:
    """List the rows that an import retired when it was made, and offer all of them."""
    file = lake.retired_file(settings.data_dir(), import_["source"], import_id)
    if not file.exists():
        return
    files = lake.imports(settings.data_dir()).set_index("import_id")["file"]
    listed = import_words.with_key_columns(effects.retired_rows(file, MOST_LISTED))
    listed.insert(0, "file", listed["import_id"].map(files))
    st.markdown(
        f"{formatting.count(import_['retired'])} rows of older editions were retired: "
        "this edition of their period does not hold them."
    )
    st.dataframe(
        listed.drop(columns="import_id"), hide_index=True, alt="Retired rows",
        column_config=RETIRED_HEADS, height=320 if len(listed) > 8 else "auto",
    )  # fmt: skip
    elements.download(
        "Retired rows (CSV)",
        lambda: spreadsheets.csv(
            import_words.with_key_columns(effects.retired_rows(file))
        ),
        f"{import_id}_retired.csv",
    )


def _days_in_words(import_: pd.Series) -> str:
    if pd.isna(import_["covers_from"]):
        return "Covers no days."
    first, last = (
        formatting.period(import_[end], "day") for end in ("covers_from", "covers_to")
    )
    return f"Covers {first} to {last}."


def _show_withdraw_form(import_id: str) -> None:
    with st.form("withdraw", border=False):
        why = st.text_input("Withdraw it, because", width=480)
        if st.form_submit_button("Withdraw", disabled=running_job.is_busy()):
            if why.strip():
                running_job.begin(jobs.withdrawing(import_id, why))
            st.error("Say why: the reason is kept with the import.")
