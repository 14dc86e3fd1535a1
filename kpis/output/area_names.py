"""What areas are called on screen and paper; no two have the same name."""

from collections.abc import Mapping

import pandas as pd

SECOND_NAMES = {"site": ", call centre", "facility": ", counter"}


def unique(areas: pd.DataFrame) -> dict[str, str]:
    """Return the name of each area of `queries.areas` by its code.

    A call centre or a counter may be named like the borough where it is, and a counter
    that moved like the one before it.
    """
    is_shared = areas["name"].duplicated(keep=False)
    kind = areas["kind"].map(SECOND_NAMES).where(is_shared).fillna("")
    names = areas["name"] + kind
    names = names.mask(names.duplicated(keep=False), names + " " + areas["code"])
    return dict(zip(areas["code"], names, strict=True))


def site(code: str, area: str, names: Mapping[str, str]) -> str:
    """Say that the figure shown for an area is that of a site; "" where it is its own.

    `code` is the area whose figure it is.
    """
    return "" if code == area else f"figure of {names[code]}"


def offered(areas: pd.DataFrame) -> dict[str, str]:
    """Return the names of the areas to choose from.

    Counters are named where their exports are missing, but cannot be chosen.
    """
    names = unique(areas)
    return {code: names[code] for code in areas["code"][areas["kind"] != "facility"]}
