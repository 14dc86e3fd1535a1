"""What a page is asked to show: filter widgets bound to the URL, and their values.

A link therefore carries the whole question, and the frame's widgets keep their answer
from page to page. The URL names things as the screen does (`area=Brent`); a link may
also give the code (`area=QK`, `period=2004-01-01`), which `accept_codes` turns into
the name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from kpis import errors, formatting
from pages._frame.markdown import plain

# Each shared filter is bound under its key: the parameter in the URL.
AREA, BY, KPI, PERIOD = "area", "by", "kpi", "period"
# those of one view, which take the same names
BESIDE, MAPPED = "areas_beside", "mapped"
PERIOD_NAMES = {
    "week": "By week",
    "month": "By month",
    "quarter": "By quarter",
    "year": "By financial year",
    "rolling12": "Rolling 12 months",
}
DEFAULT_BY = "month"
SECOND_NAMES = {"site": ", call centre", "facility": ", counter"}
WHAT = {
    AREA: "area",
    BY: "kind of period",
    KPI: "indicator",
    PERIOD: "period",
    BESIDE: "area",
    MAPPED: "indicator",
}


@dataclass(frozen=True)
class Scope:
    """One build, one area by its code, the kind of period, perhaps an indicator."""

    build_id: str
    area: str
    by: str
    kpi: str | None


def area_names(areas: pd.DataFrame) -> dict[str, str]:
    """Return the name of each area by its code; no two are the same.

    A call centre or a counter may have the name of the borough where it stands, and
    a counter that moved the name of the one before it.
    """
    is_shared = areas["name"].duplicated(keep=False)
    what = areas["kind"].map(SECOND_NAMES).where(is_shared).fillna("")
    names = areas["name"] + what
    names = names.mask(names.duplicated(keep=False), names + " " + areas["code"])
    return dict(zip(areas["code"], names, strict=True))


def offered_areas(areas: pd.DataFrame) -> dict[str, str]:
    """Return the names of the areas to choose from.

    A counter is named where something of it is missing, and is not chosen.
    """
    names = area_names(areas)
    return {code: names[code] for code in areas["code"][areas["kind"] != "facility"]}


def choices(
    areas: Mapping[str, str], titles: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Return what each filter offers, names by code."""
    return {
        AREA: dict(areas),
        BY: PERIOD_NAMES,
        KPI: dict(titles),
        BESIDE: dict(areas),
        MAPPED: dict(titles),
    }


def accept_codes(page, offered: Mapping[str, Mapping[str, str]]) -> None:
    """Start the page again with names where its link has codes.

    A widget bound to the URL knows only the names that it shows, but names change and
    codes stay: a link in a report should still lead to the same figure years later.
    """
    asked = _asked()
    named = {
        key: [offered.get(key, {}).get(text, text) for text in texts]
        for key, texts in asked.items()
    }
    if PERIOD in asked:
        (by_name,) = named.get(BY, [offered[BY][DEFAULT_BY]])[-1:]
        by = {name: code for code, name in offered[BY].items()}.get(by_name)
        names = [_period_name(text, by or DEFAULT_BY) for text in asked[PERIOD]]
        named[PERIOD] = names
    if named != asked:
        st.switch_page(page, query_params=named)


def _asked() -> dict[str, list[str]]:
    """Return all that the link says; a choice of several comes once for each."""
    return {key: st.query_params.get_all(key) for key in st.query_params}


def _period_name(asked: str, by: str) -> str:
    """Return the name of a period that is given by its first day."""
    try:
        return formatting.period(date.fromisoformat(asked), by)
    except ValueError:
        return asked


def warn_of_unknown(offered: Mapping[str, Mapping[str, str]]) -> None:
    """Say so when a link asks for what is not there: its default is shown instead."""
    for key, texts in _asked().items():
        # Later, the URL may lag a click behind the widgets.
        if key not in offered or key in st.session_state:
            continue
        for text in texts:
            if text not in offered[key].values():
                said = errors.unknown(WHAT[key], text, offered[key].values())
                st.warning(plain(said))


def bar(build_id: str, offered: Mapping[str, Mapping], has_indicator: bool) -> Scope:
    """Draw the filters and return what they say."""
    kpi = None
    if has_indicator:
        kpi = select(
            KPI, offered[KPI], width=430, placeholder="Choose an indicator",
            required=False,
        )  # fmt: skip
    area = select(AREA, offered[AREA], width=310, default=next(iter(offered[AREA])))
    by = select(BY, offered[BY], width=180, default=DEFAULT_BY)
    return Scope(build_id, area, by, kpi)


def select(
    key: str,
    names: Mapping[str, str],
    width: int,
    default: str | None = None,
    placeholder: str | None = None,
    required: bool = True,
) -> str | None:
    """Draw a select box bound to the URL; without a default it is empty at first."""
    codes = list(names)
    return st.selectbox(
        WHAT[key].capitalize(),
        codes,
        index=None if default is None else codes.index(default),
        format_func=names.get,
        key=key,
        placeholder=placeholder,
        required=required,
        label_visibility="collapsed",
        width=width,
        bind="query-params",
    )
