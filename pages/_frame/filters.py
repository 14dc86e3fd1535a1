"""The filters that pages share: select boxes bound to the URL.

A link therefore carries the whole question, and the filters keep their answer from page
to page. The URL names things as the screen does (`area=Brent`). A link may also give
the code (`area=QK`, `period=2004-01-01`), which `accept_codes` turns into the name.
"""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from kpis import errors, formatting
from pages._frame.markdown import plain
from pages._scope import Scope

# Each shared filter is bound under its key: the parameter in the URL.
AREA, BY, KPI, PERIOD = "area", "by", "kpi", "period"
# filters of one view, which offer the same names
SIDE_BY_SIDE, MAPPED = "areas_beside", "mapped"
PERIOD_NAMES = {
    **{
        by: f"By {formatting.LENGTH_WORDS[by]}"
        for by in ("week", "month", "quarter", "year")
    },
    "rolling12": "Rolling 12 months",
}
DEFAULT_BY = "month"
WHAT = {
    AREA: "area",
    BY: "kind of period",
    KPI: "indicator",
    PERIOD: "period",
    SIDE_BY_SIDE: "area",
    MAPPED: "indicator",
}
# names by code, for each filter
Choices = Mapping[str, Mapping[str, str]]


def choices(areas: Mapping[str, str], titles: Mapping[str, str]) -> Choices:
    """Return what each filter offers: areas and titles of indicators by code."""
    return {
        AREA: areas,
        BY: PERIOD_NAMES,
        KPI: titles,
        SIDE_BY_SIDE: areas,
        MAPPED: titles,
    }


def accept_codes(page: str, offered: Choices) -> None:
    """Start the page again with names if its link has codes.

    A filter knows only the names that it shows. But names change and codes stay: a link
    in a report should still lead to the same figure years later.
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
    """Return what the link asks for; a parameter may come more than once."""
    return {key: st.query_params.get_all(key) for key in st.query_params}


def _period_name(asked: str, by: str) -> str:
    """Return the name of a period that is given by its first day."""
    try:
        return formatting.period(date.fromisoformat(asked), by)
    except ValueError:
        return asked


def warn_of_unknown(offered: Choices) -> None:
    """Warn if a link asks for what does not exist: the default is shown instead."""
    for key, texts in _asked().items():
        # Later, the URL may be a click behind the filters.
        if key not in offered or key in st.session_state:
            continue
        for text in texts:
            if text not in offered[key].values():
                said = errors.unknown(WHAT[key], text, offered[key].values())
                st.warning(plain(said))


def bar(build_id: str, offered: Choices, has_indicator: bool) -> Scope:
    """Draw the filters of area, kind of period and perhaps indicator."""
    kpi = None
    if has_indicator:
        kpi = select(
            KPI, offered[KPI], width=430, placeholder="Choose an indicator",
            required=False,
        )  # fmt: skip
    area = select(AREA, offered[AREA], width=310, default=next(iter(offered[AREA])))
    by = select(BY, offered[BY], width=180, default=DEFAULT_BY)
    return Scope(build_id, str(area), str(by), kpi or "")


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
        format_func=lambda code: names[code],
        key=key,
        placeholder=placeholder,
        required=required,
        label_visibility="collapsed",
        width=width,
        bind="query-params",
    )
