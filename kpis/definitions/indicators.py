"""The indicators: every file in `sql/kpis/` is one, its name is its id.

A file opens with a comment that holds a TOML header, its words and its rules; the
rest is one select. What is unknown or missing in the headers is reported at once.
"""

import hashlib
import re
import tomllib
from dataclasses import MISSING, asdict, dataclass, fields
from functools import cache
from pathlib import Path

from kpis import settings
from kpis.definitions import contracts
from kpis.errors import UserError, unknown

HEADER = re.compile(r"\s*/\*(.*?)\*/(.*)", re.DOTALL)
PERIODS = ("day", "week", "month", "quarter", "year", "rolling12")
CHOICES = {
    "family": ("customer", "employee", "financial", "operational"),
    "tier": ("core", "reserve", "about"),
    "kind": (
        "proportion", "rate", "ratio", "mean", "median", "percentile", "difference",
        "sum",
    ),
    "unit": (
        "percent", "percent a year", "minutes", "seconds", "per 1,000 a year",
        "days a year", "calls", "pounds", "points",
    ),
    "better": ("higher", "lower", "neither", "nearer_zero"),
    "area": ("bocu", "site", "facility", "mps"),
    "chart": ("xmr", "p_prime"),
    "stage": ("rows", "published", "after_cube"),
    "exposure": ("residents",),
    "counts": ("cases", "amounts"),
    "base": ("rows", "effective_cases", "staff"),
    "disclosure": ("none", "respondents", "staff", "people", "sickness"),
    "accumulate": ("none", "rolling12"),
}  # fmt: skip
THEMES = ("access", "quality", "resources", "expectations", "indicators")


@dataclass(frozen=True)
class Wording:
    """What people read about an indicator.

    `tier` is core or reserve of the catalogue, or about for an indicator that measures
    the other indicators. `read_with` names indicators that show the other side.
    """

    title: str
    question: str
    family: str
    themes: tuple[str, ...]
    numerator: str
    denominator: str
    source: str
    owner: str
    tier: str = "core"
    read_with: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Population:
    """What is counted, where and for which periods.

    `needs` names, for each source, the columns without which an export does not
    measure the indicator; `reads` names marts used beside those of the sources;
    `made_of` the indicators that a sum is made of. `stage` is "rows" for a select of
    rows, "published" for finished figures without parts, "after_cube" for figures made
    from the cells of other indicators. `exposure` names what the select may count
    beside the exports, for the days that they cover. `standard` names the standard
    that rows are judged by. `line_type` is the line whose site serves a borough.
    `looks_ahead_days` is how long after a row later events can still decide it.
    `default` has, by dimension, the members that count unless others are chosen.
    """

    area: str
    smallest_period: dict[str, str]
    needs: dict[str, list[str]]
    stage: str = "rows"
    reads: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()
    exposure: str = ""
    standard: str = ""
    line_type: str = ""
    looks_ahead_days: int = 0
    dimensions: tuple[str, ...] = ()
    default: dict[str, list[str]] | None = None


@dataclass(frozen=True)
class Measure:
    """Which number is made of the rows.

    `counts` says whether the denominator counts independent cases, which vary by
    chance, or amounts (hours, money, staff), which get neither interval nor funnel.
    `base` is what the column `base` of the select adds up to: the effective cases of
    weighted answers, or the staff of each month. `quantile` is that of a median or
    percentile. `denominator_unit` divides the summed denominator, once and last.
    `accumulate` is the length of the headline.
    """

    kind: str
    unit: str
    counts: str = "cases"
    base: str = "rows"
    quantile: float = 0.5
    denominator_unit: float = 1
    accumulate: str = "none"

    @property
    def has_values(self) -> bool:
        """Whether rows carry values to sort, and not parts to add up."""
        return self.kind in ("median", "percentile")

    @property
    def is_pooled(self) -> bool:
        """Whether it is one sum over another, so that the sums of areas add up."""
        return self.kind in ("proportion", "rate", "ratio", "mean")

    @property
    def resolution(self) -> float:
        """Return the smallest step between two figures: values are whole seconds."""
        return 1.0 if self.has_values else 0.0

    @property
    def allows_funnel(self) -> bool:
        """Whether areas may be compared in a funnel: shares and rates of cases."""
        return self.counts == "cases" and self.kind in ("proportion", "rate")


@dataclass(frozen=True)
class Judging:
    """How a series is judged.

    `reliable_if` has, by indicator of completeness, the least value with which a
    figure is reliable.
    """

    better: str
    chart: str
    min_n: int
    settles_after_days: int
    reliable_if: dict[str, float] | None = None


@dataclass(frozen=True)
class Disclosure:
    """Whom a small cell could reveal; `protects` is "none" where it is no one."""

    protects: str = "none"

    @property
    def is_needed(self) -> bool:
        """Whether small cells are hidden."""
        return self.protects != "none"


PARTS = {
    "wording": Wording,
    "population": Population,
    "measure": Measure,
    "judging": Judging,
}


