"""A field is read as written, the whole of it, or is a fault: never something else."""

import sys
import unicodedata
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis import settings
from kpis.definitions import white_space
from tests.exports import held, save, save_mapping, take, values
from tests.reading import CASES, plain, read

LONDON = ZoneInfo(settings.TIME_ZONE)
BLANKS = "\u00a0\u2007\u202f\u2009\u3000\u200b\ufeff\t\u2060\u00ad\u200e "


def test_white_space_is_the_same_in_python_and_in_sql():
    signs = [chr(i) for i in range(1, sys.maxunicode) if not 0xD800 <= i <= 0xDFFF]
    blank = [s for s in signs if unicodedata.category(s) in white_space.BLANKS]
    others = [s for s in signs[:0x3100:7] if s not in blank]
    texts = [f"{s}a{s}b{s}" for s in blank + others]
    assert plain(texts) == [white_space.plain(text) for text in texts]


@given(st.lists(st.text(st.sampled_from(BLANKS + "ab\n"), max_size=8), min_size=1))
def test_no_white_space_is_left_around_a_field(texts):
    found = plain(texts)
    assert found == [white_space.plain(text) for text in texts]
    assert all(text == text.strip() for text in found)


@pytest.fixture
def jobs(tmp_path_factory, data_dir):
    """Import rows of the job log of case 04 and return the lake's rows."""
    text = (CASES / "04_key_spelling" / "jobs.toml").read_text(encoding="utf-8")
    inbox = tmp_path_factory.mktemp("inbox")

    def import_rows(content: str, mapping: str = text, encoding: str = "utf-8"):
        save_mapping(data_dir, mapping)
        path = save(inbox, content.encode(encoding), "jobs_2003-11.csv")
        return take(path, "jobs", data_dir), held(data_dir, "incidents")

    return import_rows


HEADER = "Ref,Raised,Arrived,Closed,Borough,Grade,From,Units\n"
ROW = "1,03/11/2003 10:00,03/11/2003 10:05,03/11/2003 11:00,Brent,1,999,2\n"


@pytest.mark.parametrize("name", ["jobsnbsp", "jobstab"])
def test_case_04_white_space_behind_any_field_is_gone(name, jobs):
    path = CASES / "04_key_spelling" / f"{name}_2003-11.csv"
    account, rows = jobs(path.read_text(encoding="utf-8"))
    assert (account["accepted"], account["flagged"]) == (100, 0)
    assert rows["incident_ref"].str.fullmatch(r"0000\d\d|0001\d\d").all()
    assert values(rows, "units_assigned") == [2] * 100
    # an empty field with a no-break space in it is empty
    assert rows["bocu_code"].isna().sum() == rows["first_on_scene_at"].isna().sum() == 1


def test_case_04_one_key_with_and_without_a_space_is_one(jobs, data_dir):
    folder = CASES / "04_key_spelling"
    save_mapping(data_dir, (folder / "jobs.toml").read_text(encoding="utf-8"))
    take(folder / "jobsone_2003-11.csv", "jobs", data_dir)
    again = take(folder / "jobstwo_2003-12.csv", "jobs", data_dir)
    assert (again["accepted"], again["duplicates"]) == (0, 1)


@pytest.mark.parametrize("blank", BLANKS)
def test_white_space_around_any_field_of_a_row_changes_nothing(blank, jobs):
    content = HEADER + ROW
    spaced = "\n".join(
        ",".join(f"{blank}{field}{blank}" for field in line.split(","))
        for line in content.splitlines()
    )
    account, rows = jobs(spaced + "\n")
    names = ["incident_ref", "bocu_code", "grade_first", "origin", "units_assigned"]
    assert account["flagged"] == 0
    assert values(rows, *names) == [("1", "QK", "I", "public", 2)]


def test_a_no_break_space_inside_a_time_or_a_name_is_a_space(jobs):
    account, rows = jobs(HEADER + ROW.replace(" ", "\u00a0").replace("Br", "B\u200br"))
    assert (account["accepted"], account["flagged"]) == (1, 0)
    assert values(rows, "bocu_code") == ["QK"]


