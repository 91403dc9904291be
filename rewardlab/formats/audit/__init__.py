"""The formats of an audit's report."""
