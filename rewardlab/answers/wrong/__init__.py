"""Answers that are surely wrong where they are given."""
