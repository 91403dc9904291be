"""Which answer a text gives: the reference, or plainly another."""
