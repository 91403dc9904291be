"""The bank of rewards run through other tools of the field, side by side: `make peers`."""
