"""Commands killed half way: a small force, the moments, and what must hold after.

A scenario is a command with the data directory that it starts from. Undisturbed it is
run once: that gives the time during which it writes, the steps by which it changes
what is kept (files moved or removed), and what is right at the end. It is killed at a
share of that time, or just before a step: a time alone would hardly ever hit the gap
between two of them.

`python -m tests.kills STEP COMMAND ...` runs a command that kills itself before a
step; with 0 it does not, and says at the end how many steps it took.
"""

import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from kpis import demo, pipeline
from kpis.__main__ import main
from kpis.builds import pruning
from kpis.ingest import importer, lake
from kpis.results import opened_build
from tests.exports import PROJECT

MOMENT = 0.001
# the facts of a build have its own name in them
NOT_COMPARED = {"facts"}


def rebuilt(data_dir):
    return pipeline.build(data_dir, is_full=True).build


@dataclass(frozen=True)
class Scenario:
    """A command, the directory it starts from, and what it does when left alone."""

    command: tuple[str, ...]
    start: Path
    before: dict
    after: dict
    seconds: float
    steps: int


@dataclass(frozen=True)
class Kill:
    """What a kill met: whether the command was writing, and what was wrong after."""

    moment: float | int
    was_writing: bool
    faults: list[str]


def exports(directory: Path) -> tuple[Path, Path]:
    """Write an export of calls with two broken rows, and one of incidents."""
    paths = {
        path.name.split("_2")[0]: path
        for path in demo.write(directory, scale=0.01, years=1)
    }
    with paths["calls"].open("a", encoding="utf-8") as file:
        file.write("a row,cut short\nanother,,,\n")
    return paths["calls"], paths["incidents"]