def test_words_names_and_codes_of_a_mapping_are_read_the_same_way(jobs, data_dir):
    text = (CASES / "04_key_spelling" / "jobs.toml").read_text(encoding="utf-8")
    text = text.replace("time_zone", 'nulls = ["N/A\u00a0"]\ntime_zone')
    text = text.replace('"Borough"', '"Borough\u202f"').replace("Alarm =", '"Alarm " =')
    text += "\n[[filters]]\nreason = 'test'\ndrop = \"Units = '99'\"\n"
    rows = ROW.replace("999", "Alarm\t").replace("Brent", "\u2009N/A") + ROW.replace(
        ",2\n", ",99\u00a0\n"
    )
    account, rows = jobs(HEADER + rows, text)
    assert (account["accepted"], account["filtered"]) == (1, 1)
    assert values(rows, "bocu_code", "origin") == [(None, "alarm_company")]


def test_white_space_in_other_encodings_is_gone_too(jobs):
    text = (CASES / "04_key_spelling" / "jobs.toml").read_text(encoding="utf-8")
    mapping = f'encoding = "windows-1252"\n{text}'
    account, rows = jobs(HEADER + ROW.replace(",", "\u00a0,"), mapping, "cp1252")
    assert values(rows, "incident_ref", "bocu_code") == [("1", "QK")]
    assert account["flagged"] == 0


WHOLE_CLOCKS = {
    "2003-11-05 09:15": "2003-11-05 09:15:00",
    "2003-11-05T09:15:30": "2003-11-05 09:15:30",
    "2003/11/5 9:15:30.25": "2003-11-05 09:15:30.25",
    "2003-11-05 24:00": "2003-11-06 00:00:00",
    "2003-11-05 00:00:00 09:15:00": "2003-11-05 09:15:00",
    "2003-11-05 00:00:00 0:15": "2003-11-05 00:15:00",
}
NO_CLOCKS = [
    "2003-11-05 01:00:00 09:15:00", "2003-11-05 10:00:00 +1", "2003-11-05 10:61",
    "2003-11-05 25:00", "2003-11-05 10:00 junk", "2003-11-05 10:00:00 9",
    "2003-11-05 12:34:56abc7", "2003-11-05junk 10:00", "2003-11-05 10", "37930.4166",
    "2003-11-05", "epoch 1:00", "infinity", "2003-11-05 10:00 UTC+1",
    "\u0662\u0660\u0660\u0663-11-05 10:00", "2003-11-05 (BC) 10:00:00",
    "2003-02-30 1:00",
]  # fmt: skip


def test_a_local_time_is_read_whole_or_not_at_all():
    found = read("instant", [*WHOLE_CLOCKS, *NO_CLOCKS], time_zone=settings.TIME_ZONE)
    read_ones = [f"{clock}+00" for clock in WHOLE_CLOCKS.values()]
    assert found == [*read_ones, *[None] * len(NO_CLOCKS)]


OFFSETS = {
    "2003-07-05T10:00:00+01:00": "2003-07-05 10:00:00+01",
    "2003-07-05 10:00 +0100": "2003-07-05 10:00:00+01",
    "2003-07-05t09:00:00z": "2003-07-05 10:00:00+01",
    "2003-07-05 23:00:00+14:00": "2003-07-05 10:00:00+01",
}
NO_OFFSETS = [
    "2003-11-05 10:00:00+99:99", "2003-11-05 10:00:00+01:60", "2003-11-05 10:00:00 +1",
    "2003-11-05 10:00:00+15:00", "2003-11-05 10:00:00+14:30", "10:00:00 +1",
    "2003-11-05 10:00:00+01:00 x", "2003-11-05 10:00:00 Europe/London", "+01:00",
    "2003-11-05 10:00:0x+01:00", "2003-11-05+01:00", "2003-11-05 10:61+01:00",
]  # fmt: skip


@pytest.mark.parametrize("zone", ["", settings.TIME_ZONE])
def test_an_offset_is_read_whole_or_not_at_all(zone):
    found = read("instant", [*OFFSETS, *NO_OFFSETS], time_zone=zone)
    assert found == [*OFFSETS.values(), *[None] * len(NO_OFFSETS)]


