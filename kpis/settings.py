"""Where everything is kept, and the few settings of a whole installation.

Near the bottom: of ours it imports only the errors.
"""

import os
from pathlib import Path

from kpis.errors import UserError, of_storage

PROJECT = Path(__file__).resolve().parent.parent
SQL = PROJECT / "sql"
CONTRACTS = PROJECT / "data" / "contracts"
MAPPINGS = PROJECT / "data" / "mappings"
REFERENCE = PROJECT / "data" / "reference"
MAPS = PROJECT / "data" / "maps"

DATA_DIR = "DEMAND_DATA_DIR"
TIME_ZONE = "Europe/London"
FORCE = "MPS"

# on the smallest machine that we support (4 GB), half stays free for the server; an
# import may use 2 GB in all
MEMORY_LIMIT = "1200MB"


def home() -> Path:
    """Return the directory of real data; the demo's is `demo/` inside it.

    It is made when something is written. Raises UserError for what can be no directory.
    """
    given = os.environ.get(DATA_DIR)
    if given is None:
        return (PROJECT / "data" / "local").resolve()
    if not given.strip() or not given.isprintable():
        raise UserError(
            f"{DATA_DIR} is {given!a}, which names no directory. Give it the full path "
            "of the data directory, or unset it for data/local."
        )
    try:
        place = Path(given).resolve()
        if place.is_dir():
            return place
        if place.exists():
            raise UserError(
                f"{DATA_DIR} is {place}, which is a file. Name a directory."
            )
        is_possible = place.parent.is_dir()
    except (OSError, RuntimeError) as error:
        raise of_storage(error) or UserError(
            f"{DATA_DIR} is {given}, which cannot be used ({error}). Name a directory."
        ) from None
    if not is_possible:
        raise UserError(
            f"{DATA_DIR} is {place}, but there is no directory {place.parent}. Correct "
            "it, make that directory, or mount its disk."
        )
    return place


def demo_dir() -> Path:
    """Return the data directory of the demo, which never mixes with real data."""
    return home() / "demo"


def data_dir() -> Path:
    """Return the data directory in use: real data once there is any, else the demo.

    The file `showing` in the home directory holds the user's choice.
    """
    choice = home() / "showing"
    if choice.exists():
        chosen = choice.read_text(encoding="utf-8").strip()
    else:
        # a manifest that is lost leaves its copy: the demo is no answer to that
        copies = ("manifest.json", "manifest.json.copy")
        has_real = any((home() / "lake" / name).exists() for name in copies)
        chosen = "demo" if demo_dir().exists() and not has_real else "real"
    return demo_dir() if chosen == "demo" else home()


def use(which: str) -> None:
    """Set what is shown from now on: "real" or "demo"."""
    home().mkdir(parents=True, exist_ok=True)
    partial = home() / "showing.partial"
    partial.write_text(which + "\n", encoding="utf-8")
    partial.replace(home() / "showing")
