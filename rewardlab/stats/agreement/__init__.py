"""How far raters agree beyond chance: coefficients for tables of units by raters, NaN where a rating is missing.

alpha.py and resampling.py: Krippendorff's alpha and its intervals; gwet.py: percent agreement, AC1, AC2, Fleiss' kappa;
kappa.py: Cohen's; icc.py; concordance.py: Kendall's W, tau-b and u; pairwise.py: each two raters; panel.py: all of it.
"""
