"""Every example in `tests/examples/` comes out as drawn.

An example is one page: a title, a few sentences that say why, then, in the order of
events,

    ## incidents, covers 2004-03, extracted 2004-04-01T03:00    an export arrives
    ## mapping NAME                   the layout of the next exports, in TOML
    ## reference NAME                 a reference table of the force's own
    ## account                        what happened to the last export's rows
    ## refused                        which of its lines were refused
    ## cells of KPI by month          what the dashboard then says

each with its table. Only the cells that an example draws are compared.
"""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from kpis.definitions import contracts
from tests import tables

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.md"))
SECTION = re.compile(r"^## (.+)\n((?:(?!^## ).*\n?)*)", re.MULTILINE)
FENCED = re.compile(r"```toml\n(.*?)```", re.DOTALL)
SOURCES = tuple(contracts.load_all())


@dataclass(frozen=True)
class Section:
    """One heading of an example and the text below it."""

    words: list[str]
    options: dict[str, str]
    body: str


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example(path, tmp_path):
    text = path.read_text(encoding="utf-8")
    opening = text.split("\n## ")[0].strip().splitlines()
    assert opening[0].startswith("# "), "an example has a title"
    assert opening[-1].endswith("."), "an example says why in a sentence"
    sections = [_section(*found) for found in SECTION.findall(text)]
    assert [one.words[0] for one in sections].count("cells"), "no cell is drawn"
    force, account = tables.Force(tmp_path), {}
    for section in sections:
        kind = section.words[0]
        if kind == "mapping":
            force.add_mapping(section.words[1], FENCED.search(section.body)[1])
        elif kind == "reference":
            force.add_reference(section.words[1], section.body)
        elif kind in SOURCES:
            account = force.receives(kind, section.body, **section.options)
        elif kind == "account":
            _same(tables.read(section.body), [_drawn_account(account)])
        elif kind == "refused":
            _same(tables.read(section.body), _refused(force, account))
        elif kind == "cells":
            _same_cells(force, section)
        else:
            pytest.fail(f"no section is called '{kind}'")


def _section(heading: str, body: str) -> Section:
    first, *options = heading.split(", ")
    named = dict(option.split(" ", 1) for option in options)
    return Section(first.split(), named, body)


def _drawn_account(account: dict) -> dict[str, str]:
    drawn = {name: str(count) for name, count in account.items()}
    for name in ("reasons", "flags"):
        rules = sorted(account[name].items())
        drawn[name] = ", ".join(f"{rule} {count}" for rule, count in rules)
    return drawn


def _refused(force: tables.Force, account: dict) -> list[dict[str, str]]:
    file = force.data_dir / "quarantine" / f"{account['import_id']}.csv"
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    return frame.rename(columns={"quarantined_line": "line"}).to_dict("records")


def _same(expected: list[dict], found: list[dict]) -> None:
    """Compare only the columns that are drawn."""
    shown = [{name: row[name] for name in expected[0]} for row in found]
    assert shown == expected


def _same_cells(force: tables.Force, section: Section) -> None:
    _, _, kpi_id, _, by = section.words
    expected = tables.read(section.body)
    with force.build() as one:
        found = [
            tables.cell(one, kpi_id, row["area"], row["period"], by) for row in expected
        ]
    for row, found_row in zip(expected, found, strict=True):
        shown = {
            name: found_row[name] for name in row if name not in ("area", "period")
        }
        for name, text in row.items():
            if name in shown:
                assert _is_drawn(shown[name], text), f"{row}\nbut found\n{shown}"


def _is_drawn(value, text: str) -> bool:
    """Say whether a value is the drawn one: "910/950", "300", a word or nothing."""
    if isinstance(value, str):
        return value == text
    if not text:
        return math.isnan(value)
    return value == float(Fraction(text))
