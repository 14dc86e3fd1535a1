"""Fifty people at once on one server: each is shown the area that was chosen."""

import pytest

from tests import crowd
from tests.bench_pages import PAGES
from tests.browser import serving

PEOPLE = 50
SECONDS = 20


@pytest.mark.parametrize(("page", "query"), PAGES.values(), ids=PAGES)
def test_fifty_people_at_once_meet_no_error(made_once, tmp_path, page, query):
    home = made_once("--scale", "0.03", "--years", "2")
    with serving.server(home, tmp_path / "log.txt", {}) as address:
        answers = crowd.work(address, page, query, PEOPLE, SECONDS)
    assert len(answers) >= PEOPLE
    assert [one.errors for one in answers if one.errors] == []
