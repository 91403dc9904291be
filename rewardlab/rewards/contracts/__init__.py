"""The platform's contract for what a reward returns."""
