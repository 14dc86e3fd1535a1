"""The house: its rooms, what each module is for, and which room uses which.

`docs/modules.md` has it between two marks. `python -m tests.house --write` writes it
there; without --write the lines that differ are printed, and nothing if none do.
"""

import ast
import difflib
import sys
from collections import defaultdict
from pathlib import Path

import grimp

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENT = PROJECT / "docs" / "modules.md"
START, END = "<!-- python -m tests.house -->", "<!-- end -->"


def arrows() -> dict[str, set[str]]:
    """Return, for each package or module directly in `kpis/`, those that it uses."""
    graph = grimp.build_graph("kpis", cache_dir=None)
    used: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules - {"kpis"}:
        used[_room(module)] |= {
            _room(other) for other in graph.find_modules_directly_imported_by(module)
        }
    return {room: others - {room} for room, others in used.items()}


def floor(room: str, used: dict[str, set[str]]) -> int:
    """Return on which floor a room lies: one above the highest that it uses."""
    return 1 + max((floor(other, used) for other in used[room]), default=0)


def text() -> str:
    """Return the rooms from the top floor down, their modules, and the arrows."""
    used = arrows()
    rooms = sorted(used, key=lambda room: (-floor(room, used), room))
    sections = [_section(room, used) for room in rooms if _is_package(room)]
    ground = [room for room in rooms if not _is_package(room)]
    modules = [_line(PROJECT / "kpis" / f"{room}.py", room) for room in ground]
    sections.append("\n".join(["## Modules directly in `kpis/`", "", *modules]))
    pages = [PROJECT / "app.py", *sorted((PROJECT / "pages").rglob("*.py"))]
    sections.append("\n".join(["## `pages/`", "", *_lines(pages, PROJECT)]))
    return "\n\n".join([*sections, _table(rooms, used)])


def _section(room: str, used: dict[str, set[str]]) -> str:
    place = PROJECT / "kpis" / room
    uses = ", ".join(sorted(used[room])) or "nothing"
    head = f"## `{room}`, floor {floor(room, used)}"
    says = f"{_says(place / '__init__.py')} Uses {uses}."
    return "\n".join([head, "", says, "", *_lines(sorted(place.glob("*.py")), place)])


def _table(rooms: list[str], used: dict[str, set[str]]) -> str:
    count = sum(map(len, used.values()))
    floors = max(floor(room, used) for room in rooms)
    return "\n".join(
        [
            "## Arrows",
            "",
            f"{len(rooms)} packages and modules, {count} arrows, {floors} floors.",
            "",
            "| Floor | Room | Uses |",
            "|---|---|---|",
            *(
                f"| {floor(room, used)} | `{room}` | {', '.join(sorted(used[room]))} |"
                for room in rooms
            ),
        ]
    )


def _lines(files: list[Path], base: Path) -> list[str]:
    shown = [file for file in files if file.name != "__init__.py"]
    return [_line(file, file.relative_to(base).with_suffix("")) for file in shown]


def _line(file: Path, name: str | Path) -> str:
    return f"- `{name}`: {_says(file)}"


def _says(file: Path) -> str:
    """Return the first sentence of a module's docstring, as one line."""
    whole = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(whole.partition("\n\n")[0].split())


def _is_package(room: str) -> bool:
    return (PROJECT / "kpis" / room).is_dir()


def _room(module: str) -> str:
    return module.split(".")[1]


def faults(document: Path = DOCUMENT) -> str:
    """Return the lines between a document's marks that are out of date, or ""."""
    listed = _parts(document)[1].strip().splitlines()
    found = difflib.unified_diff(listed, text().splitlines(), n=0, lineterm="")
    lines = [line for line in found if not line.startswith(("---", "+++", "@@"))]
    if not lines:
        return ""
    command = ".venv/bin/python -m tests.house --write"
    place = f"{document.parent.name}/{document.name}"
    return "\n".join([f"{place} is out of date: run {command}", *lines])


def write(document: Path = DOCUMENT) -> None:
    """Write the list between a document's marks."""
    before, _, after = _parts(document)
    document.write_text(
        f"{before}{START}\n\n{text()}\n\n{END}{after}", encoding="utf-8"
    )


def _parts(document: Path) -> tuple[str, str, str]:
    """Return what a document has before, between and after its marks."""
    before, _, rest = document.read_text(encoding="utf-8").partition(START)
    between, _, after = rest.partition(END)
    return before, between, after


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    sys.exit(faults() or 0)
