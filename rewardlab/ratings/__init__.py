"""Anybody's ratings: a file of them, long or wide, read into a table of units by raters."""
