"""What an answer is: what a reference says, what it is worth, which answer a text gives, and which are surely wrong."""
