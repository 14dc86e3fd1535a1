"""The indicators: every file in `sql/kpis/` is one, its name is its id.

A file opens with a comment that holds a TOML header, its words and its rules; the
rest is one select. What is unknown or missing in the headers is reported at once.
"""

import hashlib
import re
import tomllib
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path

from kpis import contracts, settings
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
class Kpi:
    """One indicator: its words, its rules and its select.

    `needs` names, for each source, the columns without which an export does not
    measure the indicator. `stage` is "rows" for a select of rows, "published" for
    one of finished figures without parts. `exposure` names what the select may count
    beside the exports, for the days that they cover; `denominator_unit` is by how much
    the summed denominator is divided, once and last. `quantile` is that of a median or
    percentile.

    `tier` is core or reserve of the catalogue, or about for an indicator of the
    indicators. `counts` says whether the denominator counts independent cases, which
    chance moves, or amounts (hours, money, staff), which get neither interval nor
    funnel. `base` is what the column `base` of the select adds up to: the effective
    cases of weighted answers, or the staff of each month. `disclosure` is whom a small
    cell would betray. `accumulate` is the length of the headline. `reads` names marts
    beside those of the sources; `made_of` the indicators that a sum is made of.
    `looks_ahead_days` is how far what comes later decides a row; `line_type` the line
    by whose site a borough is served; `reliable_if` the least value of another
    indicator, of completeness, with which a figure is one.
    """

    id: str
    title: str
    question: str
    family: str
    themes: tuple[str, ...]
    numerator: str
    denominator: str
    kind: str
    unit: str
    better: str
    area: str
    chart: str
    smallest_period: dict[str, str]
    min_n: int
    settles_after_days: int
    needs: dict[str, list[str]]
    source: str
    owner: str
    sql: str
    digest: str
    standard: str = ""
    stage: str = "rows"
    quantile: float = 0.5
    exposure: str = ""
    denominator_unit: float = 1
    tier: str = "core"
    counts: str = "cases"
    base: str = "rows"
    disclosure: str = "none"
    accumulate: str = "none"
    reads: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()
    line_type: str = ""
    looks_ahead_days: int = 0
    reliable_if: dict[str, float] | None = None
    dimensions: tuple[str, ...] = ()
    default: dict[str, list[str]] | None = None
    read_with: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def has_values(self) -> bool:
        """Whether its rows carry values to sort, and not parts to add up."""
        return self.kind in ("median", "percentile")

    @property
    def resolution(self) -> float:
        """Return the smallest step between two figures: values are whole seconds."""
        return 1.0 if self.has_values else 0.0

    def header(self) -> dict:
        """Return the header's words and rules, as `list --json` prints them."""
        left_out = ("sql", "digest")
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in values.items() if name not in left_out}


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
            for other in kpi.read_with
            if other not in kpis
        ]
        faults += [
            f"{kpi.id}.sql, {key}: {unknown('indicator', other, kpis)}"
            for key in ("made_of", "reliable_if")
            for other in getattr(kpi, key) or ()
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
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in header.items()}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Kpi(id=path.stem, sql=found[2].strip(), digest=digest, **values)


def _faults(header: dict) -> list[str]:
    ours = ("id", "sql", "digest")
    known = [one for one in fields(Kpi) if one.name not in ours]
    names = [one.name for one in known]
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