@pytest.mark.parametrize(
    ("format_", "text", "moment"),
    [
        ("%d/%m/%Y %H:%M", "5/11/2003 9:05", "2003-11-05 09:05:00+00"),
        ("%d/%m/%Y %H:%M", "05/11/2003 10:10junk", None),
        ("%d/%m/%Y %H:%M", "05/11/2003 24:00", None),
        ("%d/%m/%Y %H:%M", "05/11/03 10:00", None),
        ("%d/%m/%Y %H:%M", "epoch", None),
        ("%Y-%m-%d %H:%M:%S%z", "2003-07-05 10:00:00+0100", "2003-07-05 10:00:00+01"),
        ("%Y-%m-%d %H:%M:%S%z", "2003-07-05 10:00:00+99:99", None),
        ("%Y-%m-%d %H:%M:%S%z", "2003-07-05 10:00:00+01:75", None),
        ("%Y%m%d %H:%M", "20031105 10:00", "2003-11-05 10:00:00+00"),
        ("%Y%m%d %H:%M", "2003115 10:00", None),
        ("%Y %j %H:%M", "2003 309 10:00", "2003-11-05 10:00:00+00"),
        ("%Y %j %H:%M", "2003 366 10:00", None),
        ("%a %d/%m/%Y %H:%M", "Wed 05/11/2003 10:00", "2003-11-05 10:00:00+00"),
        ("%a %d/%m/%Y %H:%M", "Mon 05/11/2003 10:00", None),
    ],
)
def test_a_format_is_met_whole_or_not_at_all(format_, text, moment):
    assert read("instant", [text], settings.TIME_ZONE, format=format_) == [moment]


def test_a_date_is_read_whole_or_not_at_all():
    texts = {
        "2003-11-05": "2003-11-05",
        "2003/11/5": "2003-11-05",
        "2003-11-05 00:00:00": "2003-11-05",
        "2003-11-05T23:30:00Z": "2003-11-05",
        # half past midnight of the 6th here
        "2003-07-05T23:30:00Z": None,
        "2003-11-05junk": None,
        "2003-11-05 10:61": None,
        "20031105": None,
        "05/11/2003": None,
        "2003-13-01": None,
        "epoch": None,
    }
    assert read("date", texts) == list(texts.values())


def test_a_month_is_read_whole_or_not_at_all():
    texts = {
        "2003-11": "2003-11-01",
        "2003-11-05": "2003-11-01",
        "2003-11-01 00:00:00": "2003-11-01",
        "2003-13": None,
        "2003-11x": None,
        "11/2003": None,
        "2003": None,
    }
    assert read("month", texts) == list(texts.values())


FIELDS = st.text(st.sampled_from("0123456789-/:+ TZ.xe"), max_size=26)
INSTANTS = st.datetimes(datetime(1990, 1, 3), datetime(2049, 12, 30))


@st.composite
def instants(draw) -> tuple[str, str]:
    """Draw a text and the instant that it says."""
    moment = draw(INSTANTS).replace(microsecond=0)
    minutes = draw(st.sampled_from([-720, -210, 0, 60, 330, 840]))
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    text = f"{moment:%Y-%m-%d %H:%M:%S}{sign}{hours:02}:{rest:02}"
    there = moment - timedelta(minutes=minutes)
    return text, there.replace(tzinfo=ZoneInfo("UTC")).astimezone(LONDON).isoformat()


@given(st.lists(instants(), min_size=1, max_size=30))
def test_an_instant_with_its_offset_is_that_instant(drawn):
    found = read("instant", [text for text, _ in drawn])
    assert [datetime.fromisoformat(one) for one in found] == [
        datetime.fromisoformat(instant) for _, instant in drawn
    ]


@given(st.lists(FIELDS, min_size=1, max_size=40))
def test_any_text_is_its_plain_instant_or_a_fault(texts):
    for text, found in zip(texts, read("instant", texts), strict=True):
        if found is not None:
            assert unmistakable(text), (text, found)
    for text, found in zip(texts, read("date", texts), strict=True):
        if found is not None:
            assert text[:4].isdigit() and date.fromisoformat(found), (text, found)


def unmistakable(text: str) -> bool:
    """Whether Python too takes a text for an instant, once it is spelt out in full."""
    head, _, clock = text.replace("T", " ").replace("/", "-").partition(" ")
    day = "-".join(part.zfill(2) for part in head.split("-"))
    hour, _, rest = clock.strip().partition(":")
    rest = rest.replace(" ", "").replace("24:00", "00:00")
    hour = "00" if hour == "24" else hour.zfill(2)
    try:
        return datetime.fromisoformat(f"{day} {hour}:{rest}").tzinfo is not None
    except ValueError:
        return False
