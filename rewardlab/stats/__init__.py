"""Pure statistics: arrays in, numbers out. Knows numpy, scipy and nothing of prompts, rewards or reports.

A group table is a float array of shape (prompts, generations): NaN marks a generation that has no score.
"""
