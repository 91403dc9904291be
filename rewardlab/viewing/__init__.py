"""Looking into a run: its findings with their generations, its groups, and reproductions of what was found."""
