"""Report -> text that a person reads, or JSON that a program does: a folder for each report, a file for each format.

Each format is a pure function in its own file. What several share stands beside the folders.
"""
