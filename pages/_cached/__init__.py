"""What is kept between reruns; Streamlit's caches are used nowhere else.

Whatever depends on figures takes the build's id, in a `Scope` or by itself. A new build
has a new id, so nothing old is ever shown and nothing has to be cleared.

Values that are shared as resources are read by all sessions and never changed, which
saves a copy at each use.
"""
