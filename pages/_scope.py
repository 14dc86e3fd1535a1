"""What a page is asked to show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """One build, one area by its code, the kind of period, perhaps an indicator.

    `kpi` is "" while none is chosen.
    """

    build_id: str
    area: str
    by: str
    kpi: str = ""
