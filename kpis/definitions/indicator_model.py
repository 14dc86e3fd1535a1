"""What an indicator's header may say, as plain values: choices, parts and the whole.

The header has flat keys; an indicator has them in parts. `docs/adding-an-indicator.md`
explains every key, and `indicators` reads and checks them.
"""

from dataclasses import asdict, dataclass, field, fields, make_dataclass
from typing import Any, Literal, get_args

from kpis.definitions.typed_toml import frozen
from kpis.periods import Length

# the order in which families are shown
Family = Literal["operational", "customer", "employee", "financial"]
Theme = Literal["access", "quality", "resources", "expectations", "indicators"]
Tier = Literal["core", "reserve", "about"]
Kind = Literal[
    "proportion", "rate", "ratio", "mean", "median", "percentile", "difference", "sum"
]
Unit = Literal[
    "percent", "percent a year", "minutes", "seconds", "per 1,000 a year",
    "days a year", "calls", "pounds", "points",
]  # fmt: skip
Better = Literal["higher", "lower", "neither", "nearer_zero"]
AreaKind = Literal["bocu", "site", "facility", "mps"]
Chart = Literal["xmr", "p_prime"]
Stage = Literal["rows", "published", "after_cube"]
Exposure = Literal["", "residents"]
Counts = Literal["cases", "amounts"]
Base = Literal["rows", "effective_cases", "staff"]
Protects = Literal["none", "respondents", "staff", "people", "sickness"]
Accumulate = Literal["none", "rolling12"]

FAMILIES: tuple[str, ...] = get_args(Family)
THEMES: tuple[str, ...] = get_args(Theme)
KINDS: tuple[str, ...] = get_args(Kind)
UNITS: tuple[str, ...] = get_args(Unit)


@dataclass(frozen=True)
class Wording:
    """What people read about an indicator.

    `tier` is core or reserve of the catalogue, or about for an indicator that measures
    the other indicators. `read_with` names indicators that show the other side.
    """

    title: str
    question: str
    family: Family
    themes: tuple[Theme, ...]
    numerator: str
    denominator: str
    source: str
    owner: str
    tier: Tier = "core"
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

    area: AreaKind
    smallest_period: dict[AreaKind, Length]
    needs: dict[str, tuple[str, ...]]
    stage: Stage = "rows"
    reads: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()
    exposure: Exposure = ""
    standard: str = ""
    line_type: str = ""
    looks_ahead_days: int = 0
    dimensions: tuple[str, ...] = ()
    default: dict[str, tuple[str, ...]] | None = None

    def smallest_in(self, kind: str) -> Length | None:
        """Return the smallest period with a figure in a kind of area, None without."""
        periods = {str(area): length for area, length in self.smallest_period.items()}
        return periods.get(kind)


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

    kind: Kind
    unit: Unit
    counts: Counts = "cases"
    base: Base = "rows"
    quantile: float = 0.5
    denominator_unit: float = 1
    accumulate: Accumulate = "none"

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

    better: Better
    chart: Chart
    min_n: int
    settles_after_days: int
    reliable_if: dict[str, float] | None = None


@dataclass(frozen=True)
class Disclosure:
    """Whom a small cell could reveal; `protects` is "none" where it is no one."""

    protects: Protects = "none"

    @property
    def is_needed(self) -> bool:
        """Whether small cells are hidden."""
        return self.protects != "none"


PARTS: dict[str, type] = {
    "wording": Wording,
    "population": Population,
    "measure": Measure,
    "judging": Judging,
}
# what a header may say: the keys of all parts side by side
Header = make_dataclass(
    "Header",
    [
        *(
            (key.name, key.type, field(default=key.default))
            for part in PARTS.values()
            for key in fields(part)
        ),
        ("disclosure", Protects, field(default="none")),
    ],
    frozen=True,
    kw_only=True,
)


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

    @classmethod
    def of_header(
        cls, kpi_id: str, header: dict[str, Any], sql: str, digest: str
    ) -> "Kpi":
        """Return an indicator from the flat keys of a checked header."""
        values = frozen(header)
        parts = {
            name: part(
                **{
                    key.name: values[key.name]
                    for key in fields(part)
                    if key.name in values
                }
            )
            for name, part in PARTS.items()
        }
        disclosure = Disclosure(values.get("disclosure", "none"))
        return cls(kpi_id, **parts, disclosure=disclosure, sql=sql, digest=digest)

    def header(self) -> dict[str, Any]:
        """Return the header's words and rules, as `list --json` prints them."""
        parts = (asdict(getattr(self, name)) for name in PARTS)
        flat = {name: value for part in parts for name, value in part.items()}
        return {"id": self.id, **flat, "disclosure": self.disclosure.protects}
