"""Command line: python -m kpis COMMAND. `docs/operations.md` lists the commands."""

import argparse
import json
import math
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from kpis import demo, formatting, periods, pipeline, settings
from kpis.builds import pruning, store
from kpis.definitions import contracts, indicators, reference_tables
from kpis.errors import UserError, of_storage
from kpis.ingest import importer, lake
from kpis.results import arrivals, opened_build, queries

DEMO_SCALE, DEMO_YEARS, DEMO_SEED = 0.1, 4, 2004


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0, or 2 for what the user can mend."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # whoever read our output (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        told = of_storage(error)
        if told is None:
            raise
        print(told, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kpis")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name, run, text):
        one = commands.add_parser(name, help=text, description=text)
        one.set_defaults(run=run)
        return one

    one = command("import", _import, "Import files through a mapping.")
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    one.add_argument("--mapping", required=True, metavar="NAME")
    one.add_argument("--extracted-at", type=_instant, metavar="ISO")
    one.add_argument("--covers", type=_range, metavar="FROM:TO")
    one.add_argument("--name", metavar="FILE_NAME", help="name to record, for one file")
    one.add_argument("--dry-run", action="store_true")
    one.add_argument("--json", action="store_true")

    one = command("withdraw", _withdraw, "Take an import out, or put it back.")
    one.add_argument("import_id", metavar="IMPORT")
    one.add_argument("--why", default="", metavar="TEXT")
    one.add_argument("--undo", action="store_true")

    one = command("imports", _imports, "List the imports and what became of them.")
    one.add_argument("--json", action="store_true")

    one = command("prune", _prune, "Remove old builds, and rows that are to go.")
    one.add_argument(
        "--keep", type=_count, default=pruning.BUILDS_KEPT, metavar="BUILDS"
    )
    one.add_argument("--source", metavar="SOURCE", help="delete rows of this source")
    one.add_argument(
        "--before", type=_month, metavar="2001-04", help="of months before this one"
    )
    one.add_argument("--why", default="", metavar="TEXT")
    one.add_argument("--dry-run", action="store_true")

    one = command("build", _build, "Build the figures from what was imported.")
    one.add_argument("--full", action="store_true")
    one.add_argument("--json", action="store_true")

    one = command("list", _list, "List the indicators.")
    one.add_argument("--json", action="store_true")

    one = command("show", _show, "Show an indicator's figures.")
    one.add_argument("kpi", metavar="KPI")
    _add_scope(one)
    one.add_argument("--by", choices=periods.LENGTHS)
    one.add_argument("--json", action="store_true")

    one = command("rows", _rows, "Show the rows behind an indicator.")
    one.add_argument("kpi", metavar="KPI")
    _add_scope(one)
    one.add_argument("--csv", action="store_true")

    command("check", _check, "Check contracts, mappings, indicators and the build.")

    one = command("demo", _demo, "Make the demo force and show it.")
    one.add_argument("--scale", type=float, default=DEMO_SCALE)
    one.add_argument("--years", type=int, default=DEMO_YEARS)
    one.add_argument("--seed", type=int, default=DEMO_SEED)
    one.add_argument("--defects", action="store_true", help="with faults, to be found")

    one = command("use", _use, "Choose what is shown: real data or the demo.")
    one.add_argument("which", choices=("real", "demo"))

    command("prepare", _prepare, "Make what the dashboard needs, if it is not there.")
    return parser


def _add_scope(one: argparse.ArgumentParser) -> None:
    one.add_argument("--area", "--bocu", nargs="+", action="extend", metavar="CODE")
    one.add_argument("--from", dest="start", metavar="2003-04")
    one.add_argument("--to", dest="end", metavar="2004-03")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no ISO 8601 instant") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    return instant


def _range(text: str) -> tuple[date, date]:
    start, _, end = text.partition(":")
    try:
        return periods.read(start, is_end=False), periods.read(end, is_end=True)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _month(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no month, such as 2001-04")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 1 on")
    return int(text)


def _import(options) -> int:
    home = settings.home()
    is_first = not lake.read_manifest(home)["imports"]
    request = importer.Request(
        options.extracted_at, options.covers, options.dry_run, options.name or ""
    )
    accounts, code = [], 0
    for path in options.files:
        try:
            accounts += importer.import_parts(
                path, options.mapping, home, request, _progress()
            )
        except UserError as error:
            print(error, file=sys.stderr)
            accounts.append(importer.failed(path, options.mapping, str(error)))
            code = 2
    if options.json:
        _print_json(accounts)
    else:
        for account in accounts:
            _print_account(account, options.dry_run)
    has_real = bool(lake.read_manifest(home)["imports"])
    if is_first and has_real:
        was_demo = settings.demo_dir().exists()
        settings.use("real")
        if was_demo:
            _say(
                "Real data is shown from now on, apart from the demo. "
                "Back to the demo: python -m kpis use demo."
            )
    return code


def _print_account(account: dict, is_dry_run: bool) -> None:
    if account["error"]:
        return
    in_sum = ("accepted", "quarantined", "duplicates", "filtered")
    counts = " + ".join(f"{account[name]} {name}" for name in in_sum)
    beside = f"{account['superseded']} superseded, {account['flagged']} flagged"
    print(f"{account['file']}: {account['read']} read = {counts}; {beside}")
    covers = "nothing by itself"
    if account["covers_from"]:
        covers = f"{account['covers_from']} to {account['covers_to']}"
    made = account["extracted_at"]
    if account["is_known"]:
        print("  already imported; nothing changed")
    own = f"import {account['import_id']} of {account['source']}"
    print(f"  {own}, made {made}, covers {covers}")
    for reason, count in account["reasons"].items():
        print(f"  {reason}: {count}")
    for flag in account["flagged_values"] or ():
        shown = "" if flag["value"] is None else f" '{flag['value']}'"
        where = f"{flag['rule']} {flag['column_name']}".strip()
        print(f"  flagged: {where}{shown} ({flag['row_count']})")
    if account["quarantined"] and not is_dry_run:
        place = settings.home() / "quarantine" / f"{account['import_id']}.csv"
        print(f"  refused rows, with line and remedy: {place}")


def _progress() -> importer.Progress:
    """Return what tells of progress: JSON lines for a page, a bar on a terminal."""
    if os.environ.get("DEMAND_PROGRESS"):
        return lambda share, step: _say(json.dumps({"progress": share, "step": step}))
    if not sys.stderr.isatty():
        return lambda share, step: None

    def bar(share: float, step: str) -> None:
        filled = "#" * round(30 * share)
        end = "\n" if share == 1 else ""
        print(f"\r{filled:30} {share:4.0%} {step:32}", end=end, file=sys.stderr)

    return bar


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _withdraw(options) -> int:
    data_dir = settings.data_dir()
    change = lake.restore if options.undo else lake.withdraw
    change(data_dir, options.import_id, options.why)
    _say("Done. Build to see it in the figures: python -m kpis build.")
    return 0


def _imports(options) -> int:
    frame = lake.imports(settings.data_dir())
    # as objects, so that nothing is None and not NaN
    frame = frame.astype(object).where(frame.notna(), None)
    if options.json:
        _print_json(frame.to_dict("records"))
        return 0
    for one in frame.itertuples():
        covers = f"{one.covers_from} to {one.covers_to}" if one.covers_from else "-"
        print(f"{one.import_id}  {one.state:9}  {one.source}  {covers}  {one.file}")
        counts = ", ".join(f"{getattr(one, name)} {name}" for name in lake.COUNTS)
        print(f"  {one.mapping}, made {one.extracted_at}: {counts}")
        if one.why:
            print(f"  {one.state}: {one.why}")
    return 0


def _prune(options) -> int:
    data_dir = settings.data_dir()
    limit = None
    if options.source or options.before or options.why:
        if not (options.source and options.before):
            raise UserError(
                "To delete rows, say which: --source SOURCE --before MONTH --why TEXT."
            )
        limit = pruning.Limit(options.source, options.before, options.why)
    if options.dry_run:
        removal = pruning.plan(data_dir, options.keep, limit)
    else:
        if limit:
            pruning.record(data_dir, limit)
            _say(f"{limit.source} before {limit.before} count no more.")
        removal = pruning.prune(data_dir, _rebuilt, options.keep)
    for path in removal.builds:
        print(f"build {path.name}")
    for import_id, count in Counter(path.stem for path in removal.files).items():
        print(f"import {import_id}: {count} files")
    if removal.new_build:
        print(f"build {removal.new_build} was made first, without rows to be deleted")
    would = "would be removed" if options.dry_run else "removed"
    print(
        f"{data_dir}: {len(removal.builds)} builds and {len(removal.files)} files "
        f"{would}, {removal.size:,} bytes"
    )
    return 0


def _rebuilt(data_dir: Path) -> str:
    return pipeline.build(data_dir, is_full=True, progress=_progress())["build"]


def _build(options) -> int:
    made = pipeline.build(settings.data_dir(), options.full, _progress())
    if options.json:
        _print_json(made)
    else:
        what = "built" if made["is_new"] else "up to date"
        print(f"{made['build']}: {what}, from {made['imports']} imports")
    return 0


def _list(options) -> int:
    headers = [kpi.header() for kpi in indicators.load().values()]
    if options.json:
        _print_json(headers)
    else:
        for header in headers:
            print(f"{header['id']:36} {header['title']}")
    return 0


def _open() -> opened_build.Build:
    """Open the current build, and say if it is behind the imports."""
    data_dir = settings.data_dir()
    one = opened_build.open_build(data_dir)
    listed = {each["import_id"] for each in lake.current(lake.read_manifest(data_dir))}
    if listed != {each["import_id"] for each in one.imports}:
        _say("Imports have changed since this build: run python -m kpis build.")
    return one


def _chosen(one: opened_build.Build, options, area: str, by: str) -> tuple[date, date]:
    """Return the days asked for; by default those of the latest settled period."""
    if options.start or options.end:
        start = options.start or options.end
        end = options.end or options.start
        return periods.read(start, is_end=False), periods.read(end, is_end=True)
    latest = queries.latest_settled(one, options.kpi, area, by)
    last = arrivals.arrived(one, options.kpi).last or one.as_at
    return latest or (last, last)


def _show(options) -> int:
    indicators.get(options.kpi)
    one = _open()
    frames = []
    for given in options.area or [settings.FORCE]:
        area = queries.find_area(one, given)
        by = options.by or queries.usual_period(one, options.kpi, area)
        start, end = _chosen(one, options, area, by)
        if not (options.start or options.end) and by == "rolling12":
            start = end
        frames.append(queries.series(one, [options.kpi], [area], start, end, by))
    frame = pd.concat(frames)
    if options.json:
        _print_json(_records(frame))
        return 0
    kpi = one.kpis[options.kpi]
    width = max(len(one.names[area]) for area in frame["area"])
    for _, row in frame.iterrows():
        shown = formatting.of_cell(row, kpi.measure)
        count = "" if math.isnan(row.n) else f"n {formatting.count(row.n)}"
        days = f"{row.period_start:%Y-%m-%d} to {row.period_end:%Y-%m-%d}"
        state = formatting.missing(row.state)
        print(
            f"{one.names[row.area]:{width}}  {days}  {shown:>14}  {count:12} "
            f"{state} {row.reason}".rstrip()
        )
    return 0


def _records(frame: pd.DataFrame) -> list[dict]:
    """Return rows with plain values: ISO days, whole n, null for no number."""
    records = []
    for row in frame.to_dict("records"):
        for name in ("period_start", "period_end"):
            row[name] = row[name].date().isoformat()
        for name in ("n", "numerator", "denominator", "value", "lower", "upper"):
            number = row[name]
            row[name] = None if pd.isna(number) or math.isinf(number) else number
        for name in ("n", "numerator", "denominator"):
            if row[name] is not None and float(row[name]).is_integer():
                row[name] = int(row[name])
        if not isinstance(row["parts"], dict):
            del row["parts"]
        # what the charts rest on, which nobody who reads a figure needs
        del row["cases"]
        records.append(row)
    return records


def _rows(options) -> int:
    indicators.get(options.kpi)
    one = _open()
    frames = []
    for given in options.area or [settings.FORCE]:
        area = queries.find_area(one, given)
        by = queries.usual_period(one, options.kpi, area)
        start, end = _chosen(one, options, area, by)
        frames.append(queries.rows(one, options.kpi, area, start, end))
    frame = pd.concat(frames)
    if options.csv:
        frame.to_csv(sys.stdout, index=False)
    else:
        print(frame.to_string(index=False, max_rows=60))
    return 0


def _check(options) -> int:
    kpis = indicators.load()
    sources = contracts.load_all()
    layouts = importer.available_mappings(settings.home())
    tables = reference_tables.load_all(settings.data_dir())
    units = {kpi.id: kpi.measure.unit for kpi in kpis.values()}
    reference_tables.check_indicators(settings.data_dir(), units)
    print(f"{len(sources)} contracts, {len(layouts)} mappings, {len(kpis)} indicators")
    print(f"{len(tables)} reference tables")
    if store.current_id(settings.data_dir()) is None:
        print("no build yet")
        return 0
    one = _open()
    queries.scoreboard(one, settings.FORCE)
    for kpi in one.kpis.values():
        queries.rows(one, kpi.id, settings.FORCE, one.as_at, one.as_at)
    print(f"build {one.id}: every indicator answers")
    return 0


def _demo(options) -> int:
    _make_demo(options.scale, options.years, options.seed, options.defects)
    settings.use("demo")
    _say("The demo is shown: synthetic data. Back: python -m kpis use real.")
    return 0


def _make_demo(scale: float, years: int, seed: int, has_defects: bool) -> None:
    """Write, import and build the demo in a data directory of its own, from scratch."""
    target = settings.demo_dir()
    exports = target / "inbox"
    with lake.writing(target):
        lake.clear(target)
    demo.write_reference(target, seed, defects=has_defects)
    for path in demo.write(
        exports, scale=scale, years=years, seed=seed, defects=has_defects
    ):
        source = path.name.split("_2")[0]
        account = importer.import_file(path, f"canonical_{source}", target)
        _say(f"{path.name}: {account['accepted']} rows")
    pipeline.build(target, progress=_progress())


def _use(options) -> int:
    place = settings.demo_dir() if options.which == "demo" else settings.home()
    if store.current_id(place) is None:
        raise UserError(
            "There is no demo yet. Make it: python -m kpis demo."
            if options.which == "demo"
            else "There is no real data yet. Import a file and build it first."
        )
    settings.use(options.which)
    return 0


def _prepare(options) -> int:
    """Make the demo where nothing was imported yet, and build what is behind."""
    indicators.load()
    data_dir = settings.data_dir()
    has_imports = bool(lake.read_manifest(data_dir)["imports"])
    if not has_imports and store.current_id(data_dir) is None:
        _say("Nothing was imported yet: making a demo (synthetic data) ...")
        _make_demo(DEMO_SCALE, DEMO_YEARS, DEMO_SEED, has_defects=False)
        settings.use("demo")
    else:
        pipeline.build(data_dir, progress=_progress())
    return 0


def _print_json(value) -> None:
    json.dump(value, sys.stdout, indent=1, ensure_ascii=False, allow_nan=False)
    print()


if __name__ == "__main__":
    sys.exit(main())
