"""What each command does: python -m kpis COMMAND. `docs/operations.md` lists them."""

import json
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from kpis import (
    checking,
    command_line,
    demo,
    formatting,
    limits,
    periods,
    pipeline,
    preview,
    settings,
)
from kpis.builds import pruning, store
from kpis.definitions import indicators
from kpis.errors import UserError, of_storage
from kpis.ingest import effects, importer, lake, mapping_choice
from kpis.output import accounts, figures, spreadsheets
from kpis.periods import Period
from kpis.results import Build, opened_build, queries

Command = Callable[[Namespace], int]
# what shells expect of a command that was stopped with Ctrl-C
INTERRUPTED = 130
STOPPED = (
    "Stopped. Nothing is half done: what counted before still counts, and the command "
    "can be run again."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0, or 2 for what the user can mend."""
    options = command_line.parser().parse_args(arguments)
    try:
        command_line.refuse_bytes(sys.argv[1:] if arguments is None else arguments)
        settings.home()
        limits.apply(options.command)
        return COMMANDS[options.command](options)
    except KeyboardInterrupt:
        # below the bar that shows progress
        _say(("\n" if sys.stderr.isatty() else "") + STOPPED)
        return INTERRUPTED
    except UserError as error:
        _say(str(error))
        return 2
    except MemoryError:
        _say(limits.TOO_MUCH.format(what="memory"))
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


def _import(options: Namespace) -> int:
    home = settings.home()
    if options.dry_run or options.hold:
        with preview.view(home) as place:
            found = _import_each(options, place)
            found = preview.add_moves(found, home, place, _progress())
            if options.hold and any(map(importer.is_new, found)):
                preview.keep(found, home, place)
                _say(
                    "Nothing counts yet. Take it: python -m kpis take. Leave it: "
                    "python -m kpis leave."
                )
    else:
        is_first = not lake.read_manifest(home)["imports"]
        found = _import_each(options, home)
        if is_first and lake.read_manifest(home)["imports"]:
            _show_real_data()
    imported = [account for account in found if not account["error"]]
    if options.json:
        _print_json(found)
    else:
        for account in imported:
            _print_lines(accounts.of_import(account, home / "quarantine"))
    return 0 if imported == found else 2


def _import_each(options: Namespace, data_dir: Path) -> list[dict[str, Any]]:
    """Import each file by itself; return the accounts, also of those that failed."""
    areas = None if options.areas is None else tuple(options.areas)
    request = importer.Request(
        options.extracted_at, options.covers, areas, file_name=options.name or ""
    )
    found: list[dict[str, Any]] = []
    for path in options.files:
        try:
            found += importer.import_parts(
                path, options.mapping, data_dir, request, _progress()
            )
        except UserError as error:
            _say(str(error))
            found.append(importer.failed(path, options.mapping, str(error)))
    return found


def _layouts(options: Namespace) -> int:
    fits = mapping_choice.fitting(options.file, settings.home())
    if options.json:
        _print_json([mapping.name for mapping in fits])
    else:
        _print_lines(f"{mapping.name:36} {mapping.title}" for mapping in fits)
    return 0


def _take(options: Namespace) -> int:
    home, shown = settings.home(), settings.data_dir()
    taken = preview.take(home)
    if shown != home:
        _show_real_data()
    if options.json:
        _print_json(taken)
    else:
        for account in taken:
            _print_lines(accounts.of_import(account, home / "quarantine"))
    return 0


def _leave(options: Namespace) -> int:
    preview.leave(settings.home())
    return 0


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
    change = effects.restore if options.undo else effects.withdraw
    changed = change(settings.data_dir(), options.import_id, options.why)
    if options.json:
        _print_json(asdict(changed))
        return 0
    _print_lines(accounts.of_change(changed))
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
    """Return the days asked for; by default those of the latest settled period.

    UserError if they end before they begin.
    """
    if options.start or options.end:
        first = periods.read(options.start or options.end, is_end=False)
        last = periods.read(options.end or options.start, is_end=True)
        if first > last:
            days = formatting.day(first), formatting.day(last)
            raise UserError(f"--from {days[0]} comes after --to {days[1]}.")
        return first, last
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
        spreadsheets.guarded(rows).to_csv(sys.stdout, index=False)
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


COMMANDS: dict[str, Command] = {
    "import": _import,
    "layouts": _layouts,
    "take": _take,
    "leave": _leave,
    "withdraw": _withdraw,
    "imports": _imports,
    "prune": _prune,
    "build": _build,
    "list": _list,
    "show": _show,
    "rows": _rows,
    "check": _check,
    "demo": _demo,
    "use": _use,
    "prepare": _prepare,
}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(value: Any) -> None:
    json.dump(value, sys.stdout, indent=1, ensure_ascii=False, allow_nan=False)
    print()


def _stop(number: int, frame: object) -> None:
    """Stop as with Ctrl-C, so that work files and locks go."""
    # a second signal must not break off the clearing up
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        # nohup and the like have it ignored
        if signal.getsignal(name) != signal.SIG_IGN:
            signal.signal(name, _stop)
    sys.exit(main())
