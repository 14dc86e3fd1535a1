"""A file is compared with a dataclass as a whole; each fault is one plain sentence."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

import pytest

from kpis.definitions import (
    contracts,
    mapping_model,
    reference_contracts,
    typed_toml,
)
from kpis.definitions.typed_toml import BY_PROGRAM
from kpis.errors import UserError


@dataclass(frozen=True)
class Leg:
    """A table in a table, named by its key."""

    name: str = field(metadata=BY_PROGRAM)
    kind: Literal["walk", "ride"]
    says: str
    stops: tuple[str, ...] = ()
    fare: str | int | None = None


@dataclass(frozen=True)
class Check:
    """A table in a list."""

    holds: str
    is_hard: bool = False


@dataclass(frozen=True)
class Trip:
    """Everything that a definition of ours may hold."""

    id: str = field(metadata=BY_PROGRAM)
    title: str
    min_n: int
    legs: dict[str, Leg]
    share: float = 0.5
    least: int | None = None
    themes: tuple[Literal["access", "quality"], ...] = ()
    smallest: dict[Literal["mps", "bocu"], Literal["week", "month"]] = field(
        default_factory=dict
    )
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    first: Check = Check("true")


GOOD = """
title = "A trip"
min_n = 3
share = 1
least = 0
themes = ["access"]
smallest = { mps = "week" }
needs = { calls = ["offered_at"] }
codes = { a = "b" }
limits = { a = 1 }
legs.out = { kind = "walk", says = "Out.", stops = ["a", "b"], fare = 2 }
legs.back = { kind = "ride", says = "Back.", fare = "free" }
[first]
holds = "x > 1"
[[checks]]
holds = "y > 1"
is_hard = true
"""
# a line of GOOD, what stands there instead, what is said
FAULTS = {
    "text for a number": (
        "min_n = 3", 'min_n = "many"', ": min_n = 'many' must be a whole number.",
    ),
    "truth for a number": (
        "min_n = 3", "min_n = true", ": min_n = true must be a whole number.",
    ),
    "part for a whole number": (
        "least = 0", "least = 0.5", ": least = 0.5 must be a whole number.",
    ),
    "text for a part": (
        "share = 1", 'share = "half"', ": share = 'half' must be a number.",
    ),
    "number for a text": (
        'title = "A trip"', "title = 5", ": title = 5 must be a text in quotes.",
    ),
    "day for a text": (
        'title = "A trip"', "title = 2004-01-01",
        ": title = 2004-01-01 must be a text in quotes.",
    ),
    "text for a table": (
        'smallest = { mps = "week" }', 'smallest = "month"',
        ": smallest = 'month' must be a table of texts, such as { given = \"a\" }.",
    ),
    "list for a table": (
        'needs = { calls = ["offered_at"] }', 'needs = ["calls"]',
        ": needs = ['calls'] must be a table of lists, such as { a = [\"b\", \"c\"] }.",
    ),
    "text for a list in a table": (
        'needs = { calls = ["offered_at"] }', 'needs = { calls = "offered_at" }',
        ": needs = { calls = 'offered_at' } must be a table of lists, such as "
        '{ a = ["b", "c"] }.',
    ),
    "number in a table of texts": (
        'codes = { a = "b" }', "codes = { a = 1 }",
        ": codes = { a = 1 } must be a table of texts, such as { given = \"a\" }.",
    ),
    "text in a table of numbers": (
        "limits = { a = 1 }", 'limits = { a = "x" }',
        ": limits = { a = 'x' } must be a table of numbers, such as { given = 0.5 }.",
    ),
    "text for a list": (
        'stops = ["a", "b"]', 'stops = "a"',
        ", legs.out: stops = 'a' must be a list of texts, such as [\"a\", \"b\"].",
    ),
    "number in a list": (
        'stops = ["a", "b"]', 'stops = ["a", 2]',
        ", legs.out: stops = ['a', 2] must be a list of texts, such as [\"a\", \"b\"].",
    ),
    "list for any one value": (
        "fare = 2", "fare = [2]",
        ", legs.out: fare = [2] must be a text, a number, true or false.",
    ),
    "choice that is near": (
        'kind = "walk"', 'kind = "wlak"',
        ", legs.out: kind = 'wlak' is not a choice. Did you mean 'walk'?",
    ),
    "choice that is not": (
        'kind = "walk"', 'kind = "x"',
        ", legs.out: kind = 'x' is not a choice. Write one of 'walk', 'ride'.",
    ),
    "choice in a list": (
        '["access"]', '["acess"]',
        ": 'acess' in themes is not a choice. Did you mean 'access'?",
    ),
    "choice in a table": (
        'mps = "week"', 'mps = "wek"',
        ": 'wek' in smallest is not a choice. Did you mean 'week'?",
    ),
    "choice of a key": (
        'mps = "week"', 'mpz = "week"',
        ": 'mpz' in smallest is not a choice. Did you mean 'mps'?",
    ),
    "unknown key": (
        "share = 1", "shair = 1", ": There is no key 'shair'. Did you mean 'share'?",
    ),
    "key that the program sets": ("share = 1", 'id = "x"', ": There is no key 'id'."),
    "key of its own name": (
        'kind = "walk"', 'kind = "walk", name = "out"', ", legs.out: There is no key",
    ),
    "unknown key in a list": (
        "is_hard = true", "is_herd = true",
        ", checks entry 1: There is no key 'is_herd'. Did you mean 'is_hard'?",
    ),
    "missing key": ('title = "A trip"', "", ": the key 'title' is missing."),
    "missing key of a table": (
        'says = "Back.", ', "", ", legs.back: the key 'says' is missing.",
    ),
    "missing key of a section": (
        'holds = "x > 1"', "", ", first: the key 'holds' is missing.",
    ),
    "text for a table of a table": (
        'legs.back = { kind = "ride", says = "Back.", fare = "free" }',
        'legs.back = "ride"',
        ", legs: back = 'ride' must be a table, such as { key = value }.",
    ),
    "text for a section": (
        '[first]\nholds = "x > 1"', 'first = "x"',
        ": first = 'x' must be a table: write [first] and its keys below it.",
    ),
    "table for a list of tables": (
        "[[checks]]", "[checks]",
        ": checks = { holds = 'y > 1', is_hard = true } must be a list of tables: "
        "write [[checks]], with two brackets.",
    ),
}  # fmt: skip


def built(text: str, **how) -> Trip:
    return typed_toml.build(Trip, tomllib.loads(text), "a.toml", id="a", **how)


def faults(text: str, **how) -> list[str]:
    with pytest.raises(UserError) as caught:
        built(text, **how)
    return str(caught.value).splitlines()


def test_a_good_file_becomes_what_it_says():
    trip = built(GOOD)
    assert (trip.id, trip.title, trip.share, trip.least) == ("a", "A trip", 1, 0)
    assert trip.legs["out"] == Leg("out", "walk", "Out.", ("a", "b"), 2)
    assert trip.legs["back"] == Leg("back", "ride", "Back.", fare="free")
    assert trip.checks == (Check("y > 1", True),)
    assert trip.first == Check("x > 1")
    assert trip.needs == {"calls": ("offered_at",)}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_sentence(fault):
    line, instead, said = FAULTS[fault]
    assert line in GOOD
    found = faults(GOOD.replace(line, instead))
    assert len(found) == 1
    assert found[0].startswith(f"a.toml{said}")


def test_all_faults_of_a_file_are_said_at_once():
    text = GOOD
    for line, instead in (
        ("min_n = 3", 'min_n = "many"'),
        ('title = "A trip"', 'titel = "A trip"'),
        ('kind = "ride"', 'kind = "rid"'),
    ):
        text = text.replace(line, instead)
    assert faults(text) == [
        "a.toml: There is no key 'titel'. Did you mean 'title'?",
        "a.toml: the key 'title' is missing.",
        "a.toml: min_n = 'many' must be a whole number.",
        "a.toml, legs.back: kind = 'rid' is not a choice. Did you mean 'ride'?",
    ]


def test_what_else_is_wrong_is_said_with_them():
    """A value that is not of its type is empty there, or its default."""
    seen = []

    def check(trip: Trip, where: str) -> Iterator[str]:
        seen.append(trip)
        yield f"{where}: nobody goes there."

    text = GOOD.replace('title = "A trip"', "title = 5").replace("min_n = 3", "")
    text = text.replace("share = 1", "share = []")
    text = text.replace("legs.out = {", "legs.out = 7\nlegs.along = {")
    assert faults(text, check=check)[-1] == "a.toml: nobody goes there."
    (trip,) = seen
    assert (trip.title, trip.min_n, trip.share) == ("", 0, 0.5)
    assert trip.legs["out"] == Leg("out", "", "")
    assert trip.legs["along"].says == "Out."


@pytest.mark.parametrize(
    ("choices", "table"),
    [
        (contracts.Type, contracts.TYPES),
        (reference_contracts.Type, reference_contracts.TYPES),
        (mapping_model.Encoding, mapping_model.ENCODINGS),
    ],
)
def test_every_choice_has_a_meaning(choices, table):
    assert get_args(choices) == tuple(table)


def test_tables_of_a_whole_file_are_named_by_their_keys():
    legs = typed_toml.build(
        dict[str, Leg], {"out": {"kind": "walk", "says": "Out."}}, "a.toml"
    )
    assert legs == {"out": Leg("out", "walk", "Out.")}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"title = ", "Invalid value"),
        (b"title = '\xff'", "can't decode byte"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deeply"),
    ],
)
def test_a_file_that_is_not_toml_is_named(content, said, tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=said) as caught:
        typed_toml.read(path)
    assert str(path) in str(caught.value)
