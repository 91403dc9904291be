"""How each trainer calls a reward function, and which return values it accepts."""
