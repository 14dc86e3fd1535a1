"""A file goes through the import page, and every open page shows the result."""

import json
import re
import shutil

import pytest
from playwright.sync_api import expect

from kpis.definitions import indicators
from tests.browser.test_accessibility import violations
from tests.browser.visit import (
    board_row,
    choice,
    choose,
    download,
    run_kpis,
    table,
    title,
    visit,
)
from tests.exports import PROJECT

FILE = "incidents_2004-03-01_to_2004-03-31_extracted_2004-04-20.csv"
LAYOUT = "Incidents in this product's own layout"
HEADER = "incident_ref,created_at,origin,bocu_code,grade_first,first_on_scene_at"
ATTENDED = "Immediate incidents attended in target"
SAYS_DEMO = "Synthetic data"


def day_of(number: int) -> str:
    """Return a day for a row: an export for a month has rows on every day."""
    return f"2004-03-{number % 31 + 1:02}"


def incident(number: int, minutes: int, day: str = "") -> str:
    arrived = f"{day_of(number)}T10:{minutes:02}:00+00:00"
    day = day or day_of(number)
    return f"{day}-{number},{day}T10:00:00+00:00,public,QK,I,{arrived}"


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """An export of 150 incidents, 120 of them in time, and one on a 30 February."""
    rows = [incident(number, 8 if number < 120 else 20) for number in range(150)]
    rows.append(incident(150, 8, day="2004-02-30"))
    path = tmp_path_factory.mktemp("export") / FILE
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture
def home(demo_home, tmp_path):
    return shutil.copytree(demo_home, tmp_path / "home")


def figure(page):
    return board_row(page, ATTENDED).locator(".figure > span")


def look(page):
    page.get_by_role("button", name="See what it changes").click()


def take(page):
    page.get_by_role("button", name="Take it").click(timeout=60_000)


def upload(page, file):
    """Choose a file; while the page changes it may show an old form with the new."""
    chooser = page.get_by_test_id("stFileUploader").locator("input")
    expect(chooser).to_have_count(1)
    chooser.set_input_files(file)


def bring_in(page, file, layout):
    upload(page, file)
    expect(page.get_by_text("the columns of this file")).to_be_visible()
    if choice(page, "Layout").input_value() != layout:
        choose(page, "Layout", layout)
    look(page)


