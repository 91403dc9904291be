"""Builds the zip of a Lambda function from the audited reward, its imports and its dependencies."""
