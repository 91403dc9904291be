"""The formats of what `rewardlab package` built."""
