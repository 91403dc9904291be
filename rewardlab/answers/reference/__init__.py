"""Reads references: the answers they accept, and the formats in which answers are to be written."""
