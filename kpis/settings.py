"""Where everything is kept, and the few settings of a whole installation.

Bottom layer: imports nothing of ours.
"""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SQL = PROJECT / "sql"
CONTRACTS = PROJECT / "data" / "contracts"
MAPPINGS = PROJECT / "data" / "mappings"
REFERENCE = PROJECT / "data" / "reference"
MAPS = PROJECT / "data" / "maps"

TIME_ZONE = "Europe/London"
FORCE = "MPS"

# on the smallest machine that we support (4 GB), half stays free for the server; an
# import may use 2 GB in all
MEMORY_LIMIT = "1200MB"


def home() -> Path:
    """Return the directory of real data; the demo's is `demo/` inside it."""
    return Path(os.environ.get("DEMAND_DATA_DIR", PROJECT / "data" / "local")).resolve()


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
