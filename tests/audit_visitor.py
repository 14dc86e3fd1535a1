"""A visitor who goes through the pages in process and has them compared."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from streamlit import config
from streamlit.logger import set_log_level
from streamlit.testing.v1 import AppTest

from kpis import settings
from kpis.results import opened_build
from pages._frame import page_list
from pages._frame.page_list import ListedPage
from tests import audit_indicator, audit_overview
from tests.audit_engine import Engine
from tests.audit_visit import Tally, Visit

APP = Path(__file__).resolve().parent.parent / "app.py"
NOW, OVER_TIME = "In this period", "Over time"
ALL, LONDON, SIDE_BY_SIDE = "All indicators", "London", "Side by side"
COMPARED_BY_AREA = (page_list.OVERVIEW, page_list.INDICATOR, page_list.DRILL_DOWN)


class Visitor:
    """Goes through the pages of one build and compares what stands there."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.tally = Tally()
        self.at = AppTest.from_file(str(APP), default_timeout=120).run()
        self.page = page_list.OVERVIEW

    def opens(self, page: ListedPage, **chosen: object) -> None:
        """Run a page with some of its choices made, by their keys."""
        if page != self.page:
            self.at.switch_page(page.path)
            self.page = page
        for key, value in chosen.items():
            self.at.session_state[key] = value
        self.at.run()
        for failure in self.at.exception:
            self.tally.differences.append(f"{page.title}, {chosen}: {failure.value}")
        notices = [one for one in self.at.markdown if "Synthetic data" in one.value]
        is_demo = self.engine.build.is_demo
        self.tally.same("synthetic notice", page.title, bool(notices), is_demo)

    def visit(self, area: str, by: str, kpi_id: str = "") -> Visit:
        return Visit(self.at, self.engine, self.tally, area, by, kpi_id)

    def sees_overview(
        self, area: str, by: str, side_by_side: Sequence[str] = ()
    ) -> None:
        """Compare the overview of an area in its three views."""
        self.opens(page_list.OVERVIEW, area=area, by=by, view=ALL)
        audit_overview.overview(self.visit(area, by))
        if side_by_side:
            areas = list(side_by_side)
            self.opens(page_list.OVERVIEW, view=SIDE_BY_SIDE, areas_beside=areas)
            audit_overview.side_by_side(self.visit(area, by), areas)
            self.opens(page_list.OVERVIEW, view=LONDON)
            mapped = self.at.selectbox(key="mapped").value
            audit_overview.london(self.visit(area, by, mapped))

    def sees_indicator(self, kpi_id: str, area: str, by: str) -> None:
        """Compare an indicator's page."""
        self.opens(page_list.INDICATOR, kpi=kpi_id, area=area, by=by, areas=NOW)
        audit_indicator.indicator(self.visit(area, by, kpi_id))

    def sees_areas_over_time(self, kpi_id: str, by: str) -> None:
        """Compare every area's past on an indicator's page."""
        chosen = {"kpi": kpi_id, "area": settings.FORCE, "by": by}
        self.opens(page_list.INDICATOR, **chosen, areas=OVER_TIME)
        audit_indicator.over_time(self.visit(settings.FORCE, by, kpi_id))

    def drills_into(self, kpi_id: str, area: str, by: str) -> None:
        """Compare an indicator's drill-down."""
        self.opens(page_list.DRILL_DOWN, kpi=kpi_id, area=area, by=by)
        audit_indicator.drill_down(self.visit(area, by, kpi_id))

    def sees_the_rest(self) -> None:
        """Compare the pages without an area; open those that nothing compares."""
        compare = {
            page_list.DEFINITIONS: audit_overview.definitions,
            page_list.IMPORTS: audit_overview.imports,
        }
        for page in page_list.PAGES:
            if not page.has_scope or page not in COMPARED_BY_AREA:
                self.opens(page)
            if page in compare:
                compare[page](self.visit(settings.FORCE, "month"))


def audit_area(area: str, kpi_ids: Sequence[str], lengths: Sequence[str]) -> Tally:
    """Compare every page of one area."""
    with visitor() as one:
        for by in lengths:
            one.sees_overview(area, by, dict.fromkeys([area, settings.FORCE]))
            for kpi_id in kpi_ids:
                one.sees_indicator(kpi_id, area, by)
                one.drills_into(kpi_id, area, by)
                if area == settings.FORCE:
                    one.sees_areas_over_time(kpi_id, by)
        return one.tally


@contextmanager
def visitor() -> Iterator[Visitor]:
    """A visitor of the current build, which is closed afterwards."""
    build = opened_build.open_build()
    # a page that fails says why; that no browser is there is meant
    set_log_level("ERROR")
    config.set_option("client.showErrorDetails", "full")
    try:
        yield Visitor(Engine(build))
    finally:
        build.close()


def audit_rest() -> Tally:
    """Compare the pages that have no area."""
    with visitor() as one:
        one.sees_the_rest()
        return one.tally
