"""Catalogue, registry, methods and the page of definitions say the same."""

import csv
from pathlib import Path

import pytest

from kpis.definitions import KINDS, THEMES, indicators, reference_tables
from tests.exports import PROJECT
from tests.lacking import lacking
from tests.visitors import visitor, words

THEME_OF = dict(zip(("T1", "T2", "T3", "T4", "T5"), THEMES, strict=True))
KPIS = indicators.load()
ABOUT = {kpi.id for kpi in KPIS.values() if kpi.wording.tier == "about"}


@pytest.fixture(scope="module")
def catalogue(catalogue_path) -> dict[str, dict]:
    with catalogue_path.open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_every_row_of_the_catalogue_is_an_indicator(catalogue):
    assert set(catalogue) <= set(KPIS) - ABOUT
    tiers = [KPIS[kpi_id].wording.tier for kpi_id in catalogue]
    assert (tiers.count("core"), tiers.count("reserve")) == (47, 8)


@pytest.mark.parametrize("kpi_id", sorted(set(KPIS) - ABOUT))
def test_an_indicator_is_what_the_catalogue_says(catalogue, kpi_id):
    if kpi_id not in catalogue:
        pytest.skip(f"{kpi_id} is not in the catalogue")
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
        ), "name in read_with an indicator that is better or worse, or min_n = 1"


def texts_of(pattern: str) -> str:
    """Return the texts of some files of the tests."""
    files = sorted((PROJECT / "tests").glob(pattern))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


# what an indicator should have besides its file, and where
SHOULD_HAVE = {
    "a target": "a row of data/reference/target.csv, with status none if none is set",
    "a worked example": "a page in tests/examples/ with '## cells of {kpi} by ...'",
    "a second count": "its rows, counted in pandas, in a tests/second_count_*.py",
}
COUNTED_ELSEWHERE = (
    # published as a finished figure; made of two others; about the others
    "cust_public_confidence", "fin_avoidable_contact_cost", "ops_share_measured",
    "ops_share_with_target",
)  # fmt: skip


def has(what: str, kpi_id: str, data_dir: Path) -> bool:
    if what == "a target":
        return kpi_id in set(reference_tables.table("target", data_dir)["kpi_id"])
    if what == "a worked example":
        return f"\n## cells of {kpi_id} " in texts_of("examples/*.md")
    return f'"{kpi_id}"' in texts_of("second_count*.py")


def made(source: str) -> bool:
    """Whether the demo makes exports of a source."""
    demo = (PROJECT / "kpis" / "demo").glob("*.py")
    return any(f'"{source}"' in file.read_text(encoding="utf-8") for file in demo)


def test_the_demo_makes_every_source_that_an_oracle_counts():
    assert made("calls")
    assert made("published_figures")
    assert not made("complaints_monthly")


@pytest.mark.parametrize("what", SHOULD_HAVE)
@pytest.mark.parametrize("kpi_id", KPIS)
def test_an_indicator_has_what_it_should_have(kpi_id, what, data_dir):
    is_exempt = what != "a target" and kpi_id in COUNTED_ELSEWHERE
    strange = [source for source in KPIS[kpi_id].population.needs if not made(source)]
    if what == "a second count" and strange:
        pytest.skip(
            f"{kpi_id} needs none: the demo makes no {' and no '.join(strange)}"
        )
    if not is_exempt and not has(what, kpi_id, data_dir):
        lacking(kpi_id, what, SHOULD_HAVE[what].format(kpi=kpi_id))


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
    tiers = [kpi.wording.tier for kpi in KPIS.values()]
    counted = (
        f"of {tiers.count('core')} core indicators are measured for the force; "
        f"{tiers.count('reserve')} more are in reserve."
    )
    assert counted in words(at)
    aims = listed.set_index("id")["Target"]
    assert aims["ops_999_answered_in_target"] == "at least 80\u202f% (plan)"
    assert aims["ops_immediate_attended_in_target"] == "to be set locally"
    assert aims["ops_regrade_rate"] == "none intended"
    at.text_input[0].input("counter").run()
    found = at.dataframe[0].value["Indicator"]
    assert 0 < len(found) < len(KPIS)
