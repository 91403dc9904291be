"""Measurements side by side, each a ratio taken in one run: `make bench`."""
