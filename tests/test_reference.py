"""Reference tables: spellings, the force's own tables, and faults in them."""

import pandas as pd
import pytest

from kpis import reference
from kpis.errors import UserError
from kpis.registry import load as load_kpis
from tests.exports import canonical, held, save, take, values

BOCUS = "bocu_code,borough_name,gss_code\nCW,Westminster,E09000033\n"


@pytest.mark.parametrize(
    ("spelling", "plain"),
    [
        ("K & C", "kandc"),
        ("Kingston-upon-Thames", "kingstonuponthames"),
        ("  E09000033 ", "e09000033"),
        ("St. John's", "stjohns"),
        ("...", ""),
    ],
)
def test_normal_form(spelling, plain):
    assert reference.normal(spelling) == plain


def test_every_bocu_is_known_by_code_name_and_statistical_code(data_dir):
    known = reference.spellings("bocu", data_dir, [])
    table = reference.table("bocu", data_dir)
    assert len(table) == 32
    for row in table.itertuples():
        for spelling in (row.bocu_code, row.borough_name, row.gss_code):
            assert known[reference.normal(spelling)] == row.bocu_code
    further = reference.table("bocu_spelling", data_dir)
    for row in further.itertuples():
        assert known[reference.normal(row.spelling)] == row.bocu_code
    assert known["richmonduponthames"] == known["richmond"] == "TW"


def test_areas_are_bocus_sites_and_the_force(data_dir):
    known = reference.spellings("area", data_dir, [])
    assert known["mps"] == "MPS"
    assert known["ir"] == "IR"
    assert known["lambeth"] == "LX"  # the BOCU; the site is LAM
    assert reference.spellings("site", data_dir, [])["lambeth"] == "LAM"
    areas = reference.areas(data_dir)
    assert areas["kind"].value_counts().to_dict() == {"bocu": 32, "site": 7, "mps": 1}
    assert areas["code"].iloc[0] == "MPS"
    assert areas["code"].is_unique


def test_indicators_are_known_by_their_ids(data_dir):
    known = reference.spellings("kpi", data_dir, list(load_kpis()))
    assert known["cust_public_confidence"] == "cust_public_confidence"
    assert known["custpublicconfidence"] == "cust_public_confidence"


def test_python_and_sql_spell_alike(tmp_path_factory, data_dir):
    inbox = tmp_path_factory.mktemp("inbox")
    spelt = [
        "K&C", "k & c", "Kingston-Upon-Thames", "HAMMERSMITH & FULHAM", "cw", "CW",
        "E09000033", "e09000033", "H&F", "Barking &\tDagenham", "Ünknown", "BS.",
    ]  # fmt: skip
    known = reference.spellings("bocu", data_dir, [])
    path = save(inbox, canonical("incidents", *({"bocu_code": one} for one in spelt)))
    take(path, "canonical_incidents", data_dir)
    assert values(held(data_dir, "incidents"), "bocu_code") == [
        known.get(reference.normal(one)) for one in spelt
    ]


def test_the_force_s_own_table_takes_the_place_of_the_shipped_one(data_dir):
    save(data_dir / "reference", BOCUS, "bocu.csv")
    save(data_dir / "reference", "spelling,bocu_code\nW1,CW\n", "bocu_spelling.csv")
    assert reference.path("bocu", data_dir).parent == data_dir / "reference"
    assert len(reference.table("bocu", data_dir)) == 1
    known = reference.spellings("bocu", data_dir, [])
    assert known == {
        "cw": "CW",
        "westminster": "CW",
        "e09000033": "CW",
        "w1": "CW",
    }
    assert isinstance(reference.table("site", data_dir), pd.DataFrame)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bocu", "bocu,borough_name,gss_code\n", ("bocu.csv", "mean 'bocu'?")),
        ("bocu", b"bocu_code;n\n\xff\n", ("bocu.csv", "UTF-8")),
        ("bocu", "", ("bocu.csv", "No columns")),
        ("bocu", BOCUS + "BS,x\n1,2,3,4,5\n", ("bocu.csv", "line 4")),
        ("bocu", BOCUS + "BS,Westminster,E1\n", ("'Westminster' stands for CW and",)),
        ("bocu_spelling", "spelling,bocu_code\nX,QKX\n", ("QKX", "Did you mean 'QK'?")),
        ("bocu_spelling", "spelling,bocu_code\nBrent,CW\n", ("'Brent' stands for QK",)),
    ],
)
def test_a_fault_in_an_own_table_is_told_with_its_file(name, content, words, data_dir):
    save(data_dir / "reference", content, f"{name}.csv")
    with pytest.raises(UserError) as caught:
        reference.spellings("bocu", data_dir, [])
    for word in words:
        assert word in str(caught.value)


def test_a_spelling_of_signs_alone_stands_for_nothing(data_dir):
    save(data_dir / "reference", "spelling,bocu_code\n--,CW\n", "bocu_spelling.csv")
    assert "" not in reference.spellings("bocu", data_dir, [])
