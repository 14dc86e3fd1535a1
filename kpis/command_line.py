"""The command line: what each command takes, and how it is read."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kpis import demo, formatting, periods, settings
from kpis.builds import pruning
from kpis.errors import UserError
from kpis.periods import Period


def parser() -> ArgumentParser:
    """Return what reads a command: its name as `command`, and its options."""
    whole = ArgumentParser(prog="python -m kpis")
    commands = whole.add_subparsers(required=True, dest="command", metavar="COMMAND")
    for name, (says, add_options) in COMMANDS.items():
        add_options(commands.add_parser(name, help=says, description=says))
    return whole


def refuse_bytes(words: Sequence[str]) -> None:
    """Raise UserError for a word that is not UTF-8: it could be written nowhere."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise UserError(
                f"{formatting.one_line(word)}: this is not written in UTF-8. Give the "
                "file another name (mv)."
            ) from None


def _import(command: ArgumentParser) -> None:
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument(
        "--mapping", required=True, metavar="NAME", help="layout of the files"
    )
    command.add_argument(
        "--extracted-at", type=_instant, metavar="ISO",
        help="when the files were made: 2004-04-01T03:00",
    )  # fmt: skip
    command.add_argument(
        "--covers", type=_range, metavar="FROM:TO",
        help="first and last month or day that they cover: 2003-04:2004-03",
    )  # fmt: skip
    command.add_argument(
        "--areas", nargs="*", metavar="CODE",
        help="codes or names of the areas that they cover; none: the whole force",
    )  # fmt: skip
    command.add_argument(
        "--name", metavar="FILE_NAME", help="name to record, for a single file"
    )
    command.add_argument(
        "--dry-run", action="store_true", help="show what would change; keep nothing"
    )
    command.add_argument(
        "--hold", action="store_true", help="show what would change; then take or leave"
    )
    _json(command)


def _layouts(command: ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE")
    _json(command)


def _withdraw(command: ArgumentParser) -> None:
    command.add_argument("import_id", metavar="IMPORT")
    _why(command)
    command.add_argument("--undo", action="store_true", help="restore it")
    _json(command)


def _prune(command: ArgumentParser) -> None:
    command.add_argument(
        "--keep", type=_count, default=pruning.BUILDS_KEPT, metavar="BUILDS",
        help="how many builds to keep (%(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--source", metavar="SOURCE", help="delete rows of this source"
    )
    command.add_argument(
        "--before", type=_month, metavar="2001-04", help="of months before this one"
    )
    _why(command)
    command.add_argument(
        "--dry-run", action="store_true", help="only say what would go"
    )


def _build(command: ArgumentParser) -> None:
    command.add_argument(
        "--full", action="store_true", help="also what has not changed since"
    )
    _json(command)


def _show(command: ArgumentParser) -> None:
    _kpi_and_scope(command)
    command.add_argument("--by", choices=periods.LENGTHS, help="length of the periods")
    _json(command)


def _rows(command: ArgumentParser) -> None:
    _kpi_and_scope(command)
    command.add_argument("--csv", action="store_true", help="print CSV")


def _demo(command: ArgumentParser) -> None:
    making = demo.making
    command.add_argument(
        "--scale", type=float, default=making.SCALE,
        help="size of the force: 1 has 2.5 million calls a year (%(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--years", type=int, default=making.YEARS,
        help="how many financial years; up to four end in March 2004 (%(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--seed", type=int, default=making.SEED,
        help="number that chance starts from: the same one gives the same files "
        "(%(default)s)",
    )  # fmt: skip
    command.add_argument("--defects", action="store_true", help="with faults to find")


def _use(command: ArgumentParser) -> None:
    command.add_argument("which", choices=("real", "demo"))


def _json(command: ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON document")


def _why(command: ArgumentParser) -> None:
    command.add_argument("--why", default="", metavar="TEXT", help="reason, to be kept")


def _kpi_and_scope(command: ArgumentParser) -> None:
    command.add_argument("kpi", metavar="KPI")
    command.add_argument(
        "--area", "--bocu", nargs="+", action="extend", metavar="CODE",
        help="codes or names of areas (the force)",
    )  # fmt: skip
    command.add_argument(
        "--from", dest="start", metavar="2003-04",
        help="first month or day; without --to, only that one. Without both, the "
        "latest period in which late entries have come in",
    )  # fmt: skip
    command.add_argument(
        "--to", dest="end", metavar="2004-03",
        help="last month or day; without --from, only that one",
    )  # fmt: skip


def _nothing(command: ArgumentParser) -> None:
    """Take no option."""


# by name: what a command says of itself, and what adds its options
COMMANDS: dict[str, tuple[str, Callable[[ArgumentParser], None]]] = {
    "import": ("Import files through a mapping.", _import),
    "layouts": ("List the mappings whose columns a file has.", _layouts),
    "take": ("Take the import that waits (import --hold).", _json),
    "leave": ("Leave the import that waits.", _nothing),
    "withdraw": ("Withdraw an import, or restore it.", _withdraw),
    "imports": ("List the imports and what became of them.", _json),
    "prune": ("Remove old builds, and rows past their time.", _prune),
    "build": ("Build the figures from what was imported.", _build),
    "list": ("List the indicators.", _json),
    "show": ("Show the figures of an indicator.", _show),
    "rows": ("Show the rows behind an indicator.", _rows),
    "check": ("Check the definitions, the lake and the current build.", _nothing),
    "demo": ("Make the demo force and show it.", _demo),
    "use": ("Choose what is shown: real data or the demo.", _use),
    "prepare": ("Make what the dashboard needs, if it is missing.", _nothing),
}


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"'{text}' is not a time such as 2004-04-01T03:00"
        ) from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    return instant


def _range(text: str) -> Period:
    start, _, end = text.partition(":")
    try:
        return periods.read(start, is_end=False), periods.read(end, is_end=True)
    except UserError as error:
        raise ArgumentTypeError(str(error)) from None


def _month(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise ArgumentTypeError(f"'{text}' is not a month such as 2001-04")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"'{text}' is not a whole number, 1 or more")
    return int(text)
