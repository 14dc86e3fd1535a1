"""The only module that talks to DuckDB: connections, statements, identifiers.

Every statement is a file in `sql/`. A template has `{names}` that are filled with
identifiers, file lists or checked expressions; values are always parameters.
"""

import re
import shutil
import string
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd

from kpis import settings
from kpis.errors import of_storage

Progress = Callable[[float], None]
INTERRUPTED = "Query interrupted"
# not the statement's fault, but perhaps the disk's
SYSTEM_ERRORS = (
    duckdb.OperationalError,
    duckdb.FatalException,
    duckdb.PermissionException,
)
# a checksum that does not hold has no class of its own
CORRUPT = re.compile("Corrupt database file: computed checksum")
# in DuckDB's messages: where what helps to mend a definition ends
NOT_SAID = re.compile("\n\n|\n\tCandidate functions:| You might need to add explicit")
UNKNOWN_TABLE = re.compile(r"Table with name (\S+) does not exist!")


class StatementError(RuntimeError):
    """A statement of ours failed: our bug, shown with its full text."""

    @property
    def reason(self) -> str:
        """Return what DuckDB says against it, in one line with a full stop."""
        said = NOT_SAID.split(str(self))[0]
        said = " ".join(said.split())
        return said if said.endswith("?") else f"{said.rstrip('.!')}."

    @property
    def unknown_table(self) -> str:
        """Return the name of a table that is not there, or ""."""
        found = UNKNOWN_TABLE.search(str(self))
        return found[1] if found else ""


@cache
def text(name: str) -> str:
    """Return the text of `sql/<name>.sql`."""
    return (settings.SQL / f"{name}.sql").read_text(encoding="utf-8").strip()


def fill(template: str, /, **parts: str) -> str:
    """Return `sql/<template>.sql` with every `{name}` filled."""
    return string.Template(
        text(template).replace("$", "$$").replace("{", "${")
    ).substitute(parts)


def identifier(name: str) -> str:
    """Return `name` quoted as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | int | float | bool | None) -> str:
    """Return `value` as an SQL literal."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def file(path: Path, pattern: str = "") -> str:
    """Return an SQL literal for the file at `path`, and no other, that is read.

    DuckDB takes `*`, `?` and `[` in a name for a pattern, so they are masked. A
    `pattern` is looked for below the path.
    """
    masked = re.sub(r"([*?\[])", r"[\1]", str(path))
    return literal(f"{masked}/{pattern}" if pattern else masked)


def files(paths: Iterable[Path]) -> str:
    """Return SQL literals for files that are read, as the contents of a list."""
    return ", ".join(file(path) for path in paths)


def literals(values: Iterable[Any]) -> str:
    """Return values as the contents of an SQL list: 'a', 'b'."""
    return ", ".join(literal(value) for value in values)


@dataclass(frozen=True)
class MadeElsewhere:
    """A database in the making: `file` is moved to `path` when it is closed.

    They are the same but for a path with a question mark, as DuckDB would put the end
    of its log's name before that.
    """

    file: Path
    path: Path
    place: TemporaryDirectory | None = None

    @classmethod
    def of(cls, path: Path) -> "MadeElsewhere":
        """Choose where a database is made."""
        if "?" not in str(path):
            return cls(path, path)
        place = TemporaryDirectory()
        return cls(Path(place.name) / path.name, path, place)

    def move_back(self) -> None:
        """Move the closed database to where it belongs."""
        if self.place:
            if self.file.exists():
                shutil.move(self.file, self.path)
            self.place.cleanup()


