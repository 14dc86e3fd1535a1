"""The page of paper: what it is given, and that it is one page whatever it is given."""

import re
from dataclasses import asdict, replace
from datetime import date

import pytest
import typst

from kpis.charts.theme import PALETTES
from kpis.output import brief
from kpis.output.heading import Heading
from kpis.output.scoreboard import Attention, Family, KeyEntry, Scoreboard
from kpis.output.scoreboard_row import OtherFigure, Row
from tests.scoreboard_cases import SPARK, a_row

HEADING = Heading(
    title="Brent, February 2004",
    measured="37 of 40 core indicators measured",
    doubt="2 expected exports have not arrived",
    build_id="90bcc3645c-0001",
    as_at=date(2004, 4, 1),
    is_demo=True,
)
HOSTILE = [
    '#import "@preview/x:1.0.0": *',
    '#panic("no") *a* _b_ $x$ `r` @b <c> \\ ] [ } {',
    '=HYPERLINK("http://192.0.2.1/","click")',
    "<script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "\u202etxt.exe",
    "عربي עברית",
    "日本",
    "x" * 300,
    "word " * 60,
    "a\x00b\r\nc",
    "",
]


def row(title: str = "Calls answered in target", **known) -> Row:
    """A row of the scoreboard."""
    return replace(a_row(title), **known)


def board(*rows: Row, said: int = 0) -> Scoreboard:
    """A scoreboard with one family, whose first rows are said above it."""
    return Scoreboard(
        Attention(
            heading="1 change worth your attention",
            chance="Chance alone flags one of 30.",
            rows=rows[:said],
            rest="",
        ),
        (Family("Operational", rows),),
        (
            KeyEntry("concern", "worse"),
            KeyEntry("provisional", "provisional"),
            KeyEntry("mean", "mean"),
            KeyEntry("band", "its limits"),
        ),
        has_others=True,
    )


def rows_of(given: dict) -> list[dict]:
    return [one for family in given["families"] for one in family["rows"]]


def pages(pdf: bytes) -> int:
    (count,) = re.findall(rb"/Type/Pages/Count (\d+)", pdf)
    return int(count)


def test_a_row_is_given_as_the_screen_has_it():
    small = row(
        is_quiet=True, interval="67\u202f% to 75\u202f%", target="at least 80\u202f%",
        assurance="hit_or_miss", note="figure of Hendon", unit="per 1,000 a year",
        others=(OtherFigure("73\u202f%", "outer"),),
    )  # fmt: skip
    given = brief.template_input(board(row(), small), HEADING)
    first, second = rows_of(given)
    for name in ("title", "figure", "interval", "count", "year_ago", "spark_label"):
        shown = getattr(row(), name), getattr(small, name)
        assert (first[name], second[name]) == shown
    assert given["whose"] == ["MPS", "outer"]
    assert first["others"] == ["74\u202f%", "73\u202f%"]
    assert second["others"] == ["", "73\u202f%"]
    assert given["notes"] == [["a", "figure of Hendon"], ["b", "per 1,000 a year"]]
    assert (first["letters"], second["letters"]) == ("", "a, b")
    assert second["target"] == "at least 80\u202f%, met at times"
    assert given["attention"] == {
        "heading": "1 change worth your attention",
        "chance": "Chance alone flags one of 30.",
        "rows": [],
        "rest": "",
    }
    assert given["title"] == HEADING.title
    assert given["status"] == [HEADING.measured, HEADING.doubt]
    assert "Build 90bcc3645c-0001, data as at 1 April 2004." in given["foot"]


def test_what_has_changed_is_marked_and_said_once():
    news = [row(f"number {place}", variation="concern", verdict="Worse than its past")
            for place in range(2)]  # fmt: skip
    steady, unjudged = row("steady"), row("few", variation="no_verdict")
    news[0] = replace(
        news[0], note="12 months to February 2004, of Room", aside="of Room"
    )
    given = brief.template_input(board(*news, steady, unjudged, said=1), HEADING)
    # a sentence names its own period
    assert [one["note"] for one in given["attention"]["rows"]] == ["of Room"]
    assert [(one["mark"], one["verdict"]) for one in rows_of(given)] == [
        ("concern", ""),
        ("concern", "Worse than its past"),
        ("common_cause", ""),
        ("", ""),
    ]


def test_what_has_no_figure_is_named_and_what_is_not_core_is_counted():
    hidden = {"has_figure": False, "variation": "no_verdict", "spark": SPARK}
    given = brief.template_input(
        board(
            row("Seen"),
            row("Sickness", **hidden, figure="Suppressed"),
            row("Turnover", **hidden, figure="Suppressed"),
            row("Waits", **hidden, figure="Not measured"),
            row("Spare", tier="reserve"),
            row("Spare and silent", **hidden, figure="Not measured", tier="reserve"),
            row("Spare that moved", tier="reserve", variation="change"),
        ),
        HEADING,
    )
    assert [one["title"] for one in rows_of(given)] == ["Seen", "Spare that moved"]
    assert given["left_out"] == [
        "Suppressed (2): Sickness; Turnover.",
        "Not measured (1): Waits.",
        "On the overview only: 2 beyond the core.",
    ]


def test_the_same_brief_has_the_same_bytes_and_one_page():
    pdf = brief.pdf(board(row(), said=1), HEADING)
    assert pdf == brief.pdf(board(row(), said=1), HEADING)
    assert pages(pdf) == 1
    assert b"/Title(Brent, February 2004)" in pdf
    assert b"/CreationDate(D:20040401000000Z)" in pdf
    assert b"/Lang(en-GB)" in pdf
    assert pdf != brief.pdf(board(row(), said=1), replace(HEADING, is_demo=False))


def test_a_brief_can_be_read_aloud():
    """It keeps the rules of PDF/UA-1: tags, title, language, words for pictures."""
    small = row(interval="67\u202f% to 75\u202f%")
    given = brief.template_input(board(row(), small, row(spark=None), said=1), HEADING)
    assert brief.typeset(given, HEADING.as_at, standards=["ua-1"])
    with pytest.raises(typst.TypstError, match="title"):
        brief.typeset(given | {"title": ""}, HEADING.as_at, standards=["ua-1"])


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_breaks_the_page(name):
    heading = replace(HEADING, title=name, doubt=name)
    rows = [
        row(
            f"{name}{place}",
            note=name,
            others=(OtherFigure("7", name),),
            spark_label=name,
        )  # fmt: skip
        for place in range(3)
    ]
    given = brief.template_input(board(*rows, said=3), heading)
    assert not re.search(r"[\x00-\x1f\u202e]", given["title"])
    assert pages(brief.pdf(board(*rows, said=3), heading)) == 1


@pytest.mark.parametrize("count", [0, 47, 70])
def test_any_number_of_indicators_fits_on_one_page(count):
    rows = [
        row(f"Indicator {place} of those which a force has added for itself, as it may")
        for place in range(count)
    ]
    assert pages(brief.pdf(board(*rows), HEADING)) == 1


def test_colours_match_the_screen_and_shapes_differ():
    given = brief.template_input(board(row()), HEADING)
    marks = given["marks"]
    assert len({re.sub("#[0-9a-fA-F]{6}", "", svg) for svg in marks.values()}) == 4
    for meaning in ("improvement", "concern", "change"):
        assert asdict(PALETTES["light"])[meaning] in marks[meaning]
    (only,) = rows_of(given)
    assert SPARK["line"] in only["spark"] and SPARK["band"] in only["spark"]
