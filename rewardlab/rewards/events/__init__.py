"""The events that a platform sends to a reward: building them, and reading the samples in them."""
