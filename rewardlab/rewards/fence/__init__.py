"""The fence: what code in an isolated process may reach, and how the kernel enforces it."""