@dataclass(frozen=True)
class Kpi:
    """One indicator: its words, its rules and its select."""

    id: str
    wording: Wording
    population: Population
    measure: Measure
    judging: Judging
    disclosure: Disclosure
    sql: str
    digest: str

    def header(self) -> dict:
        """Return the header's words and rules, as `list --json` prints them."""
        parts = (asdict(getattr(self, name)) for name in PARTS)
        flat = {name: value for part in parts for name, value in part.items()}
        return {"id": self.id, **flat, "disclosure": self.disclosure.protects}


def of_header(kpi_id: str, header: dict, sql: str, digest: str) -> Kpi:
    """Return an indicator from the flat keys of a checked header."""
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in header.items()}
    parts = {
        name: kind(
            **{one.name: values[one.name] for one in fields(kind) if one.name in values}
        )
        for name, kind in PARTS.items()
    }
    disclosure = Disclosure(values.get("disclosure", "none"))
    return Kpi(id=kpi_id, **parts, disclosure=disclosure, sql=sql, digest=digest)


@cache
def load() -> dict[str, Kpi]:
    """Return every indicator by id; UserError names all faults of all headers."""
    return load_from(settings.SQL / "kpis")


def load_from(directory: Path) -> dict[str, Kpi]:
    """Return the indicators of a directory; UserError names all faults at once."""
    kpis, faults = {}, []
    for path in sorted(directory.glob("*.sql")):
        try:
            kpis[path.stem] = _load(path)
        except UserError as error:
            faults.append(str(error))
    for kpi in kpis.values():
        faults += [
            f"{kpi.id}.sql, read_with: {unknown('indicator', other, kpis)}"
            for other in kpi.wording.read_with
            if other not in kpis
        ]
        faults += [
            f"{kpi.id}.sql, {key}: {unknown('indicator', other, kpis)}"
            for key, named in (
                ("made_of", kpi.population.made_of),
                ("reliable_if", kpi.judging.reliable_if),
            )
            for other in named or ()
            if other not in kpis
        ]
    if faults:
        raise UserError("\n".join(faults))
    return kpis


def get(kpi_id: str) -> Kpi:
    """Return one indicator; UserError with the nearest name if there is none."""
    kpis = load()
    if kpi_id not in kpis:
        raise UserError(unknown("indicator", kpi_id, kpis))
    return kpis[kpi_id]


def _load(path: Path) -> Kpi:
    text = path.read_text(encoding="utf-8")
    found = HEADER.fullmatch(text)
    if not found:
        raise UserError(f"{path.name}: the file does not open with a /* header */.")
    try:
        header = tomllib.loads(found[1])
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path.name}, header: {error}.") from None
    faults = _faults(header)
    if faults:
        raise UserError("\n".join(f"{path.name}: {fault}" for fault in faults))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return of_header(path.stem, header, found[2].strip(), digest)


def _faults(header: dict) -> list[str]:
    known = [one for kind in PARTS.values() for one in fields(kind)]
    names = [*(one.name for one in known), "disclosure"]
    faults = [unknown("key", key, names) for key in header if key not in names]
    faults += [
        f"the key '{one.name}' is missing."
        for one in known
        if one.default is MISSING and one.name not in header
    ]
    for key, choices in CHOICES.items():
        if key in header and header[key] not in choices:
            faults.append(f"{key}: {unknown('choice', str(header[key]), choices)}")
    for theme in header.get("themes", []):
        if theme not in THEMES:
            faults.append(f"themes: {unknown('theme', theme, THEMES)}")
    for area, period in header.get("smallest_period", {}).items():
        if area not in CHOICES["area"]:
            faults.append(f"smallest_period: {unknown('area', area, CHOICES['area'])}")
        if period not in PERIODS:
            faults.append(f"smallest_period: {unknown('period', period, PERIODS)}")
    if (header.get("kind") == "percentile") != ("quantile" in header):
        faults.append("quantile: stands exactly where the kind is percentile.")
    if (header.get("kind") == "sum") != ("made_of" in header):
        faults.append("made_of: stands exactly where the kind is sum.")
    if header.get("disclosure", "none") != "none":
        faults += _disclosure_faults(header)
    for dimension in header.get("default") or {}:
        if dimension not in header.get("dimensions", []):
            faults.append(f"default: '{dimension}' is not among the dimensions.")
    return faults + _need_faults(header.get("needs", {}))


def _disclosure_faults(header: dict) -> list[str]:
    """What would show single people: parts of a cell, and days."""
    faults = []
    if header.get("dimensions"):
        faults.append("dimensions: an indicator of people is not broken down.")
    if {"day", "week"} & set(header.get("smallest_period", {}).values()):
        faults.append("smallest_period: an indicator of people begins with the month.")
    is_of_staff = header["disclosure"] != "respondents"
    if is_of_staff and header.get("base") != "staff":
        faults.append("base: an indicator of staff says how many, base = 'staff'.")
    return faults


def _need_faults(needs: dict[str, list[str]]) -> list[str]:
    sources = contracts.load_all()
    faults = []
    for source, columns in needs.items():
        if source not in sources:
            faults.append(f"needs: {unknown('source', source, sources)}")
            continue
        faults += [
            f"needs: {unknown(f'column of {source}', name, sources[source].columns)}"
            for name in columns
            if name not in sources[source].columns
        ]
    return faults
