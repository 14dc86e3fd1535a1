"""The members of a dimension in words: weekdays, hours, codes, what is not stated."""

import pandas as pd

WEEKDAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
NOT_STATED = "not stated"


def named(parts: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """Return `breakdown.by_dimension` in natural order, with `name` for each member."""
    is_ordered = dimension in ("hour", "weekday")
    order = parts["member"].replace("", "99").astype(int) if is_ordered else None
    rows = parts.assign(order=order if is_ordered else parts["member"])
    rows = rows.sort_values("order", ignore_index=True)
    return rows.assign(name=[member(value, dimension) for value in rows["member"]])


def member(value: str, dimension: str) -> str:
    """Name a member of a dimension: "Monday", "alarm company"."""
    if not value:
        return NOT_STATED
    if dimension == "weekday":
        return WEEKDAYS[int(value) - 1]
    return f"{value}:00" if dimension == "hour" else value.replace("_", " ")


def hour_of_week(row: pd.Series) -> str:
    """Name an hour of the week: "Friday, 22:00 to 23:00"."""
    return f"{WEEKDAYS[int(row['weekday']) - 1]}, {hours(row['hour'])}"


def hours(hour: float) -> str:
    """Name an hour of the day: "22:00 to 23:00"."""
    return f"{int(hour)}:00 to {(int(hour) + 1) % 24}:00"
