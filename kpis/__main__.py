"""Command line: python -m kpis COMMAND. `docs/operations.md` lists the commands."""

import json
import os
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from kpis import checking, demo, formatting, periods, pipeline, settings
from kpis.builds import pruning, store
from kpis.definitions import indicators
from kpis.errors import UserError, of_storage
from kpis.ingest import importer, lake
from kpis.output import accounts, figures
from kpis.periods import Period
from kpis.results import Build, opened_build, queries

Command = Callable[[Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0, or 2 for what the user can mend."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except UserError as error:
        _say(str(error))
        return 2
    except BrokenPipeError:
        # whoever reads our output (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        remedy = of_storage(error)
        if remedy is None:
            raise
        _say(str(remedy))
        return 2


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m kpis")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Command, text: str) -> ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.set_defaults(run=run)
        return one

    one = command("import", _import, "Import files through a mapping.")
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    one.add_argument(
        "--mapping", required=True, metavar="NAME", help="layout of the files"
    )
    one.add_argument(
        "--extracted-at",
        type=_instant,
        metavar="ISO",
        help="when the files were made: 2004-04-01T03:00",
    )
    one.add_argument(
        "--covers",
        type=_range,
        metavar="FROM:TO",
        help="first and last month or day that they cover: 2003-04:2004-03",
    )
    one.add_argument(
        "--name", metavar="FILE_NAME", help="name to record, for a single file"
    )
    one.add_argument("--dry-run", action="store_true", help="read, but keep nothing")
    _add_json(one)

    one = command("withdraw", _withdraw, "Withdraw an import, or restore it.")
    one.add_argument("import_id", metavar="IMPORT")
    one.add_argument("--why", default="", metavar="TEXT", help="reason, to be kept")
    one.add_argument("--undo", action="store_true", help="restore it")

    one = command("imports", _imports, "List the imports and what became of them.")
    _add_json(one)

    one = command("prune", _prune, "Remove old builds, and rows past their time.")
    one.add_argument(
        "--keep",
        type=_count,
        default=pruning.BUILDS_KEPT,
        metavar="BUILDS",
        help="how many builds to keep (%(default)s)",
    )
    one.add_argument("--source", metavar="SOURCE", help="delete rows of this source")
    one.add_argument(
        "--before", type=_month, metavar="2001-04", help="of months before this one"
    )
    one.add_argument("--why", default="", metavar="TEXT", help="reason, to be kept")
    one.add_argument("--dry-run", action="store_true", help="only say what would go")

    one = command("build", _build, "Build the figures from what was imported.")
    one.add_argument(
        "--full", action="store_true", help="also what has not changed since"
    )
    _add_json(one)

    one = command("list", _list, "List the indicators.")
    _add_json(one)

    one = command("show", _show, "Show the figures of an indicator.")
    one.add_argument("kpi", metavar="KPI")
    _add_scope(one)
    one.add_argument("--by", choices=periods.LENGTHS, help="length of the periods")
    _add_json(one)

    one = command("rows", _rows, "Show the rows behind an indicator.")
    one.add_argument("kpi", metavar="KPI")
    _add_scope(one)
    one.add_argument("--csv", action="store_true", help="print CSV")

    command("check", _check, "Check the definitions, the lake and the current build.")

    _add_demo(command("demo", _demo, "Make the demo force and show it."))

    one = command("use", _use, "Choose what is shown: real data or the demo.")
    one.add_argument("which", choices=("real", "demo"))

    command("prepare", _prepare, "Make what the dashboard needs, if it is missing.")
    return parser


def _add_demo(one: ArgumentParser) -> None:
    one.add_argument(
        "--scale",
        type=float,
        default=demo.making.SCALE,
        help="size of the force: 1 has 2.5 million calls a year (%(default)s)",
    )
    one.add_argument(
        "--years",
        type=int,
        default=demo.making.YEARS,
        help="how many financial years; up to four end in March 2004 (%(default)s)",
    )
    one.add_argument(
        "--seed",
        type=int,
        default=demo.making.SEED,
        help="number that chance starts from: the same one gives the same files "
        "(%(default)s)",
    )
    one.add_argument("--defects", action="store_true", help="with faults to find")


def _add_json(one: ArgumentParser) -> None:
    one.add_argument("--json", action="store_true", help="print one JSON document")


def _add_scope(one: ArgumentParser) -> None:
    one.add_argument(
        "--area",
        "--bocu",
        nargs="+",
        action="extend",
        metavar="CODE",
        help="codes or names of areas (the force)",
    )
    one.add_argument(
        "--from",
        dest="start",
        metavar="2003-04",
        help="first month or day; without --to, only that one. Without both, the "
        "latest period in which late entries have come in",
    )
    one.add_argument(
        "--to",
        dest="end",
        metavar="2004-03",
        help="last month or day; without --from, only that one",
    )


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


def _import(options: Namespace) -> int:
    home = settings.home()
    is_first = not lake.read_manifest(home)["imports"]
    request = importer.Request(
        options.extracted_at, options.covers, options.dry_run, options.name or ""
    )
    found: list[dict[str, Any]] = []
    for path in options.files:
        try:
            found += importer.import_parts(
                path, options.mapping, home, request, _progress()
            )
        except UserError as error:
            _say(str(error))
            found.append(importer.failed(path, options.mapping, str(error)))
    imported = [account for account in found if not account["error"]]
    if options.json:
        _print_json(found)
    else:
        for account in imported:
            _print_lines(accounts.of_import(account, home / "quarantine"))
    if is_first and lake.read_manifest(home)["imports"]:
        _show_real_data()
    return 0 if imported == found else 2


def _show_real_data() -> None:
    was_demo = settings.demo_dir().exists()
    settings.use("real")
    if was_demo:
        _say(
            "From now on real data is shown and not the demo. Back to the demo: "
            "python -m kpis use demo."
        )


def _progress() -> importer.Progress:
    """Return what shows progress: JSON lines for a page, a bar on a terminal."""
    if os.environ.get("DEMAND_PROGRESS"):
        return lambda share, step: _say(json.dumps({"progress": share, "step": step}))
    if not sys.stderr.isatty():
        return lambda share, step: None

    def bar(share: float, step: str) -> None:
        filled = "#" * round(30 * share)
        end = "\n" if share == 1 else ""
        print(f"\r{filled:30} {share:4.0%} {step:32}", end=end, file=sys.stderr)

    return bar


def _withdraw(options: Namespace) -> int:
    change = lake.restore if options.undo else lake.withdraw
    change(settings.data_dir(), options.import_id, options.why)
    _say("Done. The figures change with the next build: python -m kpis build.")
    return 0


def _imports(options: Namespace) -> int:
    frame = lake.imports(settings.data_dir())
    # as objects, so that what is missing is None and not NaN
    frame = frame.astype(object).where(frame.notna(), None)
    if options.json:
        _print_json(frame.to_dict("records"))
    else:
        _print_lines(accounts.of_imports(frame))
    return 0


def _prune(options: Namespace) -> int:
    data_dir = settings.data_dir()
    limit = _limit(options)
    if options.dry_run:
        removal = pruning.plan(data_dir, options.keep, limit)
    else:
        if limit:
            pruning.record(data_dir, limit)
            _say(f"Rows of {limit.source} before {limit.before} no longer count.")
        removal = pruning.prune(data_dir, _rebuilt, options.keep)
    _print_lines(accounts.of_removal(removal, data_dir, options.dry_run))
    return 0


def _limit(options: Namespace) -> pruning.Limit | None:
    if not (options.source or options.before or options.why):
        return None
    if not (options.source and options.before):
        raise UserError(
            "To delete rows, say which: --source SOURCE --before MONTH --why TEXT."
        )
    return pruning.Limit(options.source, options.before, options.why)


def _rebuilt(data_dir: Path) -> str:
    return pipeline.build(data_dir, is_full=True, progress=_progress()).build


def _build(options: Namespace) -> int:
    built = pipeline.build(settings.data_dir(), options.full, _progress())
    if options.json:
        _print_json(asdict(built))
    else:
        what = "built" if built.is_new else "up to date"
        print(f"{built.build}: {what}, from {built.imports} imports")
    return 0


def _list(options: Namespace) -> int:
    kpis = indicators.load().values()
    if options.json:
        _print_json([kpi.header() for kpi in kpis])
    else:
        _print_lines(f"{kpi.id:36} {kpi.wording.title}" for kpi in kpis)
    return 0


def _open() -> Build:
    """Open the current build, and say if it is behind."""
    data_dir = settings.data_dir()
    build = opened_build.open_build(data_dir)
    for note in checking.behind(build, data_dir):
        _say(note)
    return build


def _days(build: Build, options: Namespace, area: str, by: str) -> Period:
    """Return the days asked for; by default those of the latest settled period."""
    if options.start or options.end:
        start = options.start or options.end
        end = options.end or options.start
        return periods.read(start, is_end=False), periods.read(end, is_end=True)
    latest = queries.latest_settled(build, options.kpi, area, by)
    last = build.arrived(options.kpi).last or build.as_at
    return latest or (last, last)


def _show(options: Namespace) -> int:
    indicators.get(options.kpi)
    build = _open()
    frames = []
    for given in options.area or [settings.FORCE]:
        area = queries.find_area(build, given)
        by = options.by or queries.usual_period(build, options.kpi, area)
        start, end = _days(build, options, area, by)
        if not (options.start or options.end) and by == "rolling12":
            start = end
        frames.append(queries.series(build, [options.kpi], [area], start, end, by))
    cells = pd.concat(frames)
    if options.json:
        _print_json(figures.records(cells))
    else:
        _print_lines(figures.lines(cells, build.kpis[options.kpi], build.names))
    return 0


def _rows(options: Namespace) -> int:
    indicators.get(options.kpi)
    build = _open()
    frames = []
    for given in options.area or [settings.FORCE]:
        area = queries.find_area(build, given)
        by = queries.usual_period(build, options.kpi, area)
        days = _days(build, options, area, by)
        for code, span in queries.areas_shown(build, options.kpi, area, *days, by):
            if code != area:
                named = f"{build.names[area]}, {formatting.span(*span)}"
                _say(f"{named}: rows of {build.names[code]}, whose figure is shown.")
            frames.append(queries.rows(build, options.kpi, code, *span))
    rows = pd.concat(frames)
    if options.csv:
        rows.to_csv(sys.stdout, index=False)
    else:
        print(rows.to_string(index=False, max_rows=60))
    return 0


def _check(options: Namespace) -> int:
    report = checking.check(settings.data_dir(), settings.home())
    print(", ".join(report.checked))
    _print_lines(report.notes)
    for fault in report.faults:
        _say(fault)
    return 2 if report.faults else 0


def _demo(options: Namespace) -> int:
    demo.making.make(
        options.scale,
        options.years,
        options.seed,
        defects=options.defects,
        tell=_say,
        progress=_progress(),
    )
    _say("The demo is shown: synthetic data. Back: python -m kpis use real.")
    return 0


def _use(options: Namespace) -> int:
    is_demo = options.which == "demo"
    if store.current_id(settings.demo_dir() if is_demo else settings.home()) is None:
        raise UserError(
            "There is no demo yet. Make it: python -m kpis demo."
            if is_demo
            else "There is no real data yet. Import a file and build it first."
        )
    settings.use(options.which)
    return 0


def _prepare(options: Namespace) -> int:
    """Make the demo where nothing has been imported, or build what is behind."""
    indicators.load()
    data_dir = settings.data_dir()
    has_imports = bool(lake.read_manifest(data_dir)["imports"])
    if has_imports or store.current_id(data_dir):
        pipeline.build(data_dir, progress=_progress())
    else:
        _say("Nothing has been imported: making a demo (synthetic data) ...")
        demo.making.make(tell=_say, progress=_progress())
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(value: Any) -> None:
    json.dump(value, sys.stdout, indent=1, ensure_ascii=False, allow_nan=False)
    print()


if __name__ == "__main__":
    sys.exit(main())
