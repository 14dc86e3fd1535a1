"""A table of indicators with a column of figures for each of two or three areas."""

from collections.abc import Mapping

from kpis.output import Scoreboard
from pages._components.mounting import component
from pages._components.scoreboard import explained

# what a cell shows of a scoreboard's row
SHOWN = (
    "figure", "has_figure", "is_quiet", "note", "interval", "unit", "count",
    "spark", "spark_label", "variation", "verdict",
)  # fmt: skip

_mount = component("side_by_side", "drawing")


def draw_side_by_side(scoreboards: Mapping[str, Scoreboard], theme: str) -> str | None:
    """Draw areas' scoreboards as one table; return the indicator just opened, if any.

    `scoreboards` is by the areas' names.
    """
    result = _mount(
        key="side_by_side",
        data=as_json(scoreboards, theme),
        on_opened_change=lambda: None,
    )
    return result.opened


def as_json(scoreboards: Mapping[str, Scoreboard], theme: str) -> dict[str, object]:
    """Return what the component gets: the first area's rows, with a cell for each area.

    Each area's cells are those of its own scoreboard, so both say the same.
    """
    first = next(iter(scoreboards.values()))
    rows_by_id = [{row.id: row for row in board.rows} for board in scoreboards.values()]
    return {
        "caption": f"Indicators of {', '.join(scoreboards)} side by side",
        "areas": list(scoreboards),
        "families": [
            {
                "title": family.title,
                "rows": [
                    {
                        "id": row.id,
                        "title": row.title,
                        "cells": [
                            {name: getattr(rows[row.id], name) for name in SHOWN}
                            for rows in rows_by_id
                        ],
                    }
                    for row in family.rows
                ],
            }
            for family in first.families
        ],
        **explained(first, theme),
    }
