"""What follows about few people from everything that is shown together.

An auditor knows every figure that can be asked for: each is the sum of unknown numbers
of people, one for each code (a place that reports) and month. No number is negative,
and some are known to be zero. For each cell of few people it asks how small and how
large that cell may still be. A cell follows from what is shown if these bounds are
closer than the least number of people that a figure needs: then it is known, or nearly.
Bounds come from linear programmes. Run it on the current build with `make audit`.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse import csgraph

from kpis import periods, settings
from kpis.definitions import Kpi
from kpis.results import Build, queries
from kpis.results.disclosure import LEAST

NOTHING = 1e-6
# objectives that move many cells at once go on until so many in a row settle none;
# then one cell is asked for at a time
IDLE_GUESSES = 4
LENGTHS = ("month", "quarter", "year", "rolling12")
ROWS = "n"


@dataclass(frozen=True)
class Block:
    """Some codes over some months: what one figure, or one list of rows, counts."""

    codes: frozenset[str]
    start: int
    stop: int

    @property
    def months(self) -> int:
        """Return how many months it counts."""
        return self.stop - self.start

    @property
    def is_empty(self) -> bool:
        """Return whether it counts nothing."""
        return not self.codes or self.start >= self.stop


@dataclass(frozen=True)
class Secret:
    """A cell that must not follow: its name for a reader, and what it counts."""

    name: str
    block: Block


@dataclass(frozen=True)
class Finding:
    """A cell that follows: how small and how large it may be, and what it is."""

    name: str
    measure: str
    low: float
    high: float
    people: float
    least: float

    def __str__(self) -> str:
        """Return it as a line of a report."""
        low, high, people = f"{self.low:g}", f"{self.high:g}", f"{self.people:g}"
        known = f"is {people}" if low == high else f"lies in {low} to {high}"
        return f"{self.name}: {self.measure} {known}, fewer than {self.least:g}"


@dataclass(frozen=True)
class Known:
    """What an auditor knows of one number of people, by code (index) and month."""

    measure: str
    people: pd.DataFrame
    least: float
    shown: Collection[Block]
    is_whole: bool = True
    is_mean: bool = False


def follows(known: Known, secrets: Iterable[Secret]) -> list[Finding]:
    """Return the secrets of few people whose number follows from what is shown."""
    numbers = known.people.to_numpy(dtype=float)
    rows = {code: row for row, code in enumerate(known.people.index)}
    small = [
        (secret, total, months)
        for secret in secrets
        for months in [secret.block.months if known.is_mean else 1]
        for total in [_sum(numbers, rows, secret.block)]
        if NOTHING < total < known.least * months - NOTHING
    ]
    if not small:
        return []
    atoms = _Atoms.of(known, rows, [secret.block for secret, _, _ in small])
    wanted = np.array([atoms.vector(secret.block) for secret, _, _ in small])
    least = [known.least * months for _, _, months in small]
    low, high = _bounds(atoms, wanted, np.array(least) - NOTHING)
    if known.is_whole:
        low, high = np.ceil(low - NOTHING), np.floor(high + NOTHING)
    return [
        Finding(secret.name, known.measure, lowest, highest, total, needed)
        for (secret, total, _), lowest, highest, needed in zip(
            small, low, high, least, strict=True
        )
        if highest - lowest < needed - NOTHING
    ]


def _sum(numbers: np.ndarray, rows: dict[str, int], block: Block) -> float:
    own = [rows[code] for code in block.codes if code in rows]
    return float(numbers[own, block.start : block.stop].sum())


@dataclass(frozen=True)
class _Atoms:
    """The unknowns: codes and months that every block holds together or not at all."""

    values: np.ndarray
    code_groups: dict[str, int]
    month_groups: np.ndarray
    equations: np.ndarray

    @classmethod
    def of(cls, known: Known, rows: dict[str, int], asked: list[Block]) -> "_Atoms":
        """Join what no block tells apart, and write the shown sums as equations."""
        blocks = list(dict.fromkeys([*known.shown, *asked]))
        held = [frozenset(block.codes) for block in blocks]
        marks = {
            code: tuple(code in own for own in dict.fromkeys(held)) for code in rows
        }
        numbered = {
            mark: place for place, mark in enumerate(dict.fromkeys(marks.values()))
        }
        groups = {code: numbered[mark] for code, mark in marks.items()}
        edges = {edge for block in blocks for edge in (block.start, block.stop)}
        months = np.cumsum([place in edges for place in range(known.people.shape[1])])
        months -= months[0]
        values = np.zeros((len(numbered), months[-1] + 1))
        numbers = known.people.to_numpy(dtype=float)
        for code, row in rows.items():
            np.add.at(values[groups[code]], months, numbers[row])
        atoms = cls(values, groups, months, np.empty((0, values.size)))
        shown = dict.fromkeys(block for block in known.shown if not block.is_empty)
        equations = np.array([atoms.vector(block) for block in shown])
        return cls(values, groups, months, equations.reshape(-1, values.size))

    def vector(self, block: Block) -> np.ndarray:
        """Return which unknowns a block adds up."""
        marks = np.zeros(self.values.shape)
        codes = {
            self.code_groups[code] for code in block.codes if code in self.code_groups
        }
        months = np.unique(self.month_groups[block.start : block.stop])
        marks[np.ix_(sorted(codes), months)] = 1
        return marks.ravel()


def _bounds(
    atoms: _Atoms, wanted: np.ndarray, enough: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how small and large each wanted sum may be; loosely where that is enough.

    Each solution is a possible truth for all cells at once, so that one programme
    settles many of them.
    """
    truth = atoms.values.ravel()
    is_open = _unknown(atoms.equations, truth)
    fixed = wanted[:, ~is_open] @ truth[~is_open]
    equations = np.unique(atoms.equations[:, is_open], axis=0)
    matrix = sparse.csr_matrix(equations[equations.any(axis=1)])
    targets = sparse.csr_matrix(wanted[:, is_open])
    parts = _independent(matrix)
    most = 10 * truth.sum() + 1000
    low = fixed + targets @ truth[is_open]
    high = low.copy()

    def look(direction: np.ndarray) -> None:
        values = truth[is_open].copy()
        for rows, columns in parts:
            if not direction[columns].any():
                continue
            own = matrix[rows][:, columns]
            found = linprog(
                -direction[columns],
                A_eq=own if len(rows) else None,
                b_eq=own @ values[columns] if len(rows) else None,
                bounds=(0, most),
            )
            values[columns] = found.x
        cells = fixed + targets @ values
        np.minimum(low, cells, out=low)
        np.maximum(high, cells, out=high)

    chance = np.random.default_rng(2004)
    pending, idle = high - low < enough, 0
    while pending.any() and idle < IDLE_GUESSES:
        look(targets.T @ (pending * chance.choice([-1.0, 1.0], size=len(enough))))
        left = high - low < enough
        idle = 0 if (pending & ~left).any() else idle + 1
        pending = left
    for place in range(len(enough)):
        for sign in (1, -1):
            if high[place] - low[place] < enough[place]:
                look(sign * targets[[place]].toarray()[0])
    return low, high


