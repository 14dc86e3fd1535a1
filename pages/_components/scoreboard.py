"""A table of indicators: large figures, sparklines with limits, one plain verdict.

Streamlit's own tables cannot show a figure larger than text, or a drawing that a screen
reader can name. So this is a real HTML table of our own.
"""

from dataclasses import asdict

from kpis.charts import PALETTES
from kpis.definitions import glossary
from kpis.output import Attention, Row, Scoreboard
from pages._components.mounting import component

# heading and class of each column
COLUMNS = (
    ("Indicator", "name"),
    ("Latest", "figure"),
    ("Cases", "count"),
    ("Compared with", "others"),
    ("Past and its limits", "spark"),
    ("What it says", "verdict"),
)
# explained below the table's key
EXPLAINED = (
    "Cases", "Mean", "Limits", "Better or worse than its past", "Provisional",
    "Too few", "Not measured", "Not reliable", "Suppressed", "Peer group", "Target",
)  # fmt: skip
# what the component shows of a row
SHOWN = (
    "id", "title", "note", "figure", "has_figure", "is_quiet", "interval", "unit",
    "count", "spark", "spark_label", "variation", "phrase", "sentence", "read_with",
    "has_counterweight",
)  # fmt: skip

_mount = component("scoreboard", "drawing")


def draw_scoreboard(scoreboard: Scoreboard, theme: str) -> str | None:
    """Draw a scoreboard; return the indicator just opened, if any."""
    result = _mount(
        key="scoreboard", data=as_json(scoreboard, theme), on_opened_change=lambda: None
    )
    return result.opened


def as_json(scoreboard: Scoreboard, theme: str) -> dict[str, object]:
    """Return what the component gets."""
    return {
        "attention": _attention(scoreboard.attention),
        "caption": "Indicators with their latest settled figure",
        "columns": [
            column
            for column in COLUMNS
            if scoreboard.has_others or column[1] != "others"
        ],
        "families": [
            {"title": family.title, "rows": [_row(row) for row in family.rows]}
            for family in scoreboard.families
        ],
        **explained(scoreboard, theme),
    }


def explained(scoreboard: Scoreboard, theme: str) -> dict[str, object]:
    """Return what every table of indicators has: its key, its terms, its colours."""
    return {
        "key": [asdict(entry) for entry in scoreboard.key],
        "help": [[term, glossary.plain(term)] for term in EXPLAINED],
        "palette": asdict(PALETTES[theme]),
    }


def _attention(attention: Attention) -> dict[str, object]:
    return {
        "heading": attention.heading,
        "chance": attention.chance,
        # a sentence names its own period: in a row of twelve months, the last month
        "rows": [_row(row) | {"note": row.aside} for row in attention.rows],
        "rest": attention.rest,
    }


def _row(row: Row) -> dict[str, object]:
    others = [asdict(other) for other in row.others]
    return {name: getattr(row, name) for name in SHOWN} | {"others": others}
