"""What a platform sends to a reward: the event, its samples, and what stands in them."""
