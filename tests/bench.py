"""Speed and memory as ratios to what DuckDB itself needs, for `make bench`.

Prints the table and writes `docs/benchmarks.md`. It asserts nothing: figures depend on
the machine, ratios much less.
"""

import argparse
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from kpis import demo, pipeline, settings
from kpis.builds import kpi_rows, marts, store
from kpis.definitions import contracts, sources
from kpis.ingest import importer, lake
from kpis.results import opened_build
from tests import bench_answers, bench_pages
from tests.stopwatch import seconds

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 2**20


WHERE_TIME_GOES = """\
## Where the time goes

**Import: the goal is missed.** On a quiet machine the ratio was 5.0 x (11.1 s against
2.2 s). Of 11.1 s in one profiled run, reading and judging the rows took 4.5 s, writing
them again by month with their lines 3.4 s, finding the records 1.4 s, and looking for
repeated keys 0.7 s; the rest is hashing and checking the text. The plain copy does only
the first of these, and guesses types where the import checks them. To save time, start
with the second writing: it exists because DuckDB cannot number the rows of a CSV file
on several processors (docs/decisions/0010).

**Full build: the goal is missed.** Of 15.8 s in one profiled run with all indicators,
writing the marts of eleven sources took 7.3 s, the mart of calls that follow each
other 1.4 s, counting 56 indicators 4.8 s, and comparing sources 1.9 s. Both processors
are busy throughout, so counting two indicators at once gains nothing. The goal was 2 x
the bare selects and 6 x one read of the lake; just reading the finished marts and
writing them again takes as long as that (docs/decisions/0018).

**A page's data: the goals are missed.** It took 82 ms with nine indicators; the
catalogue has 57. Of 110 ms for a borough on one year, queries take about 60 ms (a
statement needs 5 to 10 ms to start, however little it counts), the states of 1,400
cells 20 ms, and building frames in pandas the rest. Pages keep the answer, so each
area of a build is asked for once.

**A borough opened for the first time: the goal is missed** on ten years, with 57
indicators where the goal assumes 8. Of one second for the overview, the engine's answer
takes about 0.2 s; most of the rest is judging the past of 57 indicators. For a borough
opened before, the goal is met on both pages; the indicator page has three charts and
five tables, which Chromium draws in 0.5 s.

**People at once: both goals are missed on the indicator page.** The server is one
Python process that does one thing at a time. A click on the overview takes it about
20 ms. A click on an indicator page takes about 90 ms, spread over Streamlit's elements:
three charts, five tables, their hashes and their messages. Twenty people who think for
half a second ask for 28 pages a second. Builds are files that are only read, so several
servers can share the work behind a proxy that keeps each visitor on the same server
(docs/operations.md). When garbage was still collected after every click
(`runner.postScriptGC`), a click on the overview took 75 ms.
"""


