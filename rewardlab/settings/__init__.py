"""The settings of an audit: what there is to set, where it may be said, and how its values are read."""
