"""Reference tables: spellings, the force's own tables, and faults in them."""

import re
from datetime import date

import pandas as pd
import pytest
from dateutil.easter import easter

from kpis import __main__, settings, warehouse
from kpis.definitions import reference_contracts, reference_tables
from kpis.definitions.indicators import load as load_kpis
from kpis.errors import UserError
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
    assert reference_tables.normal(spelling) == plain


def test_every_bocu_is_found_by_code_name_and_statistical_code(data_dir):
    known = reference_tables.spellings("bocu", data_dir, [])
    table = reference_tables.table("bocu", data_dir)
    assert len(table) == 32
    for row in table.itertuples():
        for spelling in (row.bocu_code, row.borough_name, row.gss_code):
            assert known[reference_tables.normal(spelling)] == row.bocu_code
    further = reference_tables.table("bocu_spelling", data_dir)
    for row in further.itertuples():
        assert known[reference_tables.normal(row.spelling)] == row.bocu_code
    assert known["richmonduponthames"] == known["richmond"] == "TW"


def test_areas_are_bocus_sites_and_the_force(data_dir):
    known = reference_tables.spellings("area", data_dir, [])
    assert known["mps"] == "MPS"
    assert known["ir"] == "IR"
    assert known["lambeth"] == "LX"  # the BOCU; the site is LAM
    assert reference_tables.spellings("site", data_dir, [])["lambeth"] == "LAM"
    areas = reference_tables.areas(data_dir)
    assert areas["kind"].value_counts().to_dict() == {"bocu": 32, "site": 7, "mps": 1}
    assert areas["code"].iloc[0] == "MPS"
    assert areas["code"].is_unique


def test_indicators_are_known_by_their_ids(data_dir):
    known = reference_tables.spellings("kpi", data_dir, list(load_kpis()))
    assert known["cust_public_confidence"] == "cust_public_confidence"
    assert known["custpublicconfidence"] == "cust_public_confidence"


def test_python_and_sql_spell_alike(tmp_path_factory, data_dir):
    inbox = tmp_path_factory.mktemp("inbox")
    spelt = [
        "K&C", "k & c", "Kingston-Upon-Thames", "HAMMERSMITH & FULHAM", "cw", "CW",
        "E09000033", "e09000033", "H&F", "Barking &\tDagenham", "Ünknown", "BS.",
    ]  # fmt: skip
    known = reference_tables.spellings("bocu", data_dir, [])
    path = save(inbox, canonical("incidents", *({"bocu_code": one} for one in spelt)))
    take(path, "canonical_incidents", data_dir)
    assert values(held(data_dir, "incidents"), "bocu_code") == [
        known.get(reference_tables.normal(one)) for one in spelt
    ]


def test_the_force_s_own_table_replaces_the_shipped_one(data_dir):
    save(data_dir / "reference", BOCUS, "bocu.csv")
    save(data_dir / "reference", "spelling,bocu_code\nW1,CW\n", "bocu_spelling.csv")
    assert reference_tables.path("bocu", data_dir).parent == data_dir / "reference"
    assert len(reference_tables.table("bocu", data_dir)) == 1
    known = reference_tables.spellings("bocu", data_dir, [])
    assert known == {
        "cw": "CW",
        "westminster": "CW",
        "e09000033": "CW",
        "w1": "CW",
    }
    assert isinstance(reference_tables.table("site", data_dir), pd.DataFrame)


STANDARDS = "applies_to,area,seconds,valid_from,valid_to,status\n"
FACILITY = "facility_code,facility_type,name,bocu_code,has_front_counter"
FACILITY += ",opened,closed\nF1,police_station,Brixton,LX,true,,\n"
HOURS = "facility_code,weekday,opens,closes,valid_from\n"
STOPS = "facility_code,stop_name,bocu_code,weekday,week_of_month,starts,ends\n"
QUESTION = "question_code,text,survey_code,scale_code,satisfied_codes\n"
BREAK = "kpi_id,valid_from,reason,joinable\n"
EVENT = "name,kind,valid_from,valid_to\n"

