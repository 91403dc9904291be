"""How a reward is tried: the worker it runs in, the answers made up for it, what they earned."""
