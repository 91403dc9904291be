"""Reads a file of ratings by any raters, long or wide, into a table of units by raters, and measures agreement."""
