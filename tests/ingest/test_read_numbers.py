"""Numbers are read by the mapping's decimal mark, whole, or are faults: no guessing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis import __main__ as command_line
from tests.exports import canonical, held, save, take, values
from tests.reading import CASES, read, seconds_of

NUMBERS = {
    "120000.00": "120000", "120,000.00": "120000", "1,234": "1234", "1.234": "1.234",
    "1 234.5": "1234.5", "1\u202f234\u00a0567": "1234567", "1'234.50": "1234.5",
    "1\u2019234": "1234", "12,345,678.9": "12345678.9", "£120,000": "120000",
    "GBP 5": "5", "5 GBP": "5", "£ 5.20": "5.2", "-£5": "-5", "£-5": "-5",
    "(1,234.50)": "-1234.5", "(£5)": "-5", "£(5.00)": "-5", "1234-": "-1234",
    "\u22125": "-5", "\u20135": "-5", "+5": "5", ".5": "0.5", "5.": "5", "- 5": "-5",
    "1e-05": "0.00001", "0": "0", "-0": "0", "007": "7",
}  # fmt: skip
NO_NUMBERS = [
    "1,23", "1,2345", "12,34,567", "0,123", "1,234,56", "1.234,5", "1.234.567",
    "1,234 567", "1234,567", "1_000", "1e3", "1.2E+05", "0x10", "0b11", "inf", "nan",
    "Infinity", "--5", "(-5)", "(5", "5)", "-5-", "+-5", "$5", "€5", "5 EUR", "£",
    "5 6", "12 34", "5%", "58 %", "five", "\u0663", "\uff15", "1/2", "\u00bd", "1.2.3",
    "#N/A", "#REF!", "####", "5 CR", "1234567890123", ".", "-", "()", "1,", ",123",
    "5;6", "10:00", "true", "IV",
]  # fmt: skip


def numbers(found) -> list[Decimal | None]:
    return [None if one is None else Decimal(one).normalize() for one in found]


def test_numbers_with_a_decimal_point():
    found = numbers(read("decimal", [*NUMBERS, *NO_NUMBERS]))
    right = [Decimal(value).normalize() for value in NUMBERS.values()]
    assert dict(zip([*NUMBERS, *NO_NUMBERS], found, strict=True)) == dict(
        zip([*NUMBERS, *NO_NUMBERS], right + [None] * len(NO_NUMBERS), strict=True)
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("120.000,00", "120000"), ("1,234", "1.234"), ("1.234", "1234"),
        ("1 234,5", "1234.5"), ("1'234,50", "1234.5"), ("0,58", "0.58"), ("5", "5"),
        ("(1.234,50)", "-1234.5"), ("1.5", None), ("1,234.5", None), ("0.123", None),
        ("1,234,567", None), ("1.23", None),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_comma(text, number):
    (found,) = numbers(read("decimal", [text], decimal=","))
    assert found == (None if number is None else Decimal(number).normalize())


def test_whole_numbers():
    texts = {
        "1,234": "1234", "3.0": "3", "1 234": "1234", "-2": "-2", "(2)": "-2",
        "3.5": None, "1e3": None, "1_000": None, "0x10": None, "£5": None, "5%": None,
        "1.234": None, "two": None, "12345678901234": None, "7.": "7", "+7": "7",
    }  # fmt: skip
    assert dict(zip(texts, read("int", texts), strict=True)) == texts


def test_what_a_spreadsheet_shows_for_an_error_is_no_identifier():
    texts = ["#N/A", "#REF!", "#DIV/0!", "########", "#NUM! 2.0031105E+16", "#1", "A#"]
    for kind in ("id", "text"):
        assert read(kind, texts) == [None] * 5 + ["#1", "A#"]


@given(
    st.decimals(-999_999_999, 999_999_999, places=2),
    st.sampled_from([(".", ","), (".", " "), (".", "'"), (",", "."), (",", " ")]),
    st.sampled_from(["{}", "-{}", "({})", "{}-", "\u2212{}", "£{}", "-£{}", " {} "]),
)
def test_an_amount_in_any_of_its_spellings_is_that_amount(amount, marks, spelling):
    decimal, thousands = marks
    grouped = f"{abs(amount):,.2f}".translate({ord(","): thousands, ord("."): decimal})
    (found,) = numbers(read("decimal", [spelling.format(grouped)], decimal=decimal))
    is_negative = any(sign in spelling for sign in "-(\u2212")
    assert found == (-abs(amount) if is_negative else abs(amount)).normalize()


@given(
    st.lists(
        st.text(st.sampled_from("0123456789.,' -+()£e_x%"), min_size=1, max_size=9),
        min_size=1,
        max_size=40,
    )
)
def test_any_text_is_a_number_with_its_digits_or_a_fault(texts):
    for text, found in zip(texts, numbers(read("decimal", texts)), strict=True):
        if found is not None and "e" not in text:
            kept = "".join(sign for sign in text if sign in "0123456789.")
            assert (
                abs(found)
                == Decimal(kept).normalize().quantize(Decimal("0.000001")).normalize()
            )


def test_case_02_an_amount_with_its_thousands_is_read(data_dir, capsys):
    path = CASES / "02_unread_amount" / "fin_thousands.csv"
    said = ["--mapping", "canonical_finance_monthly", "--extracted-at", "2003-11-15"]
    assert command_line.main(["import", str(path), *said]) == 0
    assert "0 flagged" in capsys.readouterr().out
    amounts = values(held(data_dir, "finance_monthly"), "budget_profiled", "actual")
    assert {kind for row in amounts for kind in map(type, row)} == {Decimal}
    assert (Decimal("120000"), Decimal("120000")) in amounts


FIGURE = {"kpi_id": "cust_public_confidence", "n": "", "value": "0.58"}


@pytest.mark.parametrize(
    ("kpi_id", "written", "value"),
    [
        ("cust_public_confidence", "0.58", "0.58"),
        ("cust_public_confidence", "58 %", "0.58"),
        ("cust_public_confidence", "58.25%", "0.5825"),
        ("cust_public_confidence", "1", "1"),
        ("cust_public_confidence", "0.5 %", "0.005"),
        ("cust_public_confidence", "58", None),
        ("cust_public_confidence", "1.2", None),
        ("cust_public_confidence", "158 %", None),
        ("cust_public_confidence", "-0.2", None),
        ("fin_budget_variance", "-22.2 %", "-0.222"),
        ("fin_budget_variance", "-22.2", None),
        ("fin_budget_variance", "120 %", "1.2"),
        ("ops_999_answer_p95", "58", "58"),
        ("ops_999_answer_p95", "58 %", None),
    ],
)
def test_a_published_share_says_whether_it_is_a_percentage(
    kpi_id, written, value, tmp_path_factory, data_dir
):
    good = {**FIGURE, "kpi_id": "ops_999_answer_p95", "value": "4", "source": "another"}
    content = canonical(
        "published_figures", good, {**FIGURE, "kpi_id": kpi_id, "value": written}
    )
    path = save(tmp_path_factory.mktemp("inbox"), content)
    account = take(path, "canonical_published_figures", data_dir)
    found = values(held(data_dir, "published_figures"), "value")
    if value is None:
        assert account["reasons"] == {"not_in_its_unit": 1}
        assert found == [Decimal(4)]
    else:
        assert found == [Decimal(4), Decimal(value)]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("37", "00:00:37"), ("1,234.5", "00:20:34.5"), ("0:01:30", "00:01:30"),
        ("25:00:00", "25:00:00"), ("1:30", None), ("0:61:00", None), ("1e3", None),
        ("0:00:37x", None), ("37 s", None),
    ],
)  # fmt: skip
def test_a_duration_is_seconds_or_hours_minutes_and_seconds(written, seconds):
    assert seconds_of(written) == seconds
