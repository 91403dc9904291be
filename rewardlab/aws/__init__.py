"""Brings the audited reward to AWS Lambda: builds its zip, proves it in the real runtime, deploys it."""
