"""What `make drill` runs: long faults and load. `pytest` alone leaves it out.

Everything here is a test of the suite at greater length, or under more load.
"""

from hypothesis import settings

EXAMPLES = 10 * settings().max_examples

settings.register_profile("drill", settings(), max_examples=EXAMPLES)
settings.load_profile("drill")