def process(
    *arguments: str,
    data_dir: Path,
    module: tuple[str, ...] = ("kpis",),
    prefix: tuple[str, ...] = (),
    **options,
) -> subprocess.Popen:
    """Start python -m kpis in a process group of its own."""
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", *module, *arguments],
        cwd=PROJECT,
        env={**os.environ, "DEMAND_DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def wait_until_writing(running: subprocess.Popen, data_dir: Path) -> None:
    """Return as soon as a command writes, or has ended."""
    while not (data_dir / "temporary").exists() and running.poll() is None:
        time.sleep(MOMENT)


def by_name(place: Path) -> dict[str, Scenario]:
    """Return the scenarios by the name of their command: import, build, prune."""
    return {one.command[0]: one for one in scenarios(place)}


def scenarios(place: Path) -> Iterator[Scenario]:
    """Yield an import, a build and a prune, each after the one before."""
    calls, incidents = exports(place / "exports")
    data_dir = place / "data"
    importer.import_file(incidents, "canonical_incidents", data_dir)
    pipeline.build(data_dir)
    takes_calls = ("import", str(calls), "--mapping", "canonical_calls")
    for command in (takes_calls, ("build",), ("prune", "--keep", "1")):
        if command[0] == "prune":
            _make_work_for_prune(data_dir)
        start = place / f"before_{command[0]}"
        shutil.copytree(data_dir, start)
        before = content(data_dir)
        running = process(*command, data_dir=data_dir, module=("tests.kills", "0"))
        wait_until_writing(running, data_dir)
        began = time.perf_counter()
        while (data_dir / "temporary").exists() and running.poll() is None:
            time.sleep(MOMENT)
        seconds = time.perf_counter() - began
        _, said = running.communicate()
        if running.returncode:
            raise RuntimeError(f"{command} failed undisturbed: {said}")
        steps = int(said.split()[-1])
        yield Scenario(command, start, before, content(data_dir), seconds, steps)


def _make_work_for_prune(data_dir: Path) -> None:
    """Leave builds that are old, and an import that counts no more."""
    (import_id,) = (
        one["import_id"]
        for one in lake.current(lake.read_manifest(data_dir), "incidents")
    )
    lake.withdraw(data_dir, import_id, "to be pruned")
    pipeline.build(data_dir)


def kill(scenario: Scenario, moment: float | int, data_dir: Path) -> Kill:
    """Kill the command at a moment, see what holds, and run it again.

    The moment is a share of the time for which it writes, or a step's number.
    """
    shutil.copytree(scenario.start, data_dir)
    if isinstance(moment, int):
        module = ("tests.kills", str(moment))
        running = process(*scenario.command, data_dir=data_dir, module=module)
    else:
        running = process(*scenario.command, data_dir=data_dir)
        wait_until_writing(running, data_dir)
        time.sleep(moment * scenario.seconds)
        os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    was_writing = (data_dir / "temporary").exists()
    faults = []
    if content(data_dir) not in (scenario.before, scenario.after):
        faults.append("what counts is neither as before nor as after")
    faults += _run_again(scenario, data_dir)
    shutil.rmtree(data_dir)
    return Kill(moment, was_writing, faults)


def _run_again(scenario: Scenario, data_dir: Path) -> list[str]:
    code = run_here(scenario.command, data_dir)
    if code:
        return [f"run again it ends with {code}"]
    faults = []
    if content(data_dir) != scenario.after:
        faults.append("run again it does not give what it gives undisturbed")
    left = [*data_dir.rglob("*.partial"), *data_dir.glob("temporary")]
    faults += [f"{path.relative_to(data_dir)} is left" for path in left]
    pruning.prune(data_dir, rebuilt, keep=1)
    if content(data_dir)["cells"] != scenario.after["cells"]:
        faults.append("prune changed a figure")
    return faults


def run_here(command: tuple[str, ...], data_dir: Path) -> int:
    """Run a command in this process, without what it prints; return its exit code."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()):
        patch.setenv("DEMAND_DATA_DIR", str(data_dir))
        return main(command)


def moments(scenario: Scenario, count: int, seed: int) -> list[float | int]:
    """Return moments, the same for the same seed: steps and shares in turn."""
    chance = random.Random(f"{scenario.command[0]} {seed}")
    steps = [*range(1, scenario.steps + 1)]
    chance.shuffle(steps)
    return [
        steps[number // 2 % len(steps)] if number % 2 else chance.random()
        for number in range(count)
    ]


def content(data_dir: Path) -> dict:
    """Return what counts: imports and rows of the lake, and every cell and mart row."""
    manifest = lake.read_manifest(data_dir)
    state = {name: one["state"] for name, one in lake.states(manifest).items()}
    imports = manifest["imports"].values()
    held = [one for one in imports if state[one["import_id"]] != "pruned"]
    files = lake.files(data_dir, held)
    refused = sorted(path.name for path in (data_dir / "quarantine").glob("*"))
    return {
        "imports": state,
        "lake": {str(path.relative_to(data_dir)): _sum_of_file(path) for path in files},
        "quarantine": [name for name in refused if Path(name).stem in state],
        "cells": cells(data_dir),
    }


def cells(data_dir: Path) -> dict[str, tuple]:
    """Return number and sum of the rows of every table and mart of the build in use."""
    with closing(opened_build.open_build(data_dir)) as one:
        tables = one.warehouse.tuples(
            "select table_name, table_catalog = 'cube' from information_schema.tables "
            "where table_catalog in ('cube', 'memory')"
        )
        return {
            name: one.warehouse.tuples(_sum(f"cube.{name}" if is_cube else name))[0]
            for name, is_cube in sorted(tables)
            if name not in NOT_COMPARED
        }


def _sum(rows: str) -> str:
    """Return a statement for number and sum of rows, whatever their order."""
    return f"select count(*), sum(hash(one)::hugeint) from {rows} as one"


def _sum_of_file(path: Path) -> tuple:
    return duckdb.sql(_sum(f"read_parquet('{path}')")).fetchall()[0]


def _kill_before(step: int) -> list[str]:
    """Kill this process before a step; return the list to which steps are added."""
    taken: list[str] = []

    def watch(event: str, given: tuple) -> None:
        # inside the temporary directory files are removed by names without a path
        if (
            event == "os.rename"
            or event == "os.remove"
            and Path(given[0]).is_absolute()
        ):
            taken.append(event)
            if len(taken) == step:
                os.killpg(os.getpgrp(), signal.SIGKILL)

    sys.addaudithook(watch)
    return taken


if __name__ == "__main__":
    taken = _kill_before(int(sys.argv[1]))
    code = main(sys.argv[2:])
    sys.stderr.write(f"{len(taken)}\n")
    sys.exit(code)
