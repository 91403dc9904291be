"""The isolated processes that run the reward: how they are started, called, measured and ended."""