def _unknown(equations: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return what stays unknown when shown zeros and last unknowns are filled in."""
    is_open = ~(equations[equations @ truth < NOTHING] > 0).any(axis=0)
    while True:
        last = equations[(equations[:, is_open] > 0).sum(axis=1) == 1]
        found = (last > 0).any(axis=0) & is_open
        if not found.any():
            return is_open
        is_open &= ~found


def _independent(matrix: sparse.csr_matrix) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the rows and columns of each part that shares no equation with others."""
    linked = matrix.T @ matrix
    count, of_column = csgraph.connected_components(linked, directed=False)
    of_row = of_column[matrix.indices[matrix.indptr[:-1]]]
    return [
        (np.flatnonzero(of_row == part), np.flatnonzero(of_column == part))
        for part in range(count)
    ]


def of_build(build: Build, kpi_ids: Iterable[str] | None = None) -> Iterator[Finding]:
    """Yield what follows about few people from all that a build shows."""
    asked = build.kpis if kpi_ids is None else list(kpi_ids)
    protected = [kpi_id for kpi_id in asked if build.kpis[kpi_id].disclosure.is_needed]
    answers = {kpi_id: _Answers.of(build, build.kpis[kpi_id]) for kpi_id in protected}
    known = {kpi_id: found for kpi_id, found in answers.items() if found}
    lists = {kpi_id: found.listed(build) for kpi_id, found in known.items()}
    for kpi_id, found in known.items():
        # the rows of one question name the people whom another question was put to
        others = [other for name, other in lists.items() if found.is_alike(known[name])]
        figures = found.shown(build)
        met = _meetings(lists[kpi_id], others)
        for measure, people, is_whole, is_mean in found.measures():
            # a list does not say on which side of a difference a row is
            shown = figures | met if measure == ROWS else figures
            yield from follows(
                Known(measure, people, found.least, shown, is_whole, is_mean),
                found.secrets(build),
            )


def _meetings(own: set[Block], others: list[set[Block]]) -> set[Block]:
    """Return what own lists of rows and any other lists count together."""
    every = _spans(set(own).union(*others))
    met, new = set(own), set(own)
    while new:
        new = {
            Block(both, max(start, since), min(stop, until))
            for codes, spans in _spans(new).items()
            for others_codes, others_spans in every.items()
            if (both := codes & others_codes)
            for start, stop in spans
            for since, until in others_spans
            if max(start, since) < min(stop, until)
        } - met
        met |= new
    return met


def _spans(blocks: set[Block]) -> dict[frozenset[str], set[tuple[int, int]]]:
    spans: dict[frozenset[str], set[tuple[int, int]]] = {}
    for block in blocks:
        spans.setdefault(block.codes, set()).add((block.start, block.stop))
    return spans


@dataclass(frozen=True)
class _Answers:
    """What a build says of one indicator: everything that can be asked for."""

    kpi: Kpi
    cells: pd.DataFrame
    asked: pd.DataFrame
    months: pd.DatetimeIndex

    @classmethod
    def of(cls, build: Build, kpi: Kpi) -> "_Answers | None":
        """Ask for every area, length and period; None for an indicator without rows."""
        cells = build.warehouse.query(
            "select area_code, part, on_date, n, base, numerator from month_cells "
            "where kpi = ?",
            [kpi.id],
        )
        cover = build.arrived(kpi.id)
        if cells.empty or cover.first is None or cover.last is None:
            return None
        areas = queries.areas(build)
        own = areas["code"][areas["kind"].isin(list(kpi.population.smallest_period))]
        first = min(cells["on_date"].min().date(), cover.first)
        last = max(cells["on_date"].max().date(), cover.last)
        # rolling periods go on where the last month is already in them
        end = periods.add_months(last.replace(day=1), 11)
        frames = [
            queries.series(build, [kpi.id], own.tolist(), first, end, by).assign(by=by)
            for by in LENGTHS
        ]
        months = pd.date_range(first.replace(day=1), last, freq="MS")
        return cls(kpi, cells, pd.concat(frames, ignore_index=True), months)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Return the codes that have rows."""
        return frozenset(self.cells["area_code"])

    @property
    def least(self) -> float:
        """Return how many people a figure needs."""
        return LEAST[self.kpi.disclosure.protects]

    def is_alike(self, other: "_Answers") -> bool:
        """Return whether both count rows of one source by the same months."""
        mine, theirs = (set(one.kpi.population.needs) for one in (self, other))
        return bool(mine & theirs) and self.months.equals(other.months)

    def measures(self) -> Iterator[tuple[str, pd.DataFrame, bool, bool]]:
        """Yield each number of people: name, by code and month, whether whole, mean."""
        protects, cells = self.kpi.disclosure.protects, self.cells
        if protects == "respondents":
            yield ROWS, self._wide(cells["n"]), True, False
            for part in set(cells["part"]) - {""}:
                own = cells["n"].where(cells["part"] == part, 0)
                yield f"n {part}", self._wide(own), True, False
            return
        yield "people", self._wide(cells["base"]), False, True
        if protects == "people":
            is_mean = self.kpi.measure.kind == "ratio"
            yield "counted", self._wide(cells["numerator"]), not is_mean, is_mean
            if is_mean:
                others = cells["base"] - cells["numerator"]
                yield "others", self._wide(others), False, True

    def _wide(self, numbers: pd.Series) -> pd.DataFrame:
        wide = self.cells.assign(people=numbers.astype(float)).pivot_table(
            index="area_code", columns="on_date", values="people", aggfunc="sum"
        )
        return wide.reindex(columns=self.months).fillna(0.0)

    def _block(self, build: Build, area: str, start: object, end: object) -> Block:
        codes = self.codes
        if area != settings.FORCE:
            codes &= {code for _, code in build.places.members([area])}
        first, stop = (
            int(self.months.searchsorted(pd.Timestamp(day), side))
            for day, side in ((start, "left"), (end, "right"))
        )
        return Block(codes, first, stop)

    def shown(self, build: Build) -> set[Block]:
        """Return what the shown figures count, and what is known to be empty."""
        is_shown = self.asked["n"].notna()
        is_empty = self.asked["state"] == "not_measured"
        numbers = self._wide(self.cells["n"])
        rows = {code: row for row, code in enumerate(numbers.index)}
        blocks = set()
        for cell, has_figure in zip(
            self.asked.itertuples(), is_shown | is_empty, strict=True
        ):
            if has_figure:
                block = self._block(
                    build, cell.area, cell.period_start, cell.period_end
                )
                if pd.notna(cell.n) or not _sum(numbers.to_numpy(), rows, block):
                    blocks.add(block)
        return {*blocks, *self._closed(build, numbers, rows)}

    def _closed(
        self, build: Build, numbers: pd.DataFrame, rows: dict[str, int]
    ) -> Iterator[Block]:
        """Yield the months in which a place was not open, as everybody knows."""
        for code in rows:
            opened, closed = build.places.open_days.get(code, (None, None))
            for place, month in enumerate(self.months):
                block = Block(frozenset([code]), place, place + 1)
                is_open = opened is None or (
                    pd.Timestamp(opened) <= month + pd.offsets.MonthEnd(0)
                    and month.date() <= closed
                )
                if not is_open and not _sum(numbers.to_numpy(), rows, block):
                    yield block

    def listed(self, build: Build) -> set[Block]:
        """Return what lists of rows count; those of staff are returns, not people."""
        if self.kpi.disclosure.protects != "respondents":
            return set()
        blocks = set()
        for cell in self.asked[self.asked["n"].notna()].itertuples():
            period = cell.period_start.date(), cell.period_end.date()
            if cell.by in queries.lengths_listed(build, self.kpi, cell.area, period):
                blocks.add(self._block(build, cell.area, *period))
        return blocks

    def secrets(self, build: Build) -> Iterator[Secret]:
        """Yield every cell that might be of few people, and what no area of it has."""
        own = {
            code for code in self.codes
            if build.places.kinds.get(code) == self.kpi.population.area
        }  # fmt: skip
        spans = self.asked[["by", "period_start", "period_end"]].drop_duplicates()
        for by, start, end in spans.itertuples(index=False):
            for area in sorted({*self.asked["area"], *own}):
                block = self._block(build, area, start, end)
                yield Secret(f"{self.kpi.id} {area} by {by} {start:%Y-%m}", block)
            rest = Block(self.codes - own, block.start, block.stop)
            yield Secret(f"{self.kpi.id} not located by {by} {start:%Y-%m}", rest)
