"""The user's code: its files, what in it is the reward, and how that is called."""
