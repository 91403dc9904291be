"""How far raters agree beyond chance: coefficients for tables of units by raters, NaN where a rating is missing."""
