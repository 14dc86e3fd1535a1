"""Results: the cells of a build, each with its state, completeness and disclosure."""

from kpis.results import arrivals, cells, opened_build, queries, states
from kpis.results.opened_build import Build

__all__ = ["Build", "arrivals", "cells", "opened_build", "queries", "states"]
