"""The user's reward code: found by what it defines, called as the platform calls it, in processes of its own."""
