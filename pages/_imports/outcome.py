"""What a job did with each file: its rows accounted for, and why any were left out."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.definitions import contracts
from kpis.ingest import accounts as import_accounts
from kpis.ingest import lake
from kpis.output import fault_words, import_words
from pages._frame import page_list
from pages._frame.markdown import plain
from pages._imports.jobs import Job
from pages._imports.reasons import reasons

COUNTS = {
    "read": "Read",
    "accepted": "Accepted",
    "quarantined": "Quarantined",
    "duplicates": "Duplicates",
    "filtered": "Filtered",
}


def accounts_of(job: Job) -> list[dict]:
    """Return the account of each source of a file that a job has read."""
    lists = [report for report in job.reports if isinstance(report, list)]
    accounts = [account for accounts in lists for account in accounts]
    return [account for account in accounts if not account["error"]]


def is_taken(job: Job) -> bool:
    """Whether a job has made an import count."""
    return job.commands[0][0] == "take" and not job.error


def is_final(job: Job) -> bool:
    """Whether nothing is left to decide about the file of a job."""
    return is_taken(job) or all(account["is_known"] for account in accounts_of(job))


def show_outcome(job: Job) -> None:
    """Show what a job did, and lead on."""
    if job.error:
        st.error(plain(job.error))
    accounts = accounts_of(job)
    for account in accounts:
        name = f"**{plain(account['file'])}**"
        if len(accounts) > 1:
            name += f" ({contracts.load(account['source']).title})"
        if account["is_known"]:
            st.info(f"{name}: already imported; nothing changed.")
        elif is_taken(job):
            _show_account(account, name)
    for change in _changes_of(job):
        st.success(plain(import_words.of_change(change)))
    if accounts and is_final(job) and not job.error:
        with st.container(key="onward"):
            st.page_link(page_list.OVERVIEW.path, label="See the overview")


def show_last_import() -> None:
    """Show what became of the file that was imported last, if it still counts."""
    manifest = lake.read_manifest(settings.data_dir())
    imported = [
        event["import_id"]
        for event in manifest["events"]
        if event["what"] == "imported"
    ]
    if not imported or not lake.is_current(manifest, imported[-1]):
        return
    account = import_accounts.of_record(manifest["imports"][imported[-1]]).as_json()
    for note in _notes(account):
        st.warning(plain(note))
    st.markdown(f"Last file: **{plain(account['file'])}**. {rows_in_words(account)}")


def _notes(account: Mapping[str, Any]) -> list[str]:
    """Return what no one may overlook in the account of an import."""
    notes = [*import_words.warnings(account), import_words.unsure(account)]
    return [note for note in notes if note]


def _changes_of(job: Job) -> list[dict[str, Any]]:
    """Return what a withdrawal, or its undoing, has changed."""
    reports = [report for report in job.reports if isinstance(report, dict)]
    return [report for report in reports if "retired_rows" in report]


def _show_account(account: Mapping[str, Any], name: str) -> None:
    """Say what became of the rows, and first what no one may overlook."""
    words = f"{name} is imported. {rows_in_words(account)}"
    notes = " ".join(map(plain, _notes(account)))
    if notes:
        st.warning(f"{notes} {words}")
    else:
        st.success(words)
    found = reasons(account)
    if found:
        st.table(
            pd.DataFrame(
                [(plain(says), count) for says, count in found],
                columns=["Reason", "Rows"],
            ),
            border="horizontal", hide_index=True, width="content",
        )  # fmt: skip
    _show_flags(account)


def rows_in_words(account: Mapping | pd.Series) -> str:
    """Say read = accepted + quarantined + duplicates + filtered, and what retired."""
    count = {name: formatting.count(account[name]) for name in (*COUNTS, "retired")}
    return (
        f"{count['read']} rows read = {count['accepted']} accepted "
        f"+ {count['quarantined']} quarantined + {count['duplicates']} duplicates "
        f"+ {count['filtered']} filtered; {count['retired']} older rows retired."
    )


def _show_flags(account: Mapping[str, Any]) -> None:
    """List what was flagged: a line a rule, as the command prints it."""
    lines = fault_words.flagged(account["flagged_values"] or ())
    if lines:
        listed = "\n".join(f"- {plain(line)}" for line in lines)
        st.markdown(f"Flagged, and not used:\n\n{listed}")
