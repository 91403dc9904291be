"""Proves a package: runs it in AWS's own runtime client and compares its scores with the audit's."""
