"""Which package of the engine uses which: `python -m tests.arrows` prints the table.

`docs/architecture.md` shows it, and a test keeps the two the same.
"""

from collections import defaultdict

import grimp


def arrows() -> dict[str, set[str]]:
    """Return, for each package or module directly in `kpis/`, those that it uses."""
    graph = grimp.build_graph("kpis", cache_dir=None)
    used: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules - {"kpis"}:
        room = _room(module)
        used[room] |= {
            _room(other) for other in graph.find_modules_directly_imported_by(module)
        }
    return {room: others - {room} for room, others in used.items()}


def floor(room: str, used: dict[str, set[str]]) -> int:
    """Return on which floor a room lies: one above the highest that it uses."""
    return 1 + max((floor(other, used) for other in used[room]), default=0)


def table() -> str:
    """Return the arrows as a Markdown table, from the top floor down."""
    used = arrows()
    rooms = sorted(used, key=lambda room: (-floor(room, used), room))
    count = sum(len(others) for others in used.values())
    top = max(floor(room, used) for room in rooms)
    lines = [
        f"{len(rooms)} rooms, {count} arrows, {top} floors.",
        "",
        "| Floor | Room | Uses |",
        "|---|---|---|",
        *(
            f"| {floor(room, used)} | `{room}` | {', '.join(sorted(used[room]))} |"
            for room in rooms
        ),
    ]
    return "\n".join(lines)


def _room(module: str) -> str:
    return module.split(".")[1]


if __name__ == "__main__":
    print(table())