# name of the table, what the force put there, where the fault is, words of the message
FAULTS = [
    ("bocu", "bocu,borough_name\n", "line 1", "Did you mean 'bocu'?"),
    ("bocu", "bocu_code;borough_name\n", "line 1", "with commas"),
    ("bocu", "", "line 1", "'bocu_code'"),
    ("bocu", b"bocu_code,n\n\xff\n", "bocu.csv", "Save it as UTF-8"),
    ("bocu", 'bocu_code,borough_name\n"CW"x,y\n', "bocu.csv", "Save it as UTF-8"),
    ("bocu", BOCUS + "BS,Kensington\n", "line 3", "2 values for 3 columns"),
    ("bocu", BOCUS + "BS,Kensington, Royal,E1\n", "line 3", "in double quotes"),
    ("bocu", BOCUS.replace("gss", "gsss"), "line 1", "Did you mean 'gss_code'?"),
    ("bocu", "bocu_code,borough_name,borough_name\n", "line 1", "stands there twice"),
    ("bocu", BOCUS + "CW,Other,E1\n", "line 3, column bocu_code: 'CW'", "Line 2 has"),
    ("bocu", BOCUS + ",Other,E1\n", "line 3, column bocu_code: ''", "is required"),
    (
        "bocu",
        "bocu_code,borough_name\nLX,Other\nB,other.\n",
        "line 3, column borough_name: 'other.'",
        "stands for LX and for B",
    ),
    (
        "bocu",
        "bocu_code,borough_name,inner_outer_ons\nCW,Westminster,middle\n",
        "line 2, column inner_outer_ons: 'middle'",
        "Known: inner, outer",
    ),
    (
        "bocu_spelling",
        "spelling,bocu_code\nX,QKX\n",
        "line 2, column bocu_code: 'QKX'",
        "Did you mean 'QK'? Correct it here, or add it there",
    ),
    (
        "bocu_spelling",
        "spelling,bocu_code\nBrent,CW\n",
        "line 2, column spelling: 'Brent'",
        "stands for QK and for CW",
    ),
    (
        "population",
        "bocu_code,year,residents\nQK,03,5\n",
        "line 2, column year: '03'",
        "Write a year as 2003",
    ),
    (
        "population",
        'bocu_code,year,residents\nQK,2003,"250,000"\n',
        "line 2, column residents: '250,000'",
        "Write a whole number",
    ),
    (
        "population",
        "bocu_code,year,residents\nQK,2003,5\nCW,2003,5\nQK,2003,6\n",
        "line 4, column bocu_code: 'QK'",
        "Line 2 has bocu_code 'QK', year '2003' already",
    ),
    (
        "site",
        "call_site_code,name,kind\nQK,Brent centre,999\n",
        "line 2, column call_site_code: 'QK'",
        "the code of a bocu already",
    ),
    (
        "facility",
        FACILITY + "LAM,police_shop,Shop,LX,true,,\n",
        "line 3, column facility_code: 'LAM'",
        "the code of a site already",
    ),
    (
        "facility",
        FACILITY + "F2,police_shop,Shop,LX,yes,,\n",
        "line 3, column has_front_counter: 'yes'",
        "Write true or false",
    ),
    (
        "facility",
        FACILITY + "F2,police_shop,Shop,LX,true,2003-05-01,2003-04-30\n",
        "line 3, column closed: '2003-04-30'",
        "before opened, 2003-05-01",
    ),
    (
        "facility",
        FACILITY + "F2,police_shop,BRIXTON,LX,true,,\n",
        "line 3, column name: 'BRIXTON'",
        "stands for F1 and for F2",
    ),
    (
        "facility_opening_hours",
        HOURS + "F9,1,09:00,17:00,\n",
        "line 2, column facility_code: 'F9'",
        "There is no facility 'F9'",
    ),
    (
        "facility_opening_hours",
        HOURS + "F1,9,09:00,17:00,\n",
        "line 2, column weekday: '9'",
        "from 1 to 8: 1 Monday to 7 Sunday",
    ),
    (
        "facility_opening_hours",
        HOURS + "F1,1,9:00,17:00,\n",
        "line 2, column opens: '9:00'",
        "Write a time as 09:00",
    ),
    (
        "facility_opening_hours",
        HOURS + "F1,1,09:00,24:01,\n",
        "line 2, column closes: '24:01'",
        "midnight at the end as 24:00",
    ),
    (
        "mobile_schedule",
        STOPS + "F1,Market,LX,1,,10:00,11:00\nF1,Market,LX,1,,10:00,12:00\n",
        "line 3, column valid_from: ''",
        "week_of_month '', starts '10:00' on the same day",
    ),
    (
        "bocu_call_site",
        "bocu_code,function,call_site_code,status\nQK,call_answering,HEM,local\n",
        "line 2, column call_site_code: 'HEM'",
        "Did you mean 'HEN'?",
    ),
    (
        "standards",
        STANDARDS + "grade,MPS,60,,,local\n",
        "line 2, column applies_to: 'grade'",
        "Write it so: grade:, line: or kpi:",
    ),
    (
        "standards",
        STANDARDS + "grade:I,QQ,60,,,local\n",
        "line 2, column area: 'QQ'",
        "There is no area 'QQ'",
    ),
    (
        "standards",
        STANDARDS + "grade:I,MPS,0,,,local\n",
        "line 2, column seconds: '0'",
        "It must be 1 or more",
    ),
    (
        "standards",
        STANDARDS + "grade:I,MPS,60,1/4/2003,,local\n",
        "line 2, column valid_from: '1/4/2003'",
        "Write a date as 2003-04-01",
    ),
    (
        "standards",
        STANDARDS + "grade:I,MPS,60,2003-02-29,,local\n",
        "line 2, column valid_from: '2003-02-29'",
        "There is no such day",
    ),
    (
        "standards",
        STANDARDS + "grade:I,MPS,60,,2003-04-30,local\n"
        "grade:I,QK,90,,,local\ngrade:I,MPS,90,2003-04-30,,local\n",
        "line 4, column valid_from: '2003-04-30'",
        "line 2 from an open start (empty valid_from) to 2003-04-30, "
        "line 4 from 2003-04-30 to an open end (empty valid_to)",
    ),
    (
        "question",
        QUESTION + "q,Q,PAS,good_job_4,1;5\n",
        "line 2, column satisfied_codes: '1;5'",
        "The scale good_job_4 has no answer 5",
    ),
    (
        "question",
        QUESTION + "q,Q,PAS,good_job,1\n",
        "line 2, column scale_code: 'good_job'",
        "Did you mean 'good_job_4'?",
    ),
    (
        "calendar_event",
        EVENT + "Fair,carnival,2003-08-02,2003-08-01\n",
        "line 2, column valid_to: '2003-08-01'",
        "before valid_from, 2003-08-02",
    ),
    (
        "calendar_event",
        EVENT + "Fair,carnival,,2003-08-01\n",
        "line 2, column valid_from: ''",
        "A value is required",
    ),
    (
        "series_break",
        BREAK + "Any one,2003-04-01,New form,true\n",
        "line 2, column kpi_id: 'Any one'",
        "Write it so: Indicator",
    ),
    ("standard", STANDARDS, "standard.csv", "Did you mean 'standards'?"),
]


