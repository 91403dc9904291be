"""Judges: definitions, the prompt a judge reads, its verdict, and the panel of several."""
