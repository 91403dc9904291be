"""A packaged reward: its manifest, its archive, and how it is opened as a reward."""
