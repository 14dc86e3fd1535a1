"""Work that changes the data, done by the command line in processes of its own.

The server only reads. An import that takes minutes, or fails, must not hold up people
who look at figures. The imports page keeps the job in its session and asks for its
progress.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread

from kpis import limits, settings

REFUSED = 2
BUG = "This failed, and not because of your file; the server's terminal says more."
Command = Sequence[str]


@dataclass
class Job:
    """Commands that run one after the other; a failed one ends the job.

    `share` (0 to 1) and `step` say how far the running command is. Once `is_done`,
    `error` is "" or says what the user can do, and `reports` holds the JSON that each
    command printed. Work files go below `place`, if it is given.
    """

    commands: Sequence[Command]
    clean_up: Callable[[], None] = lambda: None
    place: Path | None = None
    share: float = 0.0
    step: str = "starting"
    error: str = ""
    is_done: bool = False
    reports: list[object] = field(default_factory=list)

    def start(self) -> "Job":
        """Begin in a thread of its own and return at once."""
        Thread(target=self.run, name="job").start()
        return self

    def run(self) -> None:
        """Run the commands, and return when they have ended."""
        try:
            for command in self.commands:
                self._run_one(command)
                if self.error:
                    break
        finally:
            self.clean_up()
            self.is_done = True

    def _run_one(self, command: Command) -> None:
        own = {"DEMAND_PROGRESS": "1", limits.LIMITED: "1"}
        if self.place:
            own["TMPDIR"] = str(self.place)
        # A file, because a full pipe would stop the process while we read the other.
        with TemporaryFile() as printed:
            process = subprocess.Popen(
                [sys.executable, "-m", "kpis", *command],
                cwd=settings.PROJECT,
                env=os.environ | own,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
            lines = process.stderr or ()
            said = [line for line in lines if not self._is_progress(line)]
            code = process.wait()
            printed.seek(0)
            self._finish(command, code, printed.read().decode(), "".join(said))

    def _is_progress(self, line: str) -> bool:
        if not line.startswith("{"):
            return False
        try:
            report = json.loads(line)
            self.share, self.step = float(report["progress"]), str(report["step"])
        except (ValueError, KeyError, TypeError):
            return False
        return True

    def _finish(self, command: Command, code: int, printed: str, said: str) -> None:
        if code not in (0, REFUSED):
            # Its output may quote a row: it goes to the terminal, not to the page.
            logging.getLogger(__name__).error(
                "%s ended with %s\n%s", command, code, said
            )
            self.error = limits.problem(code) or BUG
            return
        if code == REFUSED:
            self.error = said.strip()
        if printed.strip():
            self.reports.append(json.loads(printed))


def layouts_of(file: Path) -> tuple[list[str], str]:
    """Return the names of the layouts that fit a file, and "" or what is wrong.

    The file is read in a process with limits; work files are left in its directory.
    """
    job = Job([["layouts", str(file), "--json"]], place=file.parent)
    job.run()
    names = [str(name) for report in job.reports for name in _list(report)]
    return names, job.error


def _list(report: object) -> list[object]:
    return report if isinstance(report, list) else []


def holding(
    file: Path, mapping: str, extracted_at: str | None, coverage: Sequence[str]
) -> list[Command]:
    """Return the command that works out what an import would change, and lets it wait.

    `coverage` are options that say what the file covers.
    """
    when = ["--extracted-at", extracted_at] if extracted_at else []
    words = ["import", str(file), f"--mapping={mapping}", *when, *coverage]
    return [[*words, "--hold", "--json"]]


def taking() -> list[Command]:
    """Return the command that makes the import that waits count."""
    return [["take", "--json"]]


def leaving() -> list[Command]:
    """Return the command that forgets the import that waits."""
    return [["leave"]]


def withdrawing(import_id: str, why: str) -> list[Command]:
    """Return the commands that withdraw an import and build."""
    return [["withdraw", import_id, f"--why={why}", "--json"], ["build", "--json"]]


def restoring(import_id: str) -> list[Command]:
    """Return the commands that undo a withdrawal and build."""
    return [["withdraw", import_id, "--undo", "--json"], ["build", "--json"]]
