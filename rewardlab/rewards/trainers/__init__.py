"""How each trainer calls a reward function, and what it takes in return."""