@pytest.mark.parametrize(("name", "content", "place", "words"), FAULTS)
def test_a_fault_in_an_own_table_is_one_paragraph(
    name, content, place, words, data_dir
):
    own = data_dir / "reference"
    save(own, FACILITY, "facility.csv")
    file = save(own, content, f"{name}.csv")
    with pytest.raises(UserError) as caught:
        reference_tables.load_all(data_dir)
    told = str(caught.value)
    assert told.startswith(str(file))
    assert place in told
    assert words in told
    assert "\n" not in told


def test_a_bocu_with_the_code_of_a_site_is_refused_at_the_site(data_dir):
    save(data_dir / "reference", BOCUS + "IR,Ealing,E1\n", "bocu.csv")
    with pytest.raises(UserError, match=r"site.csv, line 2, .* 'IR'. .* of a bocu"):
        reference_tables.load_all(data_dir)


@pytest.mark.parametrize("name", sorted(reference_contracts.tables()))
def test_no_table_may_lack_what_it_needs(name, data_dir):
    save(data_dir / "reference", "x\n", f"{name}.csv")
    with pytest.raises(UserError, match=rf"{name}.csv, line 1: There is no column"):
        reference_tables.load_all(data_dir)


def test_another_force_needs_only_its_own_tables(data_dir):
    own = "bocu_code,borough_name\nA,North\nCW,South\n"
    save(data_dir / "reference", own, "bocu.csv")
    tables = reference_tables.load_all(data_dir)
    for name in ("population", "bocu_call_site", "peer_group"):
        assert set(tables[name]["bocu_code"]) == {"CW"}, name
    assert set(tables["bocu_spelling"]["bocu_code"]) == {"CW"}
    assert len(tables["site"]) == 7
    known = reference_tables.spellings("bocu", data_dir, [])
    assert set(known.values()) == {"A", "CW"}
    # what the force wrote itself is never left out
    save(data_dir / "reference", "spelling,bocu_code\nX,QK\n", "bocu_spelling.csv")
    with pytest.raises(UserError, match=r"bocu_spelling.csv, line 2, .* 'QK'"):
        reference_tables.load_all(data_dir)


