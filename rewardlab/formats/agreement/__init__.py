"""The formats of an agreement report."""
