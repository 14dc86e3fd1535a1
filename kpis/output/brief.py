"""A scoreboard as one page of paper: a PDF that is set by Typst, of A4.

Nothing is worded or rounded here: paper and screen show the same texts. The template,
brief.typ, is given them as JSON; it holds the layout and no text of ours or others'.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

import typst

from kpis import formatting
from kpis.charts import PALETTES

TEMPLATE = Path(__file__).with_suffix(".typ")
PALETTE = PALETTES["light"]
NEWS = ("concern", "change", "improvement")
# Marks that would turn the direction of all that follows, and what ends a line.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
# units of a sparkline around it, for marks at its very edge, and the sizes of its marks
MARGIN, SMALL, LARGE = 7, 5.5, 8.5
# a mark that stands alone
BOX = (-9, -9, 18, 18)
LONGEST_HEAD = 40
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# what a target's limits say of it, where the board says it in a sentence
KEPT = {"pass": "always met", "fail": "never met", "hit_or_miss": "met at times"}


@dataclass(frozen=True)
class Heading:
    """What a brief says of itself, in words: above the table and below it.

    `title` names area and period, `measured` how much is measured and as at which day,
    `doubt` what spoils figures, or "".
    """

    title: str
    measured: str
    doubt: str
    build_id: str
    as_at: date
    is_demo: bool


def pdf(board: Mapping, heading: Heading) -> bytes:
    """Return the brief of a scoreboard's contents: one page, the same bytes each time.

    `board` has `families` of rows, `attention` and `key`, as the overview shows them.
    """
    return typeset(given(board, heading), heading.as_at)


def typeset(contents: Mapping, as_at: date, **options) -> bytes:
    """Return what `given` gives as PDF; `options` are those of `typst.compile`.

    The fonts are those that come with Typst, so that each machine sets the same page.
    """
    midnight = datetime.combine(as_at, datetime.min.time(), UTC)
    return typst.compile(
        TEMPLATE,
        **{"format": "pdf", **options},
        sys_inputs={"brief": json.dumps(contents)},
        timestamp=int(midnight.timestamp()),
        ignore_system_fonts=True,
    )


def given(board: Mapping, heading: Heading) -> dict:
    """Return what the template is given: texts, and pictures as SVG.

    A row of the board is shown if it has a figure and is of a core indicator, or has
    changed; what is left out is named or counted.
    """
    rows = [row for family in board["families"] for row in family["rows"]]
    shown = [row for row in rows if _is_shown(row)]
    notes = _lettered(chain.from_iterable(map(_notes, shown)))
    whose = list(dict.fromkeys(one for row in shown for _, one in row["beside"]))
    said = {row["id"] for row in board["attention"]["rows"]}
    families = {
        family["title"]: [
            # what is said above the table is not said twice
            _row(row, notes, whose) | ({"verdict": ""} if row["id"] in said else {})
            for row in family["rows"]
            if _is_shown(row)
        ]
        for family in board["families"]
    }
    return _cleaned(
        {
            "title": heading.title,
            "status": [one for one in (heading.measured, heading.doubt) if one],
            "is_demo": heading.is_demo,
            "as_at": [heading.as_at.year, heading.as_at.month, heading.as_at.day],
            "attention": board["attention"],
            "whose": [_as_head(one) for one in whose],
            "families": [
                {"title": title, "rows": of} for title, of in families.items() if of
            ],
            "notes": [[letter, note] for note, letter in notes.items()],
            "left_out": _left_out(rows),
            "key": [[_in_key(mark), says] for mark, says in _key(board["key"])],
            "marks": {one: _alone(one) for one in (*NEWS, "common_cause")},
            "foot": _foot(heading),
            "palette": asdict(PALETTE),
        }
    )


def _is_shown(row: Mapping) -> bool:
    is_wanted = row["tier"] == "core" or row["variation"] in NEWS
    return is_wanted and not row["is_word"]


def _notes(row: Mapping) -> list[str]:
    return [one for one in (row["note"], row["unit"]) if one]


def _lettered(notes: Iterable[str]) -> dict[str, str]:
    """Return a letter for each note: the twenty-seventh is aa."""
    return {
        note: LETTERS[place % 26] * (place // 26 + 1)
        for place, note in enumerate(dict.fromkeys(notes))
    }


def _row(row: Mapping, notes: Mapping[str, str], whose: list[str]) -> dict:
    beside = {one: figure for figure, one in row["beside"]}
    texts = ("title", "figure", "interval", "count", "year_ago", "spark_label")
    kept = KEPT.get(row["assurance"], "")
    return {
        **{name: row[name] for name in texts},
        "letters": ", ".join(notes[one] for one in _notes(row)),
        "verdict": row["verdict"] if row["variation"] in NEWS else "",
        "target": ", ".join(filter(None, [row["target"], kept])),
        "beside": [beside.get(one, "") for one in whose],
        "is_quiet": row["is_quiet"],
        "is_news": row["variation"] in NEWS,
        "mark": row["variation"] if row["variation"] != "no_verdict" else "",
        "spark": _spark(row["spark"]) if row["spark"] else "",
    }


def _as_head(name: str) -> str:
    """Return a name for a narrow column; dots say that it goes on."""
    return name if len(name) <= LONGEST_HEAD else f"{name[: LONGEST_HEAD - 1]}…"


def _left_out(rows: Iterable[Mapping]) -> list[str]:
    """Say which core indicators have no figure, and how many others there are."""
    silent: dict[str, list[str]] = {}
    others = 0
    for row in rows:
        if row["tier"] == "core" and row["is_word"]:
            silent.setdefault(row["figure"], []).append(row["title"])
        others += row["tier"] != "core" and not _is_shown(row)
    said = [
        f"{word} ({len(titles)}): {'; '.join(titles)}."
        for word, titles in silent.items()
    ]
    if others:
        said.append(f"On the overview alone: {others} beyond the core.")
    return said


def _key(key: Iterable[Mapping]) -> list[tuple[str, str]]:
    """Return the board's key, and the marks that only paper has."""
    own = [(one["mark"], one["says"]) for one in key]
    return [*own, ("common_cause", "no clear change"), ("", "no mark: not judged")]


