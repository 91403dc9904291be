"""Brings a Lambda function to what is asked of it, and changes nothing else."""