def test_the_check_command_reads_the_reference_tables(data_dir, capsys):
    assert __main__.main(["check"]) == 0
    assert "17 reference tables" in capsys.readouterr().out
    save(data_dir / "reference", STANDARDS + "grade:I,MPS,60,,,locl\n", "standards.csv")
    assert __main__.main(["check"]) == 2
    assert "line 2, column status: 'locl'" in capsys.readouterr().err


def test_lines_match_the_file(data_dir):
    text = 'bocu_code,borough_name\n\n"CW","West\nminster"\n\nBS,\n'
    save(data_dir / "reference", text, "bocu.csv")
    with pytest.raises(UserError, match="line 6, column borough_name"):
        reference_tables.table("bocu", data_dir)


def test_a_byte_order_mark_and_spaces_do_not_matter(data_dir):
    save(
        data_dir / "reference",
        "\ufeff bocu_code , borough_name\n CW , W \n",
        "bocu.csv",
    )
    row = next(reference_tables.table("bocu", data_dir).itertuples())
    assert (row.bocu_code, row.borough_name) == ("CW", "W")


def test_a_missing_optional_column_is_empty(data_dir):
    save(
        data_dir / "reference",
        "bocu_code,year,residents\nQK,2003,9\n",
        "population.csv",
    )
    frame = reference_tables.load_all(data_dir)["population"]
    assert frame["residents"].tolist() == [9]
    assert frame["daytime_population"].isna().all()
    assert frame["source"].isna().all()


def test_tables_come_to_sql_with_their_types_even_without_rows(data_dir):
    house = warehouse.writer(data_dir / "spill", str(data_dir / "one.duckdb"))
    types = {}
    for name, frame in reference_tables.load_all(data_dir).items():
        house.add_frame(name, frame)
        found = house.query(f"describe {name}")
        types[name] = dict(zip(found["column_name"], found["column_type"], strict=True))
    (ever,) = house.tuples(
        "select min(valid_from)::text, max(valid_to)::text from standards"
    )
    house.close()
    assert ever == ("1900-01-01", "9999-12-31")
    assert len(types) == 17
    assert types["facility_opening_hours"] == {
        "facility_code": "VARCHAR", "weekday": "BIGINT", "opens": "VARCHAR",
        "closes": "VARCHAR", "note": "VARCHAR", "valid_from": "DATE",
        "valid_to": "DATE", "source": "VARCHAR",
    }  # fmt: skip
    assert types["facility"]["has_front_counter"] == "BOOLEAN"
    assert types["facility"]["opened"] == "DATE"


def test_only_an_empty_first_or_last_day_of_validity_is_filled(data_dir):
    site = reference_tables.table("site", data_dir).set_index("call_site_code")
    assert pd.isna(site["opened"]["HEN"])
    assert pd.isna(site["closed"]["LAM"])
    assert site["closed"]["TOC1"] == date(2008, 1, 31)


