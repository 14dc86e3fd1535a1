"""A source, an indicator and a page are added to a copy of the project, as taught.

The copy's own tests that go through all of them are then run.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests import guides
from tests.exports import PROJECT

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", ".hypothesis", "local", "wheels", "__pycache__"
)
# the tests that go through all sources, indicators and pages without a demo or browser
THAT_LIST = (
    "tests/definitions",
    "tests/pages/test_components.py",
    "tests/pages/test_page_list.py",
    "tests/test_architecture.py",
    "tests/test_checking.py::test_a_good_build_is_reported_as_good",
)
LINES = """SITES = ListedPage("pages/browse/sites.py", "Sites")
SERIES = ListedPage("pages/browse/series.py", "Series", has_indicator=True)
"""


def test_an_added_source_indicator_and_page_need_no_change_to_a_list(tmp_path):
    """What the guides promise: three files, one file, and a file and a line."""
    clone = tmp_path / "clone"
    shutil.copytree(PROJECT, clone, ignore=NOT_COPIED)
    for guide in ("an-indicator", "a-source", "a-page"):
        for name, text in guides.texts(f"adding-{guide}.md"):
            if "/" in name and not name.startswith("tests/"):
                (clone / name).write_text(text, encoding="utf-8")
    listed = clone / "pages" / "_frame" / "page_list.py"
    text = listed.read_text(encoding="utf-8").replace("PAGES = (", f"{LINES}PAGES = (")
    listed.write_text(
        text.replace("DRILL_DOWN, IMPORTS", "DRILL_DOWN, SITES, SERIES, IMPORTS"),
        encoding="utf-8",
    )
    run_in(clone, "tests.house", "--write")
    said = run_in(clone, "pytest", "-q", "-n", "0", "-m", "not slow", *THAT_LIST)
    for notice in (
        "complaints_monthly lacks a good row: GOOD_ROW in tests/exports.py",
        "complaints_monthly lacks a row that breaks upheld_above_complaints: ",
        "complaints_monthly lacks its columns: ",
        "cust_complaints_upheld lacks a target: ",
        "ops_calls_with_interpreter lacks a second count: ",
    ):
        assert notice in said, said
    assert "cust_complaints_upheld lacks a second count" not in said


def run_in(clone: Path, module: str, *arguments: str) -> str:
    """Run a module in a copy of the project, which must end well; return its output."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=clone,
        env=os.environ | {"PYTHONPATH": str(clone)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
