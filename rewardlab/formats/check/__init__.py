"""The formats of a check's report."""
