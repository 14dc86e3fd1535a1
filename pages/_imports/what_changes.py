"""What the import that waits would change, and the two buttons: take it, leave it."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from kpis import formatting, preview, settings
from kpis.definitions import contracts, indicators
from kpis.ingest import effects
from kpis.output import import_words, spreadsheets
from kpis.preview import Waiting
from kpis.results import opened_build
from pages._cached import builds
from pages._cached.figure_rows import MOST_LISTED
from pages._frame import elements
from pages._frame.markdown import plain
from pages._imports import jobs, running_job
from pages._imports.reasons import reasons

AREAS_LISTED = 5
FIGURES = {
    "added": "not held before",
    "duplicates": "held with the same contents",
    "replaced": "held with other contents",
    "retired": "no longer in the export",
}
NAMES = {"duplicates": "the same"}
PARTS = {
    "read": "Read",
    "accepted": "accepted",
    "duplicates": "duplicates",
    "filtered": "filtered",
    "quarantined": "refused",
}


def show_waiting(waiting: Waiting) -> None:
    """Show what waits: sentence, counts, buttons, figures that move, rows that go."""
    elements.header("What this import will change", "Edition", "Quarantine")
    retired = {
        account["import_id"]: _retired(account)
        for account in waiting.accounts
        if account["retired"]
    }
    for account in waiting.accounts:
        _show_sentences(account, retired.get(account["import_id"]), waiting)
    left, right = st.columns([8, 4], gap="medium")
    with right:
        _show_buttons(waiting)
    for account in waiting.accounts:
        with left:
            _show_counts(account)
            _show_moves(account)
            _show_retired(account, retired.get(account["import_id"]))
        with right:
            _show_account(account)


def _names() -> Mapping[str, str]:
    build_id = opened_build.current_build_id()
    return builds.names(build_id) if build_id else {}


def _retired(account: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows that an import which waits would retire."""
    source, import_id = account["source"], account["import_id"]
    file = preview.retired_file(settings.home(), source, import_id)
    return effects.retired_rows(file)


def _show_sentences(
    account: Mapping[str, Any], retired: pd.DataFrame | None, waiting: Waiting
) -> None:
    """Say first what to look at, then what would go out of the figures."""
    for warning in import_words.warnings(account):
        st.warning(plain(warning))
    if import_words.unsure(account):
        st.warning(plain(import_words.unsure(account)))
    by_area = import_words.retired_by_area(
        retired if retired is not None else pd.DataFrame(), _names()
    )
    name = plain(account["file"])
    if len(waiting.accounts) > 1:
        name += f" ({contracts.load(account['source']).title})"
    with st.container(key=f"lead_{account['import_id']}"):
        st.markdown(f"Nothing counts yet. {import_words.lead(account, by_area)}")
    st.caption(name)


def _show_buttons(waiting: Waiting) -> None:
    busy = running_job.is_busy()
    with st.container(horizontal=True):
        take = st.button("Take it", disabled=busy or not waiting.is_current)
        leave = st.button("Leave it", disabled=busy)
    if not waiting.is_current:
        st.markdown(
            "Something else was imported, withdrawn or built since. Leave this import "
            "and bring the file in again to see what it changes now."
        )
    else:
        months = " and ".join(
            filter(None, dict.fromkeys(map(import_words.touched, waiting.accounts)))
        )
        touches = f"Touches {months}. " if months else ""
        st.markdown(f"{touches}Taking it can be undone: withdraw it below.")
    if take:
        running_job.begin(jobs.taking())
    if leave:
        running_job.begin(jobs.leaving())


def _show_counts(account: Mapping[str, Any]) -> None:
    cells = "".join(
        f"<div><b>{formatting.count(account[name])}</b>"
        f"<span>{NAMES.get(name, name)}{_mark(name, account)}</span>"
        f"<small>{says}</small></div>"
        for name, says in FIGURES.items()
    )
    st.html(f'<div class="changes">{cells}</div>')


def _mark(name: str, account: Mapping[str, Any]) -> str:
    is_loss = name == "retired" and account["retired"]
    return ' <i role="img" aria-label="look at this">▼</i>' if is_loss else ""


def _show_moves(account: Mapping[str, Any]) -> None:
    moves = import_words.moves(account, indicators.load(), _names())
    if not moves:
        if "compared" in account:
            st.markdown("No figure that is shown moves.")
        return
    compared, moved = (formatting.count(account[n]) for n in ("compared", "moved"))
    st.html(
        _head("Figures that move most", f"{moved} of {compared} move")
        + _table(
            ("Indicator", "Today", "After", "Cases"),
            [
                (
                    f"{escape(move.indicator)}<small>{escape(move.where)}</small>",
                    escape(move.before),
                    escape(move.after),
                    escape(move.cases),
                )
                for move in moves
            ],
        )
    )


def _show_retired(account: Mapping[str, Any], retired: pd.DataFrame | None) -> None:
    """Show where the rows lie that would count no more, and offer all of them."""
    if retired is None:
        return
    table = import_words.retired_by_area(retired, _names())
    shown = table.head(AREAS_LISTED)
    rows = [
        (escape(area), escape(months), formatting.count(count))
        for area, months, count in shown.itertuples(index=False)
    ]
    rest = table.iloc[AREAS_LISTED:]
    if len(rest):
        more = f"{len(rest)} more areas"
        rows.append((more, "", formatting.count(rest["rows"].sum())))
    says = f"{formatting.count(len(retired))}, in figures today and not in this edition"
    st.html(_head("Retired rows", says) + _table(("Area", "Months", "Rows"), rows))
    elements.folded_table(
        "By key and line",
        import_words.with_key_columns(retired.head(MOST_LISTED)),
        {"import_id": "Import", "line": "Line", "month": "Month", "area_code": "Area"},
    )
    elements.download(
        "Retired rows (CSV)",
        lambda: spreadsheets.csv(import_words.with_key_columns(retired)),
        f"{account['import_id']}_retired.csv",
    )


def _show_account(account: Mapping[str, Any]) -> None:
    rows = [(says, formatting.count(account[name])) for name, says in PARTS.items()]
    st.html(_head("Account of the file", "") + _table((), rows))
    found = reasons(account)
    if found:
        st.html(
            _head("Left out", "")
            + _table(("Reason", "Rows"), [(escape(says), n) for says, n in found])
        )
    if account["flagged"]:
        flagged = formatting.count(account["flagged"])
        st.caption(f"{flagged} rows that stay have a flagged value, which is not used.")


def _head(title: str, says: str) -> str:
    return f"<h3>{escape(title)} <small>{escape(says)}</small></h3>"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table as HTML; its cells are HTML, its first column is text."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows
    )
    top = f"<thead><tr>{head}</tr></thead>" if heads else ""
    return f'<table class="changes">{top}<tbody>{body}</tbody></table>'
