"""A chart on a page: drawn, said in a sentence, and offered as a picture."""

from collections.abc import Callable

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from kpis import formatting
from kpis.charts import spc_chart
from kpis.definitions import Kpi
from kpis.formatting import capital
from pages._cached import builds
from pages._components import picture
from pages._frame import session

# the marks of a series as letters, named below its chart
SIGNS = {
    "improvement": "▲",
    "concern": "▼",
    "change": "◆",
    "too_few": "│",
    "provisional": "○",
    "gap": "×",
}


def show_chart(
    figure: Figure,
    key: str,
    sentence: str,
    on_select: Callable[[], None] | None = None,
    kpi: Kpi | None = None,
    site: str = "",
) -> None:
    """Show a chart; `sentence` says it to those who do not see it.

    `on_select` is called when a point is clicked. `kpi` is the chart's indicator if it
    is not the page's. `site` says that the figures are those of a site.
    """
    with st.container(key=f"drawn_{key}"):
        _offer_picture(key, sentence, kpi, site)
        st.plotly_chart(
            figure, theme=None, key=key, config={"displayModeBar": False},
            alt=sentence, on_select=on_select or "ignore", selection_mode="points",
        )  # fmt: skip


def key(series: pd.DataFrame) -> str:
    """Name the marks of the chart of a judged series, in one line."""
    said = [f"{SIGNS[mark]} {says}" for mark, says in spc_chart.key(series)]
    return " \u2003 ".join(said)


def _offer_picture(key: str, sentence: str, kpi: Kpi | None, site: str) -> None:
    scope = session.scope()
    build = builds.build(scope.build_id)
    area = builds.names(scope.build_id)[scope.area]
    title = (kpi or build.kpis[scope.kpi]).wording.title
    whole_title = ", ".join(filter(None, [title, area, site]))
    made_up = ["Synthetic data"] if build.is_demo else []
    as_at = f"data as at {formatting.period(build.as_at, 'day')}"
    source = " · ".join([*made_up, capital(as_at), f"build {build.id}"])
    picture.offer(key, whole_title, sentence, source, session.theme())
