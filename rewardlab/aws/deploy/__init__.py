"""Creates a Lambda function, or updates what is asked for and nothing else."""
