"""What areas are called: no two alike, and which can be chosen."""

import pandas as pd

from kpis.definitions import reference_tables
from kpis.output import area_names


def test_no_two_areas_have_one_name(data_dir):
    names = area_names.unique(reference_tables.areas(data_dir))
    assert len(set(names.values())) == len(names)
    assert (names["LX"], names["LAM"]) == ("Lambeth", "Lambeth, call centre")
    assert names["HEN"] == "Hendon"


def test_a_counter_is_named_and_not_chosen():
    areas = pd.DataFrame(
        [
            ("MPS", "MPS", "mps"),
            ("LX", "Lambeth", "bocu"),
            ("LAM", "Lambeth", "site"),
            ("F1", "Lambeth", "facility"),
            ("F2", "Old Street", "facility"),
            ("F3", "Old Street", "facility"),
        ],
        columns=["code", "name", "kind"],
    )
    assert list(area_names.unique(areas).values()) == [
        "MPS",
        "Lambeth",
        "Lambeth, call centre",
        "Lambeth, counter",
        "Old Street, counter F2",
        "Old Street, counter F3",
    ]
    assert list(area_names.offered(areas)) == ["MPS", "LX", "LAM"]