def test_every_shipped_row_has_its_source(data_dir):
    for name, frame in reference_tables.load_all(data_dir).items():
        header = reference_tables.path(name, data_dir).read_text(encoding="utf-8")
        assert header.split("\n")[0].endswith(",source"), name
        assert frame["source"].notna().all(), name


def test_the_digest_follows_the_files_in_force(data_dir):
    before, one = reference_tables.digests(data_dir), reference_tables.digest(data_dir)
    assert set(before) == set(reference_contracts.tables())
    save(data_dir / "reference", BOCUS, "bocu.csv")
    after = reference_tables.digests(data_dir)
    assert {name for name in before if before[name] != after[name]} == {"bocu"}
    assert reference_tables.digest(data_dir) != one
    counting = reference_tables.counting_digest(data_dir)
    save(data_dir / "reference", BREAK, "series_break.csv")
    assert reference_tables.counting_digest(data_dir) == counting
    (data_dir / "reference" / "series_break.csv").unlink()
    (data_dir / "reference" / "bocu.csv").unlink()
    assert reference_tables.counting_digest(data_dir) != counting
    save(data_dir / "reference", BOCUS, "bocu.csv")
    shipped = (settings.REFERENCE / "bocu.csv").read_bytes()
    (data_dir / "reference" / "bocu.csv").write_bytes(shipped)
    assert reference_tables.digest(data_dir) == one


def test_facilities_and_questions_are_known_by_their_codes(data_dir):
    assert reference_tables.spellings("facility", data_dir, []) == {}
    save(data_dir / "reference", FACILITY, "facility.csv")
    known = reference_tables.spellings("facility", data_dir, [])
    assert known == {"f1": "F1", "brixton": "F1"}
    assert reference_tables.areas(data_dir).to_dict("records")[-1] == {
        "code": "F1", "name": "Brixton", "kind": "facility",
    }  # fmt: skip
    assert "f1" not in reference_tables.spellings("area", data_dir, [])
    questions = reference_tables.spellings("question", data_dir, [])
    assert questions["uss_overall"] == questions["ussoverall"] == "uss_overall"
    assert len(set(questions.values())) == 13


def test_residents_add_up_to_the_published_total_of_london(data_dir):
    frame = reference_tables.table("population", data_dir)
    by_year = frame.groupby("year")["residents"]
    city_of_london = 7_185
    assert by_year.sum()[2001] == 7_172_091 - city_of_london
    assert by_year.count().to_dict() == {2001: 32, 2003: 32}
    bocu = reference_tables.table("bocu", data_dir).set_index("bocu_code")
    for year, column in ((2001, "residents_census_2001"), (2003, "residents_mid_2003")):
        counted = frame[frame["year"] == year].set_index("bocu_code")["residents"]
        assert counted.to_dict() == bocu[column].to_dict()


def sites_serving(bocu_code, day, data_dir) -> set[tuple[str, str]]:
    frame = reference_tables.table("bocu_call_site", data_dir)
    is_found = (
        (frame["bocu_code"] == bocu_code)
        & (frame["valid_from"] <= day)
        & (frame["valid_to"] >= day)
    )
    found = frame[is_found]
    return set(zip(found["call_site_code"], found["status"], strict=True))


@pytest.mark.parametrize(
    ("bocu_code", "day", "sites"),
    [
        ("MD", date(2004, 10, 31), {("IR", "published")}),
        ("MD", date(2004, 11, 1), {("LAM", "published")}),
        ("QK", date(2003, 4, 1), {("IR", "published")}),
        # when Brent moved is not published
        ("QK", date(2006, 1, 1), set()),
        ("QK", date(2008, 1, 1), {("HEN", "assumed")}),
        ("TW", date(2007, 6, 30), {("IR", "published")}),
        ("TW", date(2007, 10, 1), {("LAM", "assumed")}),
    ],
)
def test_a_site_serves_a_borough_only_on_days_that_are_known(
    bocu_code, day, sites, data_dir
):
    assert sites_serving(bocu_code, day, data_dir) == sites


