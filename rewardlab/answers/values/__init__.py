"""What stands in an answer: numbers, quantities, names, dates, signs."""
