"""What a platform accepts in return."""
