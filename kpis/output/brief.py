"""A scoreboard as one page of paper: A4, a PDF that Typst sets.

Nothing is worded or rounded here: paper and screen show the same texts. The template,
brief.typ, gets them as JSON; it holds the layout and none of the texts from files.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Literal

import typst

from kpis import formatting
from kpis.output import brief_marks
from kpis.output.heading import Heading
from kpis.output.scoreboard import NEWS, Attention, KeyEntry, Scoreboard
from kpis.output.scoreboard_row import Row

TEMPLATE = Path(__file__).with_suffix(".typ")
# Marks that would turn the direction of all text after them, and what ends a line.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
LONGEST_HEAD = 40
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# what the limits say of a target; the screen says it in a sentence
KEPT = {"pass": "always met", "fail": "never met", "hit_or_miss": "met at times"}


def pdf(scoreboard: Scoreboard, heading: Heading) -> bytes:
    """Return the brief of a scoreboard: one page, the same bytes each time."""
    return typeset(template_input(scoreboard, heading), heading.as_at)


def typeset(
    contents: Mapping[str, object],
    as_at: date,
    standards: Sequence[Literal["ua-1"]] = (),
) -> bytes:
    """Return a PDF of what `template_input` returns, which keeps those standards.

    The fonts are those that come with Typst, so every machine sets the same page.
    """
    midnight = datetime.combine(as_at, datetime.min.time(), UTC)
    return typst.compile(
        TEMPLATE,
        format="pdf",
        sys_inputs={"brief": json.dumps(contents)},
        pdf_standards=list(standards),
        timestamp=int(midnight.timestamp()),
        ignore_system_fonts=True,
    )


def template_input(scoreboard: Scoreboard, heading: Heading) -> dict[str, object]:
    """Return what the template gets: texts, and pictures as SVG.

    A row is shown if it has a figure and is a core indicator or has changed. What is
    left out is named or counted.
    """
    rows = [row for row in scoreboard.rows if _is_shown(row)]
    notes = _lettered(chain.from_iterable(map(_notes, rows)))
    whose = list(dict.fromkeys(other.whose for row in rows for other in row.others))
    said_above = {row.id for row in scoreboard.attention.rows}
    families = [
        {
            "title": family.title,
            "rows": [
                _row(row, notes, whose, row.id in said_above)
                for row in family.rows
                if _is_shown(row)
            ],
        }
        for family in scoreboard.families
    ]
    contents = {
        "title": heading.title,
        "status": [text for text in (heading.measured, heading.doubt) if text],
        "is_demo": heading.is_demo,
        "as_at": [heading.as_at.year, heading.as_at.month, heading.as_at.day],
        "attention": _attention(scoreboard.attention),
        "whose": [_as_head(name) for name in whose],
        "families": [family for family in families if family["rows"]],
        "notes": [[letter, note] for note, letter in notes.items()],
        "left_out": _left_out(scoreboard.rows),
        "key": _key(scoreboard.key),
        "marks": {mark: brief_marks.alone(mark) for mark in (*NEWS, "common_cause")},
        "foot": _foot(heading),
        "palette": asdict(brief_marks.PALETTE),
    }
    return {name: _cleaned(part) for name, part in contents.items()}


def _attention(attention: Attention) -> dict[str, object]:
    return {
        "heading": attention.heading,
        "chance": attention.chance,
        "rows": [
            {
                "variation": row.variation,
                "title": row.title,
                "note": row.aside,
                "sentence": row.sentence,
            }
            for row in attention.rows
        ],
        "rest": attention.rest,
    }


def _is_shown(row: Row) -> bool:
    return row.has_figure and (row.tier == "core" or row.variation in NEWS)


def _notes(row: Row) -> list[str]:
    return [text for text in (row.note, row.unit) if text]


def _lettered(notes: Iterable[str]) -> dict[str, str]:
    """Return a letter for each note; the twenty-seventh is aa."""
    return {
        note: LETTERS[place % 26] * (place // 26 + 1)
        for place, note in enumerate(dict.fromkeys(notes))
    }


def _row(
    row: Row, notes: Mapping[str, str], whose: list[str], is_said_above: bool
) -> dict[str, object]:
    others = {other.whose: other.figure for other in row.others}
    is_news = row.variation in NEWS
    kept = KEPT.get(row.assurance or "", "")
    return {
        "title": row.title,
        "figure": row.figure,
        "interval": row.interval,
        "count": row.count,
        "year_ago": row.year_ago,
        "letters": ", ".join(notes[text] for text in _notes(row)),
        "verdict": row.verdict if is_news and not is_said_above else "",
        "target": ", ".join(filter(None, [row.target, kept])),
        "others": [others.get(name, "") for name in whose],
        "is_quiet": row.is_quiet,
        "is_news": is_news,
        "mark": row.variation if row.variation != "no_verdict" else "",
        "spark": brief_marks.spark(row.spark) if row.spark else "",
        "spark_label": row.spark_label,
    }


def _as_head(name: str) -> str:
    """Return a name for a narrow column, cut with dots if it is long."""
    return name if len(name) <= LONGEST_HEAD else f"{name[: LONGEST_HEAD - 1]}…"


def _left_out(rows: Iterable[Row]) -> list[str]:
    """Name the core indicators without a figure, and count the others left out."""
    silent: dict[str, list[str]] = {}
    others = 0
    for row in rows:
        if row.tier == "core" and not row.has_figure:
            silent.setdefault(row.figure, []).append(row.title)
        others += row.tier != "core" and not _is_shown(row)
    said = [
        f"{word} ({len(titles)}): {'; '.join(titles)}."
        for word, titles in silent.items()
    ]
    if others:
        said.append(f"On the overview only: {others} beyond the core.")
    return said


def _key(key: Iterable[KeyEntry]) -> list[list[str]]:
    """Return the scoreboard's key as pictures, and the marks that only paper has."""
    entries = [(entry.mark, entry.says) for entry in key]
    entries += [("common_cause", "no clear change"), ("", "no mark: not judged")]
    return [[brief_marks.in_key(mark), says] for mark, says in entries]


def _foot(heading: Heading) -> str:
    day = formatting.period(heading.as_at, "day")
    return (
        f"Build {heading.build_id}, data as at {day}. A figure of few cases is shown "
        "with its interval; a target is named where there is one. What an indicator "
        "counts, its source and its rules: page Data, Definitions."
    )


def _cleaned(value: object) -> object:
    """Return JSON in which every text is one line, written in one direction."""
    if isinstance(value, dict):
        return {name: _cleaned(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_cleaned(part) for part in value]
    return _text(value) if isinstance(value, str) else value


def _text(words: str) -> str:
    return CONTROLS.sub(" ", words).strip()
