"""Coefficients of inter-rater agreement, from tables of units by raters with NaN for a missing rating.

alpha.py and resampling.py: Krippendorff's alpha and its intervals; gwet.py: percent agreement, AC1, AC2, Fleiss' kappa;
kappa.py: Cohen's; icc.py; concordance.py: Kendall's W, tau-b and u; pairwise.py: pairs of raters; panel.py: all of it.
"""
