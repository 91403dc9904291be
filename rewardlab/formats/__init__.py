"""Turns a report into text for a person or JSON for a program: a folder for each report, a file for each format.

Each format is a pure function in its own file. Code that several formats share stands beside the folders.
"""
