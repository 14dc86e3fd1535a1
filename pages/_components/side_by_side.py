"""A table of indicators with a column of figures for each of two or three areas."""

from collections.abc import Mapping

from pages._components.mounting import component

SHOWN = (
    "figure", "is_word", "is_quiet", "note", "interval", "unit", "count",
    "spark", "spark_label", "variation", "verdict",
)  # fmt: skip

_mount = component("side_by_side", "drawing")


def show(table: dict) -> str | None:
    """Draw the table that `contents` made; return the indicator just opened, if any."""
    result = _mount(key="side_by_side", data=table, on_opened_change=lambda: None)
    return result.opened


def contents(boards: Mapping[str, dict]) -> dict:
    """Return one table of several areas' scoreboards, by the areas' names.

    Each area's cells are those of its own scoreboard, so both say the same.
    """
    first = next(iter(boards.values()))
    rows_of = [
        {row["id"]: row for family in board["families"] for row in family["rows"]}
        for board in boards.values()
    ]
    return {
        "caption": f"Indicators of {', '.join(boards)} side by side",
        "areas": list(boards),
        "families": [
            {
                "title": family["title"],
                "rows": [
                    {
                        "id": row["id"],
                        "title": row["title"],
                        "cells": [
                            {name: rows[row["id"]][name] for name in SHOWN}
                            for rows in rows_of
                        ],
                    }
                    for row in family["rows"]
                ],
            }
            for family in first["families"]
        ],
        "key": first["key"],
        "help": first["help"],
        "palette": first["palette"],
    }
