"""The formats of a proof."""
