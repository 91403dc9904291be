"""What was measured of a run: its scores, what right and wrong answers earn, and what therefore counts as success."""