def test_a_file_goes_through_the_import_page(serve, home, page, export, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    address = serve(home, TMPDIR=str(temporary))
    colleague = page.context.new_page()
    visit(colleague, address)
    expect(colleague.get_by_text(SAYS_DEMO, exact=True)).to_be_visible()
    of_demo = figure(colleague).inner_text()

    visit(page, f"{address}/imports")
    bring_in(page, export, LAYOUT)
    expect(page.get_by_test_id("stProgress")).to_be_visible()
    lead = page.get_by_text("Nothing counts yet. 150 rows would be added")
    expect(lead).to_be_visible(timeout=60_000)
    # nothing of the export itself waits
    assert list(temporary.glob("import-*")) == []
    assert not (home / "lake").exists()
    take(page)
    outcome = page.get_by_test_id("stAlert")
    expect(outcome).to_contain_text(f"{FILE} is imported.", timeout=60_000)
    expect(outcome).to_contain_text(
        "151 rows read = 150 accepted + 1 quarantined + 0 duplicates + 0 filtered; "
        "0 older rows retired."
    )
    assert list(temporary.glob("import-*")) == []

    (refused,) = table(download(page, "Quarantine (CSV)"))
    assert "2004-02-30T10:00:00+00:00" in refused.values()
    assert "152" in refused.values()

    # an open page shows it at its next interaction, not before
    assert figure(colleague).inner_text() == of_demo
    choose(colleague, "Area", "Brent")
    expect(title(colleague)).to_have_text("Brent, March 2004")
    expect(figure(colleague)).to_have_text(re.compile(r"80\s%"))
    expect(colleague.get_by_text(SAYS_DEMO, exact=True)).to_have_count(0)
    expect(colleague.get_by_role("cell", name="Not measured").first).to_be_visible()

    expect(page.get_by_text("Real data is shown.")).to_be_visible()
    page.get_by_role("button", name="Show synthetic data").click()
    expect(page.get_by_text(SAYS_DEMO, exact=True)).to_be_visible()
    page.get_by_role("button", name="Show real data").click()
    expect(page.get_by_text("Real data is shown.")).to_be_visible()
    expect(page.get_by_text(SAYS_DEMO, exact=True)).to_have_count(0)


def test_a_wrong_layout_is_explained_until_something_else_is_chosen(
    serve, home, page, export
):
    visit(page, f"{serve(home)}/imports")
    bring_in(page, export, "Calls in this product's own layout")
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_contain_text(FILE, timeout=60_000)
    expect(notice).to_contain_text(f"Choose a layout that fits: {LAYOUT}")
    # the file stays, and the old error goes when something changes
    expect(page.get_by_test_id("stFileChip")).to_be_visible()
    choose(page, "Layout", LAYOUT)
    expect(notice).to_have_count(0)
    expect(page.get_by_text(SAYS_DEMO, exact=True)).to_be_visible()
    look(page)
    take(page)
    expect(notice).to_contain_text(f"{FILE} is imported.", timeout=60_000)
    bring_in(page, export, "Calls in this product's own layout")
    expect(notice).to_contain_text("Choose a layout that fits", timeout=60_000)
    page.get_by_role("button", name="Show synthetic data").click()
    expect(page.get_by_text(SAYS_DEMO, exact=True)).to_be_visible()
    expect(notice).to_have_count(0)


def test_without_a_date_the_page_asks_for_it_in_its_own_words(
    serve, home, page, export, tmp_path
):
    file = shutil.copy(export, tmp_path / "march.csv")
    visit(page, f"{serve(home)}/imports")
    upload(page, file)
    expect(page.get_by_text("One layout fits the columns")).to_be_visible()
    expect(choice(page, "Layout")).to_have_value(LAYOUT)
    look(page)
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_contain_text("Fill in When the export was made.")
    assert "--" not in notice.inner_text()

    page.get_by_role("spinbutton", name="day, When the export was made").click()
    page.keyboard.type("200420041200")
    look(page)
    take(page)
    expect(notice).to_contain_text("march.csv is imported.", timeout=60_000)
    made = json.loads(run_kpis(home, "imports", "--json"))[-1]["extracted_at"]
    assert made == "2004-04-20T12:00:00+01:00"


def test_a_real_export_goes_through_the_import_page(serve, page, tmp_path):
    visit(page, f"{serve(tmp_path)}/imports")
    expect(page.get_by_text("Nothing is shown yet.")).to_be_visible()
    look(page)
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_have_text("Choose a file and its layout.")

    fires = PROJECT / "data" / "samples" / "lfb_2009_dwelling_fires_october.csv"
    layout = "London Fire Brigade: dwelling fires with attendance time, 2009"
    upload(page, fires)
    expect(choice(page, "Layout")).to_have_value(layout)
    expect(notice).to_have_count(0)
    look(page)
    take(page)
    expect(notice).to_contain_text(f"{fires.name} is imported.", timeout=60_000)
    expect(page.get_by_test_id("stFileChip")).to_have_count(0)
    rows = "564 rows read = 563 accepted + 0 quarantined + 0 duplicates"
    expect(notice).to_contain_text(
        re.compile(rows.replace(" ", r"\s").replace("+", r"\+"))
    )
    reasons = page.get_by_test_id("stTable")
    outside = "City of London is outside the force's boroughs."
    expect(reasons.get_by_text(outside, exact=True)).to_be_visible()
    expect(page.get_by_text("Real data is shown.")).to_be_visible()
    expect(page.get_by_title("Incidents, October 2009: whole")).to_be_visible()
    needed = page.get_by_role("row").filter(has_text="Calls").get_by_role("cell")
    expect(needed).to_have_text(re.compile(r"never arrived; needed by \d+ indicators"))

    upload(page, fires)
    expect(choice(page, "Layout")).to_have_value(layout)
    look(page)
    known = f"{fires.name}: already imported; nothing changed."
    expect(notice).to_have_text(known, timeout=60_000)
    page.get_by_role("link", name="See the overview").click()
    expect(title(page)).to_have_text("MPS, October 2009")
    never = "No export of published figures has been imported."
    good_job = indicators.load()["cust_public_confidence"].wording.title
    published = board_row(page, good_job)
    expect(published).to_contain_text(never)


EDITION = """\
title = "Jobs by month"
source = "incidents"
may_lack_columns = true
[edition]
file_name = 'made_(?P<year>.{4})-(?P<month>..)-(?P<day>..)'
replaces = "period"
[columns]
incident_ref = { column = "Job" }
created_at = { column = "Raised" }
first_on_scene_at = { column = "Arrived" }
origin = { constant = "public" }
grade_first = { constant = "I" }
bocu_code = { constant = "QK" }
"""


def edition(directory, day: int, *numbers: int, minutes: int = 8):
    rows = [
        f"{number},{day_of(number)}T10:00:00+00:00,"
        f"{day_of(number)}T10:{minutes:02}:00+00:00"
        for number in numbers
    ]
    path = directory / f"jobs_made_2004-04-{day:02}.csv"
    path.write_text("\n".join(["Job,Raised,Arrived", *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture
def with_edition(tmp_path):
    """A data directory with one edition of March: 150 jobs in time."""
    home = tmp_path / "home"
    (home / "mappings").mkdir(parents=True)
    (home / "mappings" / "jobs.toml").write_text(EDITION, encoding="utf-8")
    file = edition(tmp_path, 5, *range(150))
    run_kpis(home, "import", str(file), "--mapping", "jobs")
    run_kpis(home, "build")
    return home


def imports_of(home) -> list[dict]:
    return json.loads(run_kpis(home, "imports", "--json"))


def test_what_an_edition_changes_is_left_or_taken(serve, with_edition, page, tmp_path):
    visit(page, f"{serve(with_edition)}/imports")
    file = edition(tmp_path, 20, *range(120), minutes=30)
    bring_in(page, file, "Jobs by month")
    says = "Nothing counts yet. 30 rows would go out of the figures, all of them of "
    expect(page.get_by_text(f"{says}Brent in March 2004.")).to_be_visible(
        timeout=60_000
    )
    moves = page.locator("table.changes").filter(has_text="Today").get_by_role("row")
    attended = moves.filter(has_text=ATTENDED).filter(has_text="Brent")
    expect(attended).to_contain_text(re.compile(r"Brent, March 2004.*100.%.*0.%"))
    expect(attended).to_contain_text("150 to 120")
    (first, *others) = table(download(page, "Retired rows (CSV)"))
    assert (first["key_incident_ref"], first["line"]) == ("120", "122")
    assert len(others) == 29
    # a visitor who comes later sees it, too, and nothing counts
    colleague = page.context.new_page()
    for theme in ("dark", "light"):
        colleague.emulate_media(color_scheme=theme)
        visit(colleague, page.url)
        expect(colleague.get_by_role("button", name="Leave it")).to_be_visible()
        assert not violations(colleague), theme
    assert len(imports_of(with_edition)) == 1
    page.get_by_role("button", name="Leave it").click()
    expect(page.get_by_text("What this import will change")).to_have_count(0)
    assert len(imports_of(with_edition)) == 1
    # the file is still in the form
    look(page)
    take(page)
    outcome = page.get_by_test_id("stAlert")
    expect(outcome).to_contain_text("30 older rows retired.", timeout=60_000)
    assert imports_of(with_edition)[-1]["retired"] == 30
    expect(page.get_by_text("30 rows of older editions were retired")).to_have_count(0)
    import_id = imports_of(with_edition)[-1]["import_id"]
    choose(page, "One import", f"{file.name} ({import_id})")
    expect(page.get_by_text("30 rows of older editions were retired")).to_be_visible()
    visit(colleague, f"{page.url.partition('/imports')[0]}/?area=QK")
    expect(figure(colleague)).to_have_text(re.compile(r"0\s%"))


def test_what_a_file_covers_can_be_said(serve, with_edition, page, tmp_path):
    visit(page, f"{serve(with_edition)}/imports")
    bring_in(page, edition(tmp_path, 20, *range(150)), "Jobs by month")
    take_it = page.get_by_role("button", name="Take it")
    expect(take_it).to_be_visible(timeout=60_000)
    # its rows say all of March; it was cut after the 14th
    day = page.get_by_role("spinbutton", name="day, Covers to")
    expect(day).to_have_text("31")
    day.click()
    page.keyboard.type("14")
    choose(page, "Areas covered", "These areas")
    look(page)
    expect(page.get_by_test_id("stAlert")).to_contain_text("Choose the areas")
    choice(page, "Areas").fill("Brent")
    page.get_by_role("option", name="Brent", exact=True).click()
    page.keyboard.press("Escape")
    look(page)
    expect(page.get_by_test_id("stProgress")).to_be_visible()
    expect(take_it).to_be_enabled(timeout=60_000)
    take(page)
    expect(page.get_by_test_id("stAlert")).to_contain_text("is imported")
    manifest = json.loads((with_edition / "lake" / "manifest.json").read_text())
    record = list(manifest["imports"].values())[-1]
    assert (record["covers_from"], record["covers_to"]) == ("2004-03-01", "2004-03-14")
    assert record["covers_areas"] == ["QK"]


def test_a_file_that_stops_says_so_and_nothing_waits(serve, page, tmp_path):
    folder = PROJECT / "tests" / "cases" / "11_filter_hides_stop"
    home = tmp_path / "home"
    shutil.copytree(folder, home / "mappings", ignore=shutil.ignore_patterns("*.csv"))
    visit(page, f"{serve(home)}/imports")
    bring_in(page, folder / "filter_hides_stop.csv", "Wrong date format, and a filter")
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_contain_text("none of 2 rows can be read", timeout=60_000)
    expect(page.get_by_text("What this import will change")).to_have_count(0)
    expect(page.get_by_text("1970")).to_have_count(0)


def test_a_column_that_no_row_has_is_said_first(serve, page, tmp_path):
    (file,) = (PROJECT / "tests" / "cases" / "60_all_flagged").glob("*.csv")
    visit(page, f"{serve(tmp_path / 'home')}/imports")
    bring_in(page, file, "Front counter visits in this product's own layout")
    notice = page.get_by_test_id("stAlert")
    says = "None of 398 rows has a facility_code that can be used, and 4 indicators"
    expect(notice).to_contain_text(re.compile(says.replace(" ", r"\s")), timeout=60_000)
    expect(notice).to_contain_text("reference/facility.csv")
    take(page)
    expect(notice).to_contain_text("is imported.", timeout=60_000)
    expect(notice).to_have_text(re.compile(r"^\W*" + says.replace(" ", r"\s")))
