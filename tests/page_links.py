"""Links that show every side of every page, for tests that go through all pages."""

from pages._frame import page_list


def links() -> dict[str, str]:
    """Return the links by name, each to be put after the server's address and "/"."""
    return {
        name: link for page in page_list.PAGES for name, link in page.links().items()
    }
