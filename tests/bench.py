"""Speed and memory, as ratios to what DuckDB itself needs: make bench.

Prints the table and writes `docs/benchmarks.md`. Nothing here is asserted: figures
depend on the machine, ratios much less.
"""

import argparse
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from kpis import build, demo, importer, results, settings
from tests import kills

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 2**20
KILLS = {"import": 80, "build": 80, "prune": 40}
KILLS_SEED = 200


WHERE_IMPORT_TIME_GOES = """\
The import misses its goal. Of 11.1 s in one profiled run, reading and judging the rows
took 4.5 s, writing them again by month with their lines 3.4 s, finding the records
1.4 s, looking for repeated keys 0.7 s; the rest is hashing and checking the text. The
plain copy does none but the first, and guesses types where the import checks them. The
second writing is the first thing to save: it exists because DuckDB cannot number the
rows of a CSV file on several processors (docs/decisions/0010).
"""


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_new_process(name: str, *arguments: str) -> tuple[float, float]:
    """Run one step of this file alone; return its seconds and peak memory in MB."""
    command = [sys.executable, "-m", "tests.bench", "--step", name, *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    took, peak = done.stdout.split()[-2:]
    return float(took), float(peak)


def step_copy(source: str, target: str) -> Callable[[], object]:
    """What the import is measured against: DuckDB's own reader and writer."""
    connection = duckdb.connect(config={"memory_limit": settings.MEMORY_LIMIT})
    statement = f"copy (select * from read_csv('{source}')) to '{target}'"
    return lambda: connection.execute(statement)


def step_import(source: str, data_dir: str) -> Callable[[], object]:
    """Import one file of calls."""
    return lambda: importer.import_file(Path(source), "canonical_calls", Path(data_dir))


STEPS = {"copy": step_copy, "import": step_import}


def run_step(name: str, arguments: list[str]) -> None:
    """Do one step, and print its seconds and peak memory."""
    work = STEPS[name](*arguments)
    took = seconds(work)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(took, peak)


def bench_import(place: Path, calls: Path) -> list[str]:
    """Compare the import of a year of calls with a plain copy to Parquet."""
    size = calls.stat().st_size / MEGABYTE
    copies, imports = [], []
    for attempt in range(3):
        copies.append(in_new_process("copy", str(calls), str(place / "copy.parquet")))
        data_dir = place / f"import{attempt}"
        imports.append(in_new_process("import", str(calls), str(data_dir)))
    copy, ours = min(copies), min(imports)
    peak = max(peak for _, peak in imports)
    return [
        f"| Import a calls CSV ({size:.0f} MB) | at most 3 x plain copy, under 2 GB "
        f"| {ours[0] / copy[0]:.1f} x | {ours[0]:.1f} s against {copy[0]:.1f} s "
        f"| {peak:.0f} MB |"
    ]


def bench_rows(place: Path, files: list[Path]) -> list[str]:
    """Time the rows of one cell, with file and line, among all calls."""
    data_dir = place / "rows"
    demo.write_reference(data_dir)
    for path in files:
        importer.import_file(path, f"canonical_{path.name.split('_2')[0]}", data_dir)
    build.build(data_dir)
    one = results.open_build(data_dir)
    cell = ("ops_999_answered_in_target", "IR", date(2003, 10, 1), date(2003, 10, 31))
    borough = ("ops_immediate_attended_in_target", "QK", cell[2], cell[3])
    lines = []
    for name, asked in (("site", cell), ("borough", borough)):
        results.rows(one, *asked, limit=200)
        took = sorted(
            seconds(lambda asked=asked: results.rows(one, *asked, limit=200))
            for _ in range(20)
        )
        whole = seconds(lambda asked=asked: results.rows(one, *asked))
        lines.append(
            f"| Rows of one cell, {name} and month (first 200) | under 300 ms | "
            f"| {took[-2] * 1000:.0f} ms p95, all of them {whole * 1000:.0f} ms | |"
        )
    return lines


def bench_kills(place: Path) -> list[str]:
    """Kill commands at seeded moments; count what was lost or left half done."""
    met = [
        kills.kill(scenario, moment, place / "killed")
        for scenario in kills.scenarios(place)
        for moment in kills.moments(scenario, KILLS[scenario.command[0]], KILLS_SEED)
    ]
    for one in met:
        if one.faults:
            print(one)
    writing = sum(one.was_writing for one in met)
    faults = sum(bool(one.faults) for one in met)
    return [
        f"| {len(met)} times kill -9 during import, build and prune | each whole or "
        f"not at all, and whole when run again | | {faults} faults; {writing} kills "
        "met a command that was writing | |"
    ]


def main() -> None:
    """Make the data, run every measure, print and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", nargs="+")
    parser.add_argument("--scale", type=float, default=1.0)
    options, rest = parser.parse_known_args()
    if options.step:
        run_step(options.step[0], [*options.step[1:], *rest])
        return
    place = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        files: list[Path] = []
        making = seconds(
            lambda: files.extend(
                demo.write(place / "exports", scale=options.scale, years=1)
            )
        )
        calls = next(path for path in files if path.name.startswith("calls"))
        with calls.open("rb") as file:
            count = sum(
                chunk.count(b"\n") for chunk in iter(lambda: file.read(2**24), b"")
            )
        lines = [
            *bench_import(place, calls),
            *bench_rows(place, files),
            *bench_kills(place / "kills"),
        ]
    finally:
        shutil.rmtree(place)
    text = table(lines, count - 1, making)
    print(text)
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


def table(lines: list[str], count: int, making: float) -> str:
    """Return the document."""
    machine = (
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `make bench`. Ratios are of the same run on the same machine.",
            "",
            f"{count:,} calls of one demo year at full scale, made in {making:.0f} s. "
            f"{machine}, DuckDB {duckdb.__version__}.",
            "",
            "| What | Goal | Ratio | Seconds | Peak memory |",
            "|---|---|---|---|---|",
            *lines,
            "",
            WHERE_IMPORT_TIME_GOES,
        ]
    )


if __name__ == "__main__":
    main()
