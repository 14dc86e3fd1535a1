"""Inputs made up by chance, ten times as many as in every run of the tests."""

from tests.ingest.test_csv_records import (
    test_records_given_to_duckdb_are_whole_in_any_file,
    test_well_formed_tables_are_split_as_the_csv_module_does,
)
from tests.ingest.test_import_fuzz import prepared, test_the_account_of_rows_holds
from tests.results.test_disclosure import (
    test_nothing_hidden_follows_whatever_the_numbers_are,
)
from tests.whole.test_cases_editions import (
    test_any_order_gives_the_same_rows_and_none_that_is_held_vanishes,
)