def _foot(heading: Heading) -> str:
    day = formatting.period(heading.as_at, "day")
    return (
        f"Build {heading.build_id}, data as at {day}. A figure of few cases has its "
        "interval beside it; a target is named where there is one. What an indicator "
        "counts, its source and its rules: page Data, Definitions."
    )


def _cleaned(value):
    """Return JSON whose texts are each one line, written in one direction."""
    if isinstance(value, dict):
        return {name: _cleaned(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return _text(value) if isinstance(value, str) else value


def _text(words: str) -> str:
    return CONTROLS.sub(" ", words).strip()


def _spark(spark: Mapping) -> str:
    """Return a sparkline as SVG, its lines and marks as strong as so small a one needs.

    A band is a solid grey: a printer may leave a tint of seven in a hundred out.
    """
    line = f'fill="none" stroke="{PALETTE.ink}" stroke-width="3"'
    mean = f'fill="none" stroke="{PALETTE.muted}" stroke-width="2"'
    return _svg(
        (-MARGIN, -MARGIN, spark["width"] + 2 * MARGIN, spark["height"] + 2 * MARGIN),
        f'<path d="{spark["band"]}" fill="{PALETTE.hairline}"/>',
        f'<path d="{spark["mean"]}" {mean} stroke-dasharray="2 7"/>',
        f'<path d="{spark["line"]}" {line}/>',
        f'<path d="{spark["dashed"]}" {line} stroke-dasharray="7 5"/>',
        *(
            _shape(
                "hollow" if one["hollow"] and not one["meaning"] else one["meaning"],
                one["x"], one["y"], LARGE if one["latest"] else SMALL,
            )
            for one in spark["points"]
        ),
    )  # fmt: skip


def _in_key(mark: str) -> str:
    """Return a mark of the key as SVG."""
    if not mark:
        return ""
    if mark == "band":
        return _svg(BOX, f'<path d="M-8 -7H8V7H-8Z" fill="{PALETTE.hairline}"/>')
    if mark == "mean":
        drawn = f'stroke="{PALETTE.muted}" stroke-width="1.6" stroke-dasharray="1.6 3"'
        return _svg(BOX, f'<path d="M-8 0H8" {drawn}/>')
    return _alone("hollow" if mark == "provisional" else mark)


def _alone(mark: str) -> str:
    return _svg(BOX, _shape(mark, 0, 0, 8))


def _svg(box: tuple[float, ...], *drawn: str) -> str:
    view = " ".join(map(str, box))
    svg = 'xmlns="http://www.w3.org/2000/svg"'
    return f'<svg {svg} viewBox="{view}">{"".join(drawn)}</svg>'


def _shape(mark: str, x: float, y: float, size: float) -> str:
    """Draw a mark as on the screen: its shape says what its colour does."""
    if mark in NEWS:
        colour, flat = getattr(PALETTE, mark), 0.8 * size
        paths = {
            "improvement": f"M{x - size} {y + flat}h{2 * size}L{x} {y - size}Z",
            "concern": f"M{x - size} {y - flat}h{2 * size}L{x} {y + size}Z",
            "change": f"M{x} {y - size}l{size} {size}l-{size} {size}l-{size} -{size}Z",
        }
        return f'<path d="{paths[mark]}" fill="{colour}"/>'
    fill = "#ffffff" if mark == "hollow" else PALETTE.common
    line = f'stroke="{PALETTE.ink if mark == "hollow" else PALETTE.common}"'
    return f'<circle cx="{x}" cy="{y}" r="{0.55 * size}" fill="{fill}" {line}/>'
