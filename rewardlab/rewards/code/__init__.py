"""The user's code: which files belong to it, which of its functions is the reward, and how that is called."""
