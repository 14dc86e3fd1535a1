"""Set-up: requirements, configuration, Makefile and what is written about them."""

import importlib
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

from kpis import command_line
from tests.conftest import SLOW_PLACES

PROJECT = Path(__file__).resolve().parent.parent
RUNTIME_FILES = ["app.py", "kpis/**/*.py", "pages/**/*.py"]
EXACT_PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9]+(\.[0-9]+)*")
# WCAG 2.2, level AA: success criteria 1.4.3 and 1.4.11
LEAST_TEXT_CONTRAST = 4.5
LEAST_MARK_CONTRAST = 3.0


def text_of(*patterns: str) -> str:
    paths = [path for pattern in patterns for path in sorted(PROJECT.glob(pattern))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def requirements(name: str) -> list[str]:
    lines = [line.strip() for line in text_of(name).splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def project() -> dict:
    return tomllib.loads(text_of("pyproject.toml"))["project"]


def third_party(code: str) -> set[str]:
    """Return the distributions, in lower case, that a Python text imports.

    The project itself, which is installed too, is not one of them.
    """
    modules = re.findall(r"^\s*(?:import|from)\s+(\w+)", code, re.MULTILINE)
    known = packages_distributions()
    imported = {
        known[name][0].lower()
        for name in set(modules) - sys.stdlib_module_names
        if name in known
    }
    return imported - {project()["name"]}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_exactly(name):
    assert [line for line in requirements(name) if not EXACT_PIN.fullmatch(line)] == []


@pytest.mark.parametrize("line", ["pandas", "pandas>=3", "pandas==3.*", "pandas==3,<4"])
def test_a_loose_requirement_is_seen(line):
    assert not EXACT_PIN.fullmatch(line)


def test_development_requirements_bring_the_runtime():
    assert text_of("requirements-dev.txt").startswith("-r requirements.txt\n")


def test_what_the_dashboard_imports_is_required():
    required = {line.split("==")[0] for line in requirements("requirements.txt")}
    assert third_party(text_of(*RUNTIME_FILES)) <= required


def test_what_the_tests_import_is_required():
    names = ("requirements.txt", "requirements-dev.txt")
    required = {line.split("==")[0] for name in names for line in requirements(name)}
    assert third_party(text_of("tests/**/*.py")) <= required


def test_installed_is_what_is_pinned():
    pinned = [line.split("==") for line in requirements("requirements-dev.txt")]
    pinned += [line.split("==") for line in requirements("requirements.txt")]
    assert [[name, version(name)] for name, _ in pinned] == pinned


def test_the_version_is_the_newest_of_the_changelog():
    dated = r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$"
    newest = re.search(dated, text_of("CHANGELOG.md"), re.MULTILINE)
    assert project()["version"] == newest[1]


def test_the_packages_bring_their_data():
    tools = tomllib.loads(text_of("pyproject.toml"))["tool"]["setuptools"]
    brought = {pattern.removeprefix("*") for pattern in tools["package-data"]["*"]}
    files = [one for name in ("kpis", "pages") for one in (PROJECT / name).rglob("*.*")]
    assert {one.suffix for one in files} - {".py", ".pyc"} <= brought


def complaints_about(configuration: str, directory: Path) -> str:
    """Return what Streamlit says when it reads this configuration."""
    (directory / ".streamlit").mkdir()
    (directory / ".streamlit" / "config.toml").write_text(configuration)
    # Streamlit also reads a file of its user
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "config", "show"],
        cwd=directory,
        env=os.environ | {"HOME": str(directory)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


def test_streamlit_knows_every_option_set(tmp_path):
    assert complaints_about(text_of(".streamlit/config.toml"), tmp_path) == ""


def test_an_option_that_streamlit_does_not_know_is_seen(tmp_path):
    configuration = '[theme.dark]\nbackgroundColour = "#000"\n'
    assert "backgroundColour" in complaints_about(configuration, tmp_path)


def test_the_dashboard_is_private():
    options = tomllib.loads(text_of(".streamlit/config.toml"))
    assert options["server"]["address"] == "127.0.0.1"
    assert options["server"]["enableXsrfProtection"] is True
    assert options["browser"]["gatherUsageStats"] is False
    assert options["client"]["showErrorDetails"] == "none"
    assert "/data/local/" in text_of(".gitignore").splitlines()


def luminance(colour: str) -> float:
    """Return the relative luminance of "#rrggbb" as WCAG 2.2 defines it."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["textColor", "linkColor"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_text_can_be_read_in_both_themes(theme, ink, ground):
    colours = tomllib.loads(text_of(".streamlit/config.toml"))["theme"][theme]
    assert contrast(colours[ink], colours[ground]) >= LEAST_TEXT_CONTRAST


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_buttons_can_be_read_in_both_themes(theme):
    colours = tomllib.loads(text_of(".streamlit/config.toml"))["theme"][theme]
    button = colours["primaryColor"]
    assert contrast("#ffffff", button) >= LEAST_TEXT_CONTRAST
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(button, colours[ground]) >= LEAST_MARK_CONTRAST


def test_both_themes_set_the_same_options():
    theme = tomllib.loads(text_of(".streamlit/config.toml"))["theme"]
    assert theme["light"].keys() == theme["dark"].keys()


def test_documents_name_targets_that_the_makefile_has():
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    documents = text_of("README.md", "docs/**/*.md")
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", documents, re.MULTILINE))
    assert {"run", "test", "wheels"} <= named <= targets


def test_slow_files_are_there():
    assert all((PROJECT / "tests" / name).exists() for name in SLOW_PLACES)


def test_every_environment_variable_is_documented():
    used = re.findall(r"\bDEMAND_[A-Z_]+", text_of(*RUNTIME_FILES, "tests/conftest.py"))
    documented = re.findall(r"^\| `(\w+)`", text_of("docs/operations.md"), re.MULTILINE)
    assert set(used) <= set(documented)


def test_ci_runs_what_everyone_runs():
    assert os.access(PROJECT / ".ci" / "run", os.X_OK)
    for file in (".ci/run", ".github/workflows/test.yml"):
        commands = re.findall(r"^(?: +- run: )?(make .+)$", text_of(file), re.MULTILINE)
        assert commands == ["make test", "make drill"], file


def test_a_commit_is_checked_by_what_make_lint_runs():
    hooks = re.findall(
        r"entry: \.venv/bin/(?:python -m )?(.+)$",
        text_of(".pre-commit-config.yaml"),
        re.MULTILINE,
    )
    lint = text_of("Makefile").partition("\nlint:")[2].partition("\n\n")[0]
    run = re.findall(r"@\$\(BIN\)/(?:python -m )?(.+)$", lint, re.MULTILINE)
    assert run == hooks


def test_without_the_files_outside_tests_are_skipped_and_counted(tmp_path):
    missing = tmp_path / "nowhere"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "tests/ingest/test_import_real_files.py",
        ],
        cwd=PROJECT,
        env=os.environ | {"DEMAND_REAL_DATA": str(missing)},
        capture_output=True,
        text=True,
        check=True,
    )
    (notice,) = re.findall(r"NOTICE: (\d+) tests .* repository: (.+)\.", done.stdout)
    assert int(notice[0]) > 5
    assert notice[1] == f"{missing.name} (CONTRIBUTING.md says what these are)"


def test_every_option_of_the_command_line_is_explained():
    """Argparse keeps its commands to itself, so they are taken from where they are."""
    (commands,) = command_line.parser()._subparsers._group_actions
    for name, command in commands.choices.items():
        for action in command._actions:
            is_named = action.option_strings or action.choices
            assert action.help or not is_named or name == "use", (name, action.dest)


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in (PROJECT / "tests/drill").glob("test_*.py"))
)
def test_what_the_drill_runs_can_be_imported(name):
    """The suite collects nothing there, so a test that is gone would not be missed."""
    importlib.import_module(f"tests.drill.{name}")
