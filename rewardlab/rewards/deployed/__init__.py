"""Rewards that are deployed Lambda functions."""
