"""Proves a package: AWS's own runtime client must give the scores that the audit gave."""
