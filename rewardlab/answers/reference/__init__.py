"""What a reference answers with, and the formats in which it is written."""
