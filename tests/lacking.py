"""What a new definition should have and has not yet: a notice, and no failure.

A new indicator is one file and a new source is three. The suite stays green with them;
its summary names what else is to be added, and where.
"""

from typing import NoReturn

import pytest

LACKS = " lacks "


def lacking(name: str, what: str, place: str) -> NoReturn:
    """Skip a test of a definition for which `place` has nothing yet."""
    pytest.skip(f"{name}{LACKS}{what}: {place}")


def notices(skipped: list) -> list[str]:
    """Return what lacks, once each, from the reports of skipped tests."""
    reasons = [str(report.longrepr[2]) for report in skipped]
    said = {one.removeprefix("Skipped: ") for one in reasons if LACKS in one}
    return sorted(said)
