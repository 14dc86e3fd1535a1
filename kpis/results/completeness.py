"""How much may be missing from a figure before it cannot be trusted.

All thresholds stand here. They are our own: no inspector or statistician published
any for such returns.
"""

# A twentieth. Rows are seldom lost by chance: what a system writes wrongly is mostly of
# one kind. A twentieth of the cases, all of one kind, moves a share by up to five
# points, as much as most changes that a chart is to show.
MOST_LOST = 0.05
