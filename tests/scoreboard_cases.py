"""A row of a scoreboard as tests need it."""

from dataclasses import replace

from kpis.output.scoreboard_row import OtherFigure, Row

SPARK = {
    "width": 240,
    "height": 44,
    "line": "M6 20L120 30",
    "dashed": "M120 30L234 10",
    "mean": "M6 22L234 22",
    "band": "M6 10L234 10L234 34L6 34Z",
    "points": [
        {"x": 6, "y": 20, "meaning": "concern", "hollow": False, "latest": False},
        {"x": 234, "y": 10, "meaning": "", "hollow": True, "latest": True},
    ],
}
ROW = Row(
    id="",
    title="",
    tier="core",
    figure="71\u202f%",
    has_figure=True,
    is_quiet=False,
    note="",
    aside="",
    interval="",
    unit="",
    count="2\u202f805",
    spark=SPARK,
    spark_label="between 70 in 100 and 80 in 100",
    variation="common_cause",
    since=None,
    assurance=None,
    verdict="No clear change",
    phrase="No clear change; 72\u202f% a year ago.",
    sentence="71 in 100 in February 2004.",
    year_ago="72\u202f%",
    target="",
    others=(OtherFigure("74\u202f%", "MPS"), OtherFigure("73\u202f%", "outer")),
)


def a_row(title: str) -> Row:
    """A steady indicator of that title, which is its id too."""
    return replace(ROW, id=title, title=title)
