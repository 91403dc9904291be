"""Connects to an AWS account, and explains what AWS refuses and what to do about it."""
