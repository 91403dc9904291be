"""What code in an isolated process may reach, and how the kernel keeps it to that."""
