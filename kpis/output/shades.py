"""How to read the shade of a square, in words."""

from kpis.definitions import Kpi

# by the good direction; in the dark theme a stronger shade is lighter
_WORSE = {
    "higher": "A stronger shade is lower, and so worse.",
    "lower": "A stronger shade is higher, and so worse.",
}
_EITHER = "A stronger shade is higher."


def in_words(kpi: Kpi) -> str:
    """Say what a stronger shade of an indicator means."""
    return _WORSE.get(kpi.judging.better, _EITHER)