class Warehouse:
    """One DuckDB connection; every query runs on a cursor of its own.

    Threads that share a connection without cursors would get each other's rows.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        made: Iterable[MadeElsewhere] = (),
    ):
        self._connection = connection
        self._made = [*made]

    def query(self, sql: str, values: Any = None) -> pd.DataFrame:
        """Return the rows of one statement; NULL is NaN, NaT or None."""
        with self._connection.cursor() as cursor:
            return _guarded(sql, lambda: cursor.execute(sql, values).df())

    def tuples(self, sql: str, values: Any = None) -> list[tuple]:
        """Return the rows of one statement as plain tuples."""
        with self._connection.cursor() as cursor:
            return _guarded(sql, lambda: cursor.execute(sql, values).fetchall())

    def run(
        self, sql: str, values: Any = None, progress: Progress | None = None
    ) -> None:
        """Run one statement for its effect; `progress` is given a share from 0 to 1."""
        with self._connection.cursor() as cursor:
            if progress is None:
                _guarded(sql, lambda: cursor.execute(sql, values))
                return
            done = threading.Event()
            watcher = threading.Thread(
                target=_watch, args=(cursor, progress, done), daemon=True
            )
            watcher.start()
            try:
                _guarded(sql, lambda: cursor.execute(sql, values))
            finally:
                done.set()
                watcher.join()

    def add_frame(self, name: str, frame: pd.DataFrame) -> None:
        """Add a table of that name with the rows of `frame`."""
        self._connection.register("added_frame", frame)
        _execute(
            self._connection,
            fill("cube/table_of_frame", name=identifier(name), frame="added_frame"),
        )
        self._connection.unregister("added_frame")

    def append(self, name: str, frame: pd.DataFrame) -> None:
        """Append the rows of `frame` to a table with these columns."""
        self._connection.register("added_frame", frame)
        _execute(
            self._connection,
            fill("cube/append_frame", name=identifier(name), frame="added_frame"),
        )
        self._connection.unregister("added_frame")

    def attach(self, name: str, path: Path) -> None:
        """Attach a finished database, read-only, as the catalogue `name`."""
        words = {"file": literal(str(path)), "name": identifier(name)}
        self.run(fill("results/attach", **words))

    def attach_new(self, name: str, path: Path) -> None:
        """Attach a new database as the catalogue `name`; it is there after `close`."""
        made = MadeElsewhere.of(path)
        self._made.append(made)
        words = {"file": literal(str(made.file)), "name": identifier(name)}
        self.run(fill("cube/attach_new", **words))

    def close(self) -> None:
        """Close the connection; queries that still run end with an error."""
        self._connection.close()
        while self._made:
            self._made.pop().move_back()


def _guarded(sql: str, work: Callable[[], Any]) -> Any:
    try:
        return work()
    except duckdb.Error as error:
        is_of_system = isinstance(error, SYSTEM_ERRORS) or CORRUPT.match(str(error))
        remedy = of_storage(error) if is_of_system else None
        if remedy:
            raise remedy from error
        raise StatementError(f"{error}\n\nin this statement:\n{sql}") from error
    except RuntimeError as error:
        # what DuckDB makes of Ctrl-C while it is at work
        if str(error) == INTERRUPTED:
            raise KeyboardInterrupt from None
        raise


def _execute(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    _guarded(sql, lambda: connection.execute(sql))


def _watch(
    cursor: duckdb.DuckDBPyConnection, progress: Progress, done: threading.Event
) -> None:
    while not done.wait(0.25):
        share = cursor.query_progress()
        if share > 0:
            progress(min(share, 100.0) / 100)


def _connect(path: str, config: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    closed = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        **config,
    }
    connection = _guarded(f"open {path}", lambda: duckdb.connect(path, config=closed))
    _execute(connection, text("import/use_local_time"))
    return connection


def writer(temporary: Path, path: str = ":memory:") -> Warehouse:
    """Open a private database for an import or a build; it may use `temporary`."""
    temporary.mkdir(parents=True, exist_ok=True)
    made = MadeElsewhere.of(Path(path))
    return Warehouse(
        _connect(
            str(made.file),
            {
                "memory_limit": settings.MEMORY_LIMIT,
                "temp_directory": str(temporary),
                "preserve_insertion_order": True,
            },
        ),
        [made],
    )


def reader(databases: dict[str, Path], views: dict[str, Sequence[Path]]) -> Warehouse:
    """Open a finished build for reading, with a view for each mart over its files.

    `databases` are its own, by what statements call them. The connection can read these
    files and no others, and its settings are locked.
    """
    connection = _connect(":memory:", {})
    opened = Warehouse(connection)
    for name, path in databases.items():
        opened.attach(name, path)
    for name, paths in views.items():
        if paths:
            _execute(
                connection,
                fill(
                    "results/view_of_files", name=identifier(name), files=files(paths)
                ),
            )
    paths = [path for paths in views.values() for path in paths]
    # DuckDB asks for leave by both names: as they are, and with their signs masked
    allowed = {literal(str(path)) for path in paths} | {file(path) for path in paths}
    _execute(connection, fill("results/allow_files", files=", ".join(sorted(allowed))))
    _execute(connection, text("results/forbid_other_access"))
    _execute(connection, text("results/lock"))
    return opened


@cache
def of_files() -> Warehouse:
    """Return a database without tables, to query files of the data directory."""
    return Warehouse(_connect(":memory:", {}))


@cache
def _parser() -> Warehouse:
    return Warehouse(duckdb.connect())


def parse(statement: str) -> str:
    """Return DuckDB's own parse tree of a select, as JSON text."""
    return _parser().tuples(text("import/parse"), [statement])[0][0]


def parse_expression(expression: str) -> str:
    """Return DuckDB's own parse tree of one select item, as JSON text."""
    return parse(f"select {expression}")


def version() -> str:
    """Return DuckDB's version, on which a build depends."""
    return duckdb.__version__
