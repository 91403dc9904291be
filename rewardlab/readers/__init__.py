"""The files that people have: prompts, generations, labels, in every form."""
