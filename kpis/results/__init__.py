"""Results: the cells of a build, each with its state, completeness and disclosure."""

from kpis.results import cells, missing_exports, opened_build, queries, states
from kpis.results.opened_build import Build

__all__ = ["Build", "cells", "missing_exports", "opened_build", "queries", "states"]
