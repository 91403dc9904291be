"""A reward that is a deployed Lambda function."""
