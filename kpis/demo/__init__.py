"""A made-up police force of 2000 to 2004, as exports that can be imported.

It has the size, the boroughs and the published levels of the Metropolitan Police and
nothing of its data. `parameters` says which numbers are published and which assumed.
"""

from kpis.demo.exports import write

__all__ = ["write"]
