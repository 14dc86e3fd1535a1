"""A guide of the documentation, followed: its files are written, its commands run.

A file is a line that ends in its name, such as `sql/kpis/x.sql`:, and a block below it.
A block of console has commands after `$` and what each of them prints.
"""

import re
import shlex
from collections.abc import Callable, Iterator

from tests.exports import PROJECT

BLOCK = re.compile(
    r"^`(?P<name>[^`\n]+)`:\n\n```\w+\n(?P<text>.*?)^```$"
    r"|^```console\n(?P<session>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(r"^\$ python -m kpis (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
ID = re.compile(r"\b[0-9a-f]{10,12}(-\d{4})?\b")


def follow(
    guide: str, write: Callable[[str, str], None], run: Callable[[list[str]], str]
) -> Iterator[tuple[str, str, str]]:
    """Write a guide's files and run its commands, in its order.

    Yields each command, what the guide says it prints, and what it printed; ids and the
    counts of `check`, which differ, are left out of both.
    """
    for block in BLOCK.finditer(_text(guide)):
        if block["name"]:
            write(block["name"], block["text"])
        for command, printed in COMMAND.findall(block["session"] or ""):
            yield command, plain(printed), plain(run(shlex.split(command)))


def texts(guide: str) -> list[tuple[str, str]]:
    """Return the files that a guide has its reader write: name and text of each."""
    blocks = BLOCK.finditer(_text(guide))
    return [(block["name"], block["text"]) for block in blocks if block["name"]]


def _text(guide: str) -> str:
    return (PROJECT / "docs" / guide).read_text(encoding="utf-8")


def plain(printed: str) -> str:
    lines = [ID.sub("ID", line).rstrip() for line in printed.splitlines()]
    return "\n".join(
        re.sub(r"\d+", "N", line) if " contracts, " in line else line for line in lines
    )
