"""Fixtures for all tests: where the data is, and the real files of other forces."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from kpis import __main__ as command_line
from tests.lacking import notices
from tests.product import Product

PROJECT = Path(__file__).resolve().parent.parent
NO_REAL_DATA = "the real files are missing"


def real_data_path() -> Path:
    """Return where the real files should be, whether or not they are."""
    beside = PROJECT.parent / "shared" / "data" / "real"
    return Path(os.environ.get("DEMAND_REAL_DATA") or beside)


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

    Who changes one takes a copy.
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


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The directory of real files; without it the test is skipped, or in CI fails."""
    path = real_data_path()
    if not path.is_dir():
        if os.environ.get("DEMAND_REQUIRE_REAL") == "1":
            pytest.fail(f"{NO_REAL_DATA}: {path} (DEMAND_REQUIRE_REAL=1).")
        pytest.skip(f"{NO_REAL_DATA}: {path}")
    return path


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    for notice in notices(skipped):
        terminalreporter.write_line(f"NOTICE: {notice}", yellow=True)
    count = sum(NO_REAL_DATA in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.write_line(
            f"NOTICE: {count} tests on real exports were skipped: {real_data_path()} "
            "does not exist. DEMAND_REAL_DATA names another directory.",
            yellow=True,
        )
