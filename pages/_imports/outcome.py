"""What a job did with each file: its rows accounted for, and why any were left out."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.definitions import contracts
from kpis.ingest import mapping_choice
from kpis.output import fault_words
from pages._frame import page_list
from pages._frame.markdown import plain
from pages._imports.jobs import Job

COUNTS = {
    "read": "Read",
    "accepted": "Accepted",
    "quarantined": "Quarantined",
    "duplicates": "Duplicates",
    "filtered": "Filtered",
}


def accounts_of(job: Job) -> list[dict]:
    """Return the account of each source that a job has imported."""
    lists = [report for report in job.reports if isinstance(report, list)]
    accounts = [account for accounts in lists for account in accounts]
    return [account for account in accounts if not account["error"]]


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
        else:
            st.success(f"{name} is imported. {rows_in_words(account)}")
            _show_reasons(account)
            _show_flags(account)
    if accounts and not job.error:
        with st.container(key="onward"):
            st.page_link(page_list.OVERVIEW.path, label="See the overview")


def rows_in_words(account: Mapping | pd.Series) -> str:
    """Say read = accepted + quarantined + duplicates + filtered."""
    count = {name: formatting.count(account[name]) for name in COUNTS}
    return (
        f"{count['read']} rows read = {count['accepted']} accepted "
        f"+ {count['quarantined']} quarantined + {count['duplicates']} duplicates "
        f"+ {count['filtered']} filtered."
    )


def _show_flags(account: Mapping) -> None:
    """List what was flagged: a line a rule, as the command prints it."""
    lines = fault_words.flagged(account["flagged_values"] or ())
    if lines:
        listed = "\n".join(f"- {plain(line)}" for line in lines)
        st.markdown(f"Flagged, and not used:\n\n{listed}")


def _show_reasons(account: Mapping) -> None:
    """Say why rows were left out or flagged, in the words of layout and contract."""
    if not account["reasons"]:
        return
    layouts = {
        part.name: part
        for layout in mapping_choice.available()
        for part in layout.parts
    }
    filters = layouts[account["mapping"]].filters
    says = {rule.name: rule.says for rule in contracts.load(account["source"]).rules}
    filtered = {filter_.reason: filter_.says for filter_ in filters if filter_.says}
    rows = [
        (
            plain(
                filtered.get(rule)
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
