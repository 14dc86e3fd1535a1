"""Catalogue, registry, methods and the page of definitions say the same."""

import csv

import pytest

from kpis.definitions import KINDS, THEMES, indicators
from tests.exports import PROJECT
from tests.visitors import visitor, words

THEME_OF = dict(zip(("T1", "T2", "T3", "T4", "T5"), THEMES, strict=True))
KPIS = indicators.load()
ABOUT = {kpi.id for kpi in KPIS.values() if kpi.wording.tier == "about"}


@pytest.fixture(scope="module")
def catalogue(catalogue_path) -> dict[str, dict]:
    with catalogue_path.open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_every_row_of_the_catalogue_is_an_indicator(catalogue):
    assert set(catalogue) == set(KPIS) - ABOUT
    tiers = [kpi.wording.tier for kpi in KPIS.values()]
    assert (tiers.count("core"), tiers.count("reserve")) == (47, 8)


@pytest.mark.parametrize("kpi_id", sorted(set(KPIS) - ABOUT))
def test_an_indicator_is_what_the_catalogue_says(catalogue, kpi_id):
    kpi, row = KPIS[kpi_id], catalogue[kpi_id]
    assert (kpi.wording.family, kpi.measure.kind, kpi.population.area) == (
        row["family"],
        row["kind"],
        row["area"],
    )
    assert (kpi.judging.better, kpi.wording.tier) == (
        row["good_direction"],
        row["tier"],
    )
    assert kpi.judging.min_n == int(row["min_n"])
    themes = row["themes"].split(",")
    assert kpi.wording.themes == tuple(THEME_OF[one] for one in themes)
    assert set(filter(None, row["read_with"].split(";"))) <= set(kpi.wording.read_with)


@pytest.mark.parametrize("kpi", KPIS.values(), ids=KPIS)
def test_an_indicator_says_what_it_leaves_open(kpi):
    assert kpi.wording.caveats, "every indicator has its traps"
    assert kpi.wording.source
    assert kpi.wording.title != kpi.wording.question
    if kpi.judging.better == "neither":
        # what is only context has no counterweight
        assert (
            kpi.wording.read_with
            or kpi.judging.min_n == 1
            or kpi.wording.tier == "reserve"
        )


@pytest.mark.parametrize("kind", KINDS)
def test_methods_explain_every_kind(kind):
    methods = (PROJECT / "docs" / "methods.md").read_text(encoding="utf-8")
    assert f"**{kind}**" in methods.lower()


def test_the_page_lists_every_indicator(made_once, monkeypatch):
    home = made_once("--scale", "0.01", "--years", "1")
    monkeypatch.setenv("DEMAND_DATA_DIR", str(home))
    at = visitor("pages/data/definitions.py")
    listed = at.dataframe[0].value
    assert set(listed["Indicator"]) == {kpi.wording.title for kpi in KPIS.values()}
    assert "of 47 core indicators are measured for the force; 8 more" in words(at)
    aims = listed.set_index("id")["Target"]
    assert aims["ops_999_answered_in_target"] == "at least 80\u202f% (plan)"
    assert aims["ops_immediate_attended_in_target"] == "to be set locally"
    assert aims["ops_regrade_rate"] == "none intended"
    at.text_input[0].input("counter").run()
    found = at.dataframe[0].value["Indicator"]
    assert 0 < len(found) < len(KPIS)
