"""Every page through app.py, as a visitor's session runs it, without a browser."""

import string

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from kpis import __main__ as command_line
from kpis import build, reference
from pages import _address, _scope, _text
from tests.exports import PROJECT, canonical, save, take

INDICATOR, IMPORTS = "pages/browse/indicator.py", "pages/data/imports.py"
ATTENDED = "ops_immediate_attended_in_target"
KPIS = [
    ATTENDED,
    "ops_immediate_response_median",
    "ops_999_answered_in_target",
    "cust_public_confidence",
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A data directory with a year of a very small demo."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMAND_DATA_DIR", str(home))
        command_line.main(["demo", "--scale", "0.01", "--years", "1"])
    return home


@pytest.fixture
def real(data_dir):
    """Real data: 120 incidents of February 2004, 90 in time, and a published figure."""
    bring(data_dir, "incidents", [incident(place < 90) for place in range(120)])
    figure = {"area_code": "MPS", "period_start_on": "2003-10-01"}
    bring(data_dir, "published_figures", [figure | {"period_end_on": "2003-12-31"}])
    build.build(data_dir)
    return data_dir


def incident(is_in_time: bool) -> dict[str, str]:
    arrived = "10:08" if is_in_time else "10:20"
    return {
        "created_at": "2004-02-02T10:00:00+00:00",
        "first_dispatched_at": "",
        "first_on_scene_at": f"2004-02-02T{arrived}:00+00:00",
        "closed_at": "",
    }


def bring(home, source: str, rows: list[dict[str, str]]) -> None:
    """Import rows that cover February 2004."""
    name = f"{source}_2004-02-01_to_2004-02-29.csv"
    path = save(home / "inbox", canonical(source, *rows), name)
    assert take(path, f"canonical_{source}", home)["quarantined"] == 0


def visitor(page: str = "", **asked: str) -> AppTest:
    """Open a page as a new visitor; no script may fail."""
    at = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=30)
    at.query_params.update(asked)
    at.run()
    return checked(at.switch_page(page).run() if page else at)


def checked(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    """All text on the page."""
    parts = [*at.title, *at.markdown, *at.caption, *at.error, *at.warning]
    return "\n".join(part.value for part in parts)


def test_without_a_build_the_pages_say_what_to_do(data_dir):
    for page in ("", INDICATOR):
        at = visitor(page)
        assert at.title[0].value == "No figures yet"
        assert "python -m kpis demo" in words(at)
    at = visitor(IMPORTS)
    assert "Nothing has been imported yet." in words(at)
    assert [button.label for button in at.button] == ["Import"]


@pytest.mark.parametrize("by", _scope.PERIOD_NAMES)
def test_every_page_of_the_demo_runs(demo, monkeypatch, by):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    for area in ("MPS", "QK", "IR"):
        at = visitor(area=area, by=by)
        assert "Synthetic data" in words(at)
        for kpi_id in KPIS:
            at = visitor(INDICATOR, kpi=kpi_id, area=area, by=by)
            assert "Synthetic data" in words(at)
            assert at.header[-1].value == "Definition"


def test_the_imports_of_the_demo_are_listed(demo, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor(IMPORTS)
    assert len(at.dataframe[0].value) == 11
    assert "Synthetic data" in words(at)
    assert "0 quarantined" in words(at)


def test_a_figure_of_real_data_has_its_rows(real):
    at = visitor(INDICATOR, kpi=ATTENDED)
    assert at.metric[0].value == "75\u202f%"
    assert at.metric[0].label == r"MPS\, February 2004"
    assert "90 of 120 make 75\u202f%." in words(at)
    assert len(at.dataframe[0].value) == 120
    assert "Synthetic data" not in words(at)


def test_a_chosen_period_gives_way_to_another_kind_of_period(demo, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor(INDICATOR, kpi=ATTENDED)
    at.selectbox(key="period").set_value("2003-11-01 month")
    at = checked(at.run())
    assert at.selectbox(key="period").value == "2003-11-01 month"
    at.selectbox(key="by").set_value("quarter")
    at = checked(at.run())
    assert at.selectbox(key="period").value == "2003-10-01 quarter"


def test_what_is_not_measured_is_no_figure(real):
    at = visitor(INDICATOR, kpi="ops_999_answered_in_target")
    assert not at.metric
    assert not at.get("plotly_chart")
    assert [header.value for header in at.header] == ["Definition"]
    assert "not measured" in words(at)


def test_a_published_figure_stands_for_its_own_period(real):
    at = visitor(INDICATOR, kpi="cust_public_confidence")
    assert at.metric[0].value == "56\u202f%"
    assert at.metric[0].label == r"MPS\, October to December 2003"
    assert "taken as published" in words(at)
    assert "Shown by quarter" in words(at)


def test_a_new_build_shows_at_the_next_run(real):
    at = visitor(INDICATOR, kpi=ATTENDED)
    missed = incident(is_in_time=False)
    more = [missed | {"incident_ref": f"late-{number}"} for number in range(60)]
    bring(real, "incidents", more)
    assert checked(at.run()).metric[0].value == "75\u202f%"
    build.build(real)
    assert checked(at.run()).metric[0].value == "50\u202f%"


def test_the_imports_page_runs_over_real_data(real):
    at = visitor(IMPORTS)
    assert "Real data is shown." in words(at)
    assert "Covers 1 February 2004 to 29 February 2004." in words(at)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_an_address_of_this_machine_alone_is_local(address):
    assert _address.is_local(address)


@pytest.mark.parametrize(
    "address", [None, "", "0.0.0.0", "::", "10.0.0.7", "a.example"]
)
def test_an_address_that_others_reach_is_not_local(address):
    assert not _address.is_local(address)


@pytest.fixture
def everybody_can_reach():
    before = config.get_option("server.address")
    config.set_option("server.address", "0.0.0.0")
    yield
    config.set_option("server.address", before)


def test_where_others_reach_the_server_nothing_is_shown(
    demo, monkeypatch, everybody_can_reach
):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor()
    assert at.title[0].value == "Not shown on this address"
    (error,) = at.error
    assert "0.0.0.0" in error.value
    assert "without `--server.address`" in error.value
    assert len(at.main) == 2


def test_no_two_areas_have_one_name(data_dir):
    names = _scope.area_names(reference.areas(data_dir))
    assert len(set(names.values())) == len(names)
    assert (names["LX"], names["LAM"]) == ("Lambeth", "Lambeth, call centre")
    assert names["HEN"] == "Hendon"


def test_every_sign_of_markdown_is_taken_as_text():
    assert _text.plain("Kensington & Chelsea") == r"Kensington \& Chelsea"
    escaped = _text.plain(string.punctuation)
    assert escaped[::2] == "\\" * len(string.punctuation)
    assert escaped[1::2] == string.punctuation
    assert _text.plain("one\r\n# two") == r"one \# two"
