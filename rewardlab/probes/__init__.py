"""One probe per file, each asking one question: `run` of a measured run, `reward` of the reward itself, no model."""
