"""The user's reward code: how rewardlab finds it, calls it as the platform does, and isolates it in processes."""
