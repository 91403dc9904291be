"""The settings of an audit: which there are, where they may be given, and how their values are read."""
