"""Views of the overview other than the scoreboard."""
