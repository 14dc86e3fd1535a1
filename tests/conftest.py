"""Fixtures for all tests: where the data is, and files from outside the project."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from kpis import __main__ as command_line
from tests.lacking import notices
from tests.product import Product

PROJECT = Path(__file__).resolve().parent.parent
TESTS = PROJECT / "tests"
SHARED = PROJECT.parent / "shared"
# only `make drill` runs what is in there
collect_ignore = ["drill"]
# A busy machine is slow at times, and these tests are not about time.
settings.register_profile(
    "everyday", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("everyday")
# What `make quick` leaves out (-m "not slow"). A test is slow if it opens a browser,
# serves pages or makes a demo, which its fixtures tell; or if it is in one of these
# places, which build again and again or keep a processor busy for long.
SLOW_FIXTURES = {"chromium", "made_once", "serve"}
SLOW_PLACES = (
    "analysis/test_judged_series.py",
    "builds/",
    "context/test_comparators.py",
    "context/test_targets.py",
    "demo/",
    "ingest/test_import_corrections.py",
    "ingest/test_import_encodings.py",
    "ingest/test_import_fuzz.py",
    "ingest/test_import_real_files.py",
    "pages/test_pages.py",
    "pages/test_twelve_months.py",
    "results/test_differences.py",
    "results/test_disclosure.py",
    "results/test_disclosure_cases.py",
    "results/test_queries.py",
    "results/test_readers.py",
    "test_checking.py",
    "whole/",
)
IS_NOT_HERE = "outside the project, and not here: "


@pytest.fixture(autouse=True, scope="session")
def _own_data_stays_out(tmp_path_factory):
    """Keep a test that forgets `data_dir` away from what its user has imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMAND_DATA_DIR", str(tmp_path_factory.mktemp("nothing")))
        patch.delenv("DEMAND_CALLER_KEY", raising=False)
        yield


@pytest.fixture(scope="session")
def made_once(tmp_path_factory) -> Callable[..., Path]:
    """Make a demo with some options, once for all processes that run tests.

    A test that changes it takes a copy.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(*options: str) -> Path:
        home = shared / "_".join(["demo", *options])
        with FileLock(f"{home}.lock"), pytest.MonkeyPatch.context() as patch:
            if not home.exists():
                making = home.with_name(f"{home.name}_in_making")
                patch.setenv("DEMAND_DATA_DIR", str(making))
                assert command_line.main(["demo", *options]) == 0
                making.rename(home)
        return home

    return make


@pytest.fixture(scope="session")
def spoilt_home(made_once) -> Path:
    """A data directory with a year of a very small demo, with defects."""
    return made_once("--scale", "0.01", "--years", "1", "--defects")


@pytest.fixture
def data_dir(tmp_path, monkeypatch) -> Path:
    """An empty data directory which the engine uses during this test."""
    monkeypatch.setenv("DEMAND_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def product(tmp_path_factory, monkeypatch) -> Iterator[Product]:
    """A copy of the product's definitions, in force during this test."""
    with monkeypatch.context() as patch:
        copy = Product(tmp_path_factory.mktemp("product"), patch)
        yield copy
    copy.forget()


def pytest_collection_modifyitems(items):
    for item in items:
        is_slow = SLOW_FIXTURES.intersection(item.fixturenames)
        place = item.path.relative_to(TESTS).as_posix()
        if is_slow or place.startswith(SLOW_PLACES):
            item.add_marker(pytest.mark.slow)


def from_outside(path: Path) -> Path:
    """Return a path outside the project; if it is not there, skip the test."""
    if not path.exists():
        pytest.skip(f"{IS_NOT_HERE}{path}")
    return path


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The directory of real exports that are too large for the project."""
    chosen = os.environ.get("DEMAND_REAL_DATA")
    return from_outside(Path(chosen or SHARED / "data" / "real"))


@pytest.fixture(scope="session")
def catalogue_path() -> Path:
    """The catalogue that the indicators were made from."""
    return from_outside(SHARED / "kpi-catalogue.csv")


def pytest_terminal_summary(terminalreporter):
    """Name what indicators lack, and count the tests skipped for a missing file."""
    skipped = terminalreporter.stats.get("skipped", [])
    for notice in notices(skipped):
        terminalreporter.write_line(f"NOTICE: {notice}", yellow=True)
    reasons = [str(report.longrepr[-1]) for report in skipped]
    missing = [
        Path(reason.partition(IS_NOT_HERE)[2]).name
        for reason in reasons
        if IS_NOT_HERE in reason
    ]
    if missing:
        terminalreporter.write_line(
            f"NOTICE: {len(missing)} tests skipped, of files that are not in the "
            f"repository: {', '.join(sorted(set(missing)))} (CONTRIBUTING.md says what "
            "these are).",
            yellow=True,
        )
