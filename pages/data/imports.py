"""Bring exports in, account for every row, withdraw a wrong file."""

import streamlit as st

from kpis import preview, settings
from kpis.results import opened_build
from pages._frame import session
from pages._imports import running_job
from pages._imports.arrivals import show_arrivals, show_findings, show_refused
from pages._imports.import_form import renew_form, show_import_form
from pages._imports.import_list import list_imports
from pages._imports.outcome import show_last_import, show_outcome
from pages._imports.what_changes import show_waiting


def choose_data() -> None:
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
            st.button(label, on_click=use_data, args=(choice,))


def use_data(choice: str) -> None:
    settings.use(choice)
    running_job.forget()


session.require_frame()
job = running_job.current()
if job and job.is_done:
    renew_form(job)
st.title("Imports", anchor=False)
choose_data()
show_import_form()
if job and not job.is_done:
    running_job.show_progress()
elif job:
    show_outcome(job)
waiting = preview.waiting(settings.home())
if waiting and not running_job.is_busy():
    show_waiting(waiting)
elif not job:
    show_last_import()
build_id = opened_build.current_build_id()
if build_id:
    show_arrivals(build_id)
    show_findings(build_id)
    show_refused()
list_imports()
