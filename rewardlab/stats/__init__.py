"""Statistics: pure functions from arrays to numbers. They use numpy and scipy and know no prompts, rewards or reports.

A group table is a float array of shape (prompts, generations): NaN marks a generation that has no score.
"""
