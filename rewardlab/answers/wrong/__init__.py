"""Makes or picks answers that are surely wrong for a prompt."""
