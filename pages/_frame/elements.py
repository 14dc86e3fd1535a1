"""Small parts that several pages show: headers, notices, downloads, folded tables."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from kpis.definitions import glossary
from kpis.errors import UserError
from kpis.output import spreadsheets
from kpis.results import Build
from pages._frame.markdown import plain

# headings of a table by column, some with how to format it
Heads = dict[str, ColumnConfig | str | None]

MIME_TYPES = {
    ".csv": "text/csv",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def synthetic_notice(build: Build) -> None:
    """Say on every page of a demo that its figures are invented."""
    if build.is_demo:
        st.markdown("**Synthetic data**", help="Invented; no real force.", width=150)


@contextmanager
def user_errors() -> Iterator[None]:
    """Show an error that the user can mend as a notice; let bugs through."""
    try:
        yield
    except UserError as error:
        st.error(plain(str(error)))


def header(title: str, *terms: str) -> None:
    """Begin a part of a page; a question mark explains terms of the glossary."""
    st.header(title, anchor=False, help=meaning(*terms) if terms else None)


def meaning(*terms: str) -> str:
    """Return what terms of the glossary mean, as Markdown."""
    return "\n\n".join(f"**{term}.** {glossary.entries()[term]}" for term in terms)


def download(label: str, make: Callable[[], bytes], file_name: str) -> None:
    """Offer a file, which is made when it is asked for.

    The page does not run again at the click: a run would remove the file before the
    click has fetched it.
    """
    mime = MIME_TYPES[PurePath(file_name).suffix]
    st.download_button(label, make, file_name, mime, on_click="ignore")


def download_rows(label: str, rows: Callable[[], pd.DataFrame], name: str) -> None:
    """Offer rows as an Excel file, in which identifiers stay text, and as CSV."""
    download(
        f"{label} (Excel)",
        lambda: spreadsheets.workbook({"Rows": rows()}),
        f"{name}.xlsx",
    )
    download(f"{label} (CSV)", lambda: spreadsheets.csv(rows()), f"{name}.csv")


def folded_table(label: str, table: pd.DataFrame, heads: Mapping[str, str]) -> None:
    """Show a table that is closed until someone opens it."""
    with st.expander(label):
        st.dataframe(
            table, hide_index=True, width="stretch", column_config=heads, alt=label
        )
