"""What pages ask of the engine, without a server: part of `make bench`."""

from datetime import date
from pathlib import Path

from kpis.analysis import grouped_rows
from kpis.results import opened_build, queries
from tests.stopwatch import p95, seconds

TIMES = 20
YEAR = date(2003, 4, 1), date(2004, 3, 31)
MONTH = date(2003, 10, 1), date(2003, 10, 31)
ANSWERED = "ops_999_answered_in_target"


def boards(one: Path, ten: Path, size: str) -> list[str]:
    """Time what the overview asks of a warm engine, for every borough."""
    found = []
    for data_dir in (one, ten):
        opened = opened_build.open_build(data_dir)
        areas = queries.areas(opened).query("kind in ('mps', 'bocu')")["code"]
        for area in areas[:3]:
            queries.scoreboard(opened, area)
        found.append(
            p95(
                [
                    seconds(lambda area=area: queries.scoreboard(opened, area))  # noqa: B023
                    for area in areas
                ]
            )
        )
        opened.close()
    short, long = found
    return [
        f"| A page's data, {size} | under 50 ms p95, at most 1.2 x of one year "
        f"| {long / short:.1f} x | {long * 1000:.0f} ms against {short * 1000:.0f} ms "
        "| |"
    ]


def rows(data_dir: Path) -> list[str]:
    """Time the rows of one cell, with file and line, among all calls."""
    opened = opened_build.open_build(data_dir)
    cells = {
        "site": (ANSWERED, "IR", *MONTH),
        "borough": ("ops_immediate_attended_in_target", "QK", *MONTH),
    }
    lines = []
    for name, cell in cells.items():
        queries.rows(opened, *cell, limit=200)
        took = [
            seconds(lambda cell=cell: queries.rows(opened, *cell, limit=200))
            for _ in range(TIMES)
        ]
        whole = seconds(lambda cell=cell: queries.rows(opened, *cell))
        lines.append(
            f"| Rows of one cell, {name} and month (first 200) | under 300 ms | "
            f"| {p95(took) * 1000:.0f} ms p95 of {TIMES}, all rows "
            f"{whole * 1000:.0f} ms | |"
        )
    opened.close()
    return lines


def breakdown(data_dir: Path, size: str) -> list[str]:
    """Time a year's figure by two dimensions for which the cube has no cells."""
    opened = opened_build.open_build(data_dir)
    asked = ANSWERED, "MPS", YEAR, ("origin", "hour")
    took = [seconds(lambda: grouped_rows.grouped(opened, *asked)) for _ in range(TIMES)]
    opened.close()
    return [
        f"| A breakdown of a year by two dimensions, counted from its rows, {size} "
        f"| under 1 s | {p95(took):.1f} x | {p95(took) * 1000:.0f} ms p95 of {TIMES} "
        "| |"
    ]
