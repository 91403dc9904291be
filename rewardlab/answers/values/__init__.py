"""Parses the values in an answer: numbers, quantities, names, dates, signs."""