def in_new_process(name: str, *arguments: str) -> list[float]:
    """Run one step of this file in a new process.

    Returns its seconds, peak memory in MB, and what else it measured.
    """
    command = [sys.executable, "-m", "tests.bench", "--step", name, *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [float(number) for number in reversed(done.stdout.split())]


def step_copy(source: str, target: str) -> Callable[[], object]:
    """Copy with DuckDB's own reader and writer, to compare the import with."""
    connection = duckdb.connect(config={"memory_limit": settings.MEMORY_LIMIT})
    statement = f"copy (select * from read_csv('{source}')) to '{target}'"
    return lambda: connection.execute(statement)


def step_import(source: str, data_dir: str) -> Callable[[], object]:
    """Import one file of calls, and print how long the look-up of keys took."""
    begun: dict[str, float] = {}

    def work() -> None:
        importer.import_file(
            Path(source),
            "canonical_calls",
            Path(data_dir),
            progress=lambda share, step: begun.setdefault(step, time.perf_counter()),
        )
        compared = begun["comparing with rows already held"]
        looked = begun["writing to the lake"] - compared
        print(looked)

    return work


def step_build(data_dir: str, *words: str) -> Callable[[], object]:
    """Build what changed, or everything."""
    return lambda: pipeline.build(Path(data_dir), is_full="full" in words)


STEPS = {"copy": step_copy, "import": step_import, "build": step_build}


def run_step(name: str, arguments: list[str]) -> None:
    """Do one step, and print its seconds and peak memory."""
    work = STEPS[name](*arguments)
    took = seconds(work)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(peak, took)


def bench_import(place: Path, calls: Path) -> list[str]:
    """Compare the import of a year of calls with a plain copy to Parquet."""
    size = calls.stat().st_size / MEGABYTE
    copies, imports = [], []
    for attempt in range(3):
        copies.append(in_new_process("copy", str(calls), str(place / "copy.parquet")))
        data_dir = place / f"import{attempt}"
        imports.append(in_new_process("import", str(calls), str(data_dir)))
        shutil.rmtree(data_dir)
    copy, ours = min(copies), min(imports)
    peak = max(one[1] for one in imports)
    return [
        f"| Import a calls CSV ({size:.0f} MB) | at most 3 x plain copy, under 2 GB "
        f"| {ours[0] / copy[0]:.1f} x | {ours[0]:.1f} s against {copy[0]:.1f} s "
        f"| {peak:.0f} MB |"
    ]


def source_of(path: Path) -> str:
    """Return the source that a demo's file belongs to."""
    return path.name.split("_2")[0]


def without_last_month(calls: Path, target: Path) -> tuple[Path, Path]:
    """Cut a year of calls into eleven months and the last one, as two exports."""
    end = calls.name.split("_to_")[1][:10]
    month = date.fromisoformat(end).replace(day=1)
    before = month - timedelta(days=1)
    first = calls.name.split("_")[1]
    names = (
        f"calls_{first}_to_{before}_extracted_{month}T0300.csv",
        f"calls_{month}_to_{end}_extracted_{calls.stem.split('_')[-1]}.csv",
    )
    target.mkdir()
    with (
        calls.open(encoding="utf-8") as source,
        (target / names[0]).open("w", encoding="utf-8") as body,
        (target / names[1]).open("w", encoding="utf-8") as rest,
    ):
        header = next(source)
        place = header.strip().split(",").index("offered_at")
        body.write(header)
        rest.write(header)
        for line in source:
            is_last = line.split(",", place + 1)[place][:7] == f"{month:%Y-%m}"
            (rest if is_last else body).write(line)
    return target / names[0], target / names[1]


@dataclass(frozen=True)
class Home:
    """A data directory with everything except the last month of calls."""

    data_dir: Path
    year: Path
    month: Path
    call_count: int
    took: dict[str, float]

    @property
    def size(self) -> str:
        """Return how many calls it holds, in words."""
        return f"{self.call_count / 1e6:.1f} m calls"


def prepare(place: Path, scale: float, years: int) -> Home:
    """Make a demo of some years, import all but the last month, and build it."""
    data_dir, exports = place / f"home{years}", place / f"exports{years}"
    took, files = {}, []
    demo.write_reference(data_dir)
    took["written"] = seconds(
        lambda: files.extend(demo.write(exports, scale=scale, years=years))
    )
    year = max(path for path in files if source_of(path) == "calls")
    body, month = without_last_month(year, place / f"cut{years}")
    taken = [body, *(path for path in files if path != year)]
    accounts = []
    took["imported"] = seconds(
        lambda: accounts.extend(
            importer.import_file(path, f"canonical_{source_of(path)}", data_dir)
            for path in taken
        )
    )
    took["built"], took["peak"] = in_new_process("build", str(data_dir))[:2]
    count = sum(one["accepted"] for one in accounts if one["source"] == "calls")
    return Home(data_dir, year, month, count, took)


def add_month(home: Home) -> dict[str, float]:
    """Import the last month and build; return seconds of each, and of key look-up."""
    imported, peak, looked = in_new_process(
        "import", str(home.month), str(home.data_dir)
    )
    built, build_peak, *_ = in_new_process("build", str(home.data_dir))
    return {
        "imported": imported - looked,
        "looked": looked,
        "built": built,
        "peak": max(peak, build_peak),
    }


def bench_full_build(one: Home) -> list[str]:
    """Compare a full build with its bare selects and with one read of the lake."""
    took, peak = min(
        in_new_process("build", str(one.data_dir), "full")[:2] for _ in range(2)
    )
    opened = opened_build.open_build(one.data_dir)
    bare = min(seconds(lambda: run_bare(opened)) for _ in range(2))
    opened.close()
    read = min(seconds(lambda: read_lake(one.data_dir)) for _ in range(2))
    written = min(seconds(lambda: copy_marts(one.data_dir)) for _ in range(2))
    first = 2 * bare + 6 * read
    allowed = first + 2 * written
    return [
        f"| Full build of a year, all indicators | at most 2 x (bare selects + marts "
        f"written again) + 6 x one read of the lake (decision 18) | "
        f"{took / allowed:.1f} x of that | {took:.1f} s against {allowed:.1f} s "
        f"(selects {bare:.2f} s, written {written:.2f} s, read {read:.2f} s); without "
        f"the writing {took / first:.1f} x | {peak:.0f} MB |"
    ]


def run_bare(opened: opened_build.Build) -> None:
    """Run every indicator's select over finished marts, and add up the results."""
    for kpi in opened.kpis.values():
        if not kpi.sql:
            continue
        names = (
            "value"
            if kpi.measure.has_values or kpi.population.stage == "published"
            else "numerator"
        )
        rows = kpi_rows.rows(kpi, opened.imports)
        opened.warehouse.tuples(f"{rows} select count(*), sum({names}) from kpi_rows")


def copy_marts(data_dir: Path) -> None:
    """Read and write the finished marts: no full build can take less."""
    current = store.directory(data_dir, store.current_id(data_dir))
    with tempfile.TemporaryDirectory() as scratch:
        for mart in sources.marts():
            listed = ", ".join(f"'{file}'" for file in marts.files(current, mart))
            duckdb.sql(
                f"copy (select * from read_parquet([{listed}], hive_partitioning = "
                f"false)) to '{scratch}/{mart}.parquet' (compression zstd)"
            )


def read_lake(data_dir: Path) -> None:
    """Read every column of every file that counts, once."""
    manifest = lake.read_manifest(data_dir)
    for source in contracts.load_all():
        files = lake.files(data_dir, lake.current(manifest, source))
        if files:
            listed = ", ".join(f"'{file}'" for file in files)
            duckdb.sql(
                f"select count(columns(*)) from read_parquet([{listed}], "
                "union_by_name = true)"
            ).fetchall()


def bench_add_month(one: Home, ten: Home) -> list[str]:
    """Compare what a month costs on one year and on ten."""
    short, long = add_month(one), add_month(ten)
    total = [found["imported"] + found["built"] for found in (short, long)]
    return [
        f"| Add one month of calls to {ten.size} "
        f"| at most 2 x the same on one year | {total[1] / total[0]:.1f} x "
        f"| {total[1]:.1f} s against {total[0]:.1f} s (import {long['imported']:.1f} "
        f"and {short['imported']:.1f}, build {long['built']:.1f} and "
        f"{short['built']:.1f}); key look-up, not counted: {long['looked']:.1f} s and "
        f"{short['looked']:.1f} s | {long['peak']:.0f} MB |"
    ]


def main() -> None:
    """Make the data, run every measure, print and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", nargs="+")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--years", type=int, default=10)
    options, rest = parser.parse_known_args()
    if options.step:
        run_step(options.step[0], [*options.step[1:], *rest])
        return
    place = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        one = prepare(place, options.scale, 1)
        lines = bench_import(place, one.year)
        ten = prepare(place, options.scale, options.years)
        # the year has to be complete before it is built in full
        month = bench_add_month(one, ten)
        lines += bench_full_build(one)
        lines += month
        lines += bench_answers.boards(one.data_dir, ten.data_dir, ten.size)
        lines += bench_answers.rows(ten.data_dir)
        lines += bench_answers.breakdown(one.data_dir, one.size)
        lines += bench_pages.measure(ten.data_dir, ten.size)
    finally:
        shutil.rmtree(place)
    text = table(lines, ten)
    print(text)
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


def table(lines: list[str], ten: Home) -> str:
    """Return the text of `docs/benchmarks.md`."""
    machine = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}"
    )
    took = ten.took
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "`make bench` writes this page. Both sides of a ratio come from the same "
            "run on the same machine.",
            "",
            f"Ten years of the demo force at full scale, {ten.call_count:,} calls: "
            f"exports written in {took['written']:.0f} s, imported in "
            f"{took['imported']:.0f} s, built in {took['built']:.0f} s (peak "
            f"{took['peak']:.0f} MB). {machine}, DuckDB {duckdb.__version__}.",
            "",
            "| What | Goal | Ratio | Seconds | Peak memory |",
            "|---|---|---|---|---|",
            *lines,
            "",
            WHERE_TIME_GOES,
        ]
    )


if __name__ == "__main__":
    main()
