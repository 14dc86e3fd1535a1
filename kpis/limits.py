"""What reading an upload may use: memory, processor time, time, and size of a file.

A file from elsewhere may be made to use up the machine. The imports page reads it in a
process of its own that has these limits; the system ends one that passes them, and the
server goes on.
"""

import os
import resource
import signal

# set by the imports page for the processes that it starts
LIMITED = "DEMAND_LIMITS"
# private memory: what an import may use (2 GB), with room, and over 1 GB that libraries
# set aside and never touch
MEMORY_BYTES = 4 * 2**30
# the largest file that one may write: an export and its spill
FILE_BYTES = 8 * 2**30
# by command that reads an upload: processor seconds, and seconds by the clock. An
# import waits up to ten minutes for another one.
SECONDS = {"layouts": (60, 180), "import": (1800, 3600)}
GRACE_SECONDS = 5
# how the system ends a process that passes a limit, or takes the machine's memory
ENDED_BY = {
    signal.SIGXCPU: "time",
    signal.SIGALRM: "time",
    signal.SIGKILL: "memory or time",
    signal.SIGABRT: "memory",
    signal.SIGSEGV: "memory",
}
TOO_MUCH = (
    "Reading this file was stopped: it takes more {what} than an upload may. Nothing "
    "was changed. Export a shorter period, or import the file on the command line: "
    "python -m kpis import FILE --mapping NAME."
)


def apply(command: str) -> None:
    """Limit this process if it reads an upload for a page."""
    if not os.environ.get(LIMITED) or command not in SECONDS:
        return
    processor, clock = SECONDS[command]
    _lower(resource.RLIMIT_DATA, MEMORY_BYTES)
    _lower(resource.RLIMIT_FSIZE, FILE_BYTES)
    _lower(resource.RLIMIT_CPU, processor, GRACE_SECONDS)
    # no one looks at what is left of it, which may hold rows
    _lower(resource.RLIMIT_CORE, 0)
    signal.alarm(clock)


def problem(code: int) -> str:
    """Return what to say of a process that ended with a code, or "" for any other."""
    what = ENDED_BY.get(signal.Signals(-code)) if code < 0 else None
    return TOO_MUCH.format(what=what) if what else ""


def _lower(kind: int, most: int, grace: int = 0) -> None:
    """Set a limit, or keep a lower one that is set already.

    Between it and `grace` more the system warns, and says by that which limit it was.
    """
    given = resource.getrlimit(kind)
    soft, hard = (
        wanted if now == resource.RLIM_INFINITY else min(wanted, now)
        for wanted, now in zip((most, most + grace), given, strict=True)
    )
    resource.setrlimit(kind, (soft, hard))
