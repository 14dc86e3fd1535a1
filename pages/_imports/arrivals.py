"""What has arrived month by month, what is missing, and what looks wrong."""

import streamlit as st

from kpis import formatting, settings
from kpis.ingest import lake
from kpis.output import doubts, spreadsheets
from pages._cached import builds, imported
from pages._components.coverage_grid import draw_grid
from pages._components.findings import draw_findings
from pages._frame import elements, session
from pages._frame.markdown import plain

ABSENCES_LISTED = 4
REFUSED_LISTED = 4


def show_arrivals(build_id: str) -> None:
    """Say what is missing, and show what came: month by month, from every source."""
    elements.header("What has arrived", "Coverage", "Not reliable")
    st.markdown(_absences(build_id))
    draw_grid(imported.coverage_contents(build_id), session.theme())
    elements.download(
        "What has arrived (CSV)",
        lambda: spreadsheets.csv(builds.arrivals(build_id)),
        "arrivals.csv",
    )


def _absences(build_id: str) -> str:
    """List what is expected and has not come."""
    absences = doubts.absences(builds.missing(build_id), builds.names(build_id))
    if not absences:
        return "No day is missing between the first export of a source and its last."
    lines = [f"{absence}." for absence in absences]
    more = len(lines) - ABSENCES_LISTED
    if more > 1:
        lines = [*lines[:ABSENCES_LISTED], f"And {more} more: see the holes below."]
    return "\n".join(f"- {plain(line)}" for line in lines)


def show_findings(build_id: str) -> None:
    """Show what only shows when rows are compared with other rows."""
    elements.header("What to look at")
    if builds.findings(build_id).empty:
        st.markdown("Nothing was found when the exports were compared with each other.")
        return
    draw_findings(imported.findings_contents(build_id), session.theme())


def show_refused() -> None:
    """Say which files that count have refused rows, those with most first."""
    imports = lake.imports(settings.data_dir())
    found = imports[(imports["state"] == "current") & (imports["quarantined"] > 0)]
    if found.empty:
        return
    found = found.sort_values("quarantined", ascending=False)
    lines = [
        f"- {plain(row['file'])}: {formatting.count(row['quarantined'])} of "
        f"{formatting.count(row['read'])} rows refused"
        for row in found.head(REFUSED_LISTED).to_dict("records")
    ]
    more = len(found) - REFUSED_LISTED
    if more > 0:
        lines.append(f"- and {more} more files; each is listed below")
    st.markdown("\n".join(["Refused rows, each with line and remedy below:", *lines]))
