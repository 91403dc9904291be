"""Judges: their definitions, the prompts they read, their verdicts, and panels of several judges."""
