"""The job that a visitor has started: kept in the session, followed until it ends."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages._imports.jobs import Command, Job

JOB = "job"


def current() -> Job | None:
    """Return the job that was started last, running or done."""
    return st.session_state.get(JOB)


def is_busy() -> bool:
    """Return whether a job is running; only one does at a time."""
    job = current()
    return job is not None and not job.is_done


def begin(
    commands: Sequence[Command], clean_up: Callable[[], None] = lambda: None
) -> None:
    """Start a job, and draw the page again to follow it."""
    st.session_state[JOB] = Job(commands, clean_up).start()
    st.rerun()


def forget() -> None:
    """Stop showing a job that has ended, once something else is done."""
    job = current()
    if job and job.is_done:
        del st.session_state[JOB]


@st.fragment(run_every=0.5)
def show_progress() -> None:
    """Follow the job, and draw the page again when it ends."""
    job = current()
    if job is None or job.is_done:
        st.rerun()
    st.progress(min(job.share, 1.0), text=f"{job.step.capitalize()} ...")