def test_every_borough_has_its_call_sites_and_peers(data_dir):
    tables = reference_tables.load_all(data_dir)
    codes = set(tables["bocu"]["bocu_code"])
    sites = tables["bocu_call_site"].groupby("bocu_code")["call_site_code"].nunique()
    assert sites.to_dict() == dict.fromkeys(codes, 2)
    peers = tables["peer_group"].groupby("scheme")["bocu_code"]
    assert {scheme: set(of) for scheme, of in peers} == dict.fromkeys(
        ("inner_outer", "inner_outer_ons", "bcu_2018"), codes
    )


@pytest.mark.parametrize("year", range(1999, 2013))
def test_bank_holidays_of_a_year(year, data_dir):
    frame = reference_tables.table("calendar_event", data_dir)
    days = list(frame["valid_from"][frame["kind"] == "bank_holiday"])
    own = [day for day in days if day.year == year]
    further = {1999: 1, 2002: 1, 2011: 1, 2012: 1}
    assert len(own) == len(set(own)) == 8 + further.get(year, 0)
    assert all(day.weekday() < 5 for day in own)
    sunday = easter(year).toordinal()
    assert {sunday - 2, sunday + 1} <= {day.toordinal() for day in own}


def test_days_of_the_calendar_that_are_known(data_dir):
    frame = reference_tables.table("calendar_event", data_dir)
    found = set(zip(frame["valid_from"].astype("str"), frame["kind"], strict=True))
    for day in ("2002-06-03", "2002-06-04", "2004-12-27", "2004-12-28", "2005-12-26",
                "2005-12-27", "2006-01-02", "2009-12-28", "2011-04-29", "2012-06-04",
                "2012-06-05", "2003-08-25", "2003-05-05", "2003-05-26"):  # fmt: skip
        assert (day, "bank_holiday") in found, day
    assert ("2002-05-27", "bank_holiday") not in found
    carnival = frame[frame["kind"] == "carnival"].set_index("valid_from")
    assert carnival["valid_to"][date(2003, 8, 24)] == date(2003, 8, 25)
    assert carnival["bocu_code"].unique().tolist() == ["BS"]
    assert {("2003-11-19", "state_visit"), ("2005-07-21", "terror_incident")} <= found


def test_every_survey_question_has_one_scale_on_a_day(data_dir):
    tables = reference_tables.load_all(data_dir)
    question = tables["question"].set_index("question_code")
    overall = question.loc["uss_overall"]
    assert overall["scale_code"].tolist() == [
        "satisfaction_4", "satisfaction_5", "satisfaction_7",
    ]  # fmt: skip
    assert overall["satisfied_codes"].tolist()[-1] == "1;2;3"
    assert overall["valid_from"].astype("str").tolist()[1:] == [
        "2000-04-01", "2004-04-01",
    ]  # fmt: skip
    answers = tables["scale"].groupby("scale_code")["answer_code"]
    assert all({97, 98, 99} <= set(codes) for _, codes in answers)


def test_a_break_names_an_indicator_of_the_catalogue_or_all(data_dir):
    frame = reference_tables.table("series_break", data_dir)
    assert all(
        re.fullmatch(r"(cust|ops|emp|fin)_\w+|\*", one) for one in frame["kpi_id"]
    )
    exports = frame["export"][frame["kpi_id"] == "*"]
    assert set(exports) == {"incidents"}


def test_a_spelling_of_only_signs_means_nothing(data_dir):
    save(data_dir / "reference", "spelling,bocu_code\n--,CW\n", "bocu_spelling.csv")
    assert "" not in reference_tables.spellings("bocu", data_dir, [])


def test_white_space_around_a_cell_of_a_table_is_gone(data_dir):
    shipped = settings.REFERENCE / "bocu_spelling.csv"
    text = (
        shipped.read_text(encoding="utf-8") + "\u200bThe Borough\u00a0,QK\u2009,test\n"
    )
    save(data_dir / "reference", "\ufeff" + text, "bocu_spelling.csv")
    spellings = reference_tables.spellings("bocu", data_dir, [])
    assert spellings["theborough"] == "QK"
