"""The list of pages is the only place that names them."""

from pathlib import Path

from pages._frame import page_list
from tests.exports import PROJECT
from tests.page_links import links


def test_every_page_is_a_file_that_is_listed_once():
    scripts = {
        path.relative_to(PROJECT).as_posix()
        for path in PROJECT.glob("pages/*/*.py")
        if not path.parent.name.startswith("_")
    }
    listed = [page.path for page in page_list.PAGES]
    assert sorted(listed) == sorted(scripts)


def test_no_two_pages_have_one_name_or_address():
    for of in ("title", "address"):
        found = [getattr(page, of) for page in page_list.PAGES]
        assert len(set(found)) == len(found)


def test_pages_are_named_only_in_the_list():
    for path in [PROJECT / "app.py", *PROJECT.glob("pages/**/*.py")]:
        if path != Path(page_list.__file__):
            text = path.read_text(encoding="utf-8")
            assert not [page for page in page_list.PAGES if page.path in text], path


def test_a_page_without_examples_is_tested_as_it_is_drawn():
    page = page_list.ListedPage("pages/browse/waits.py", "Waits", has_indicator=True)
    assert page.links() == {"waits": f"waits?{page_list.ATTENDED}"}
    whole = page_list.ListedPage("pages/browse/sites.py", "Sites")
    assert whole.links() == {"sites": "sites?"}


def test_no_two_examples_have_one_name():
    count = sum(len(page.links()) for page in page_list.PAGES)
    assert count == len(links())


def test_every_page_has_an_example():
    assert links()["imports"] == "imports?"
    addresses = {link.partition("?")[0] for link in links().values()}
    assert addresses == {page.address for page in page_list.PAGES}
