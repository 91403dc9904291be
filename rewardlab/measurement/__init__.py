"""Measures a run: its scores, what right and wrong answers earned, and which scores count as success."""
