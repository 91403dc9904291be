"""Builds the package: the audited reward, its imports and its dependencies."""
