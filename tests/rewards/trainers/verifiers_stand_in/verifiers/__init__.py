"""A stand-in with the names of verifiers 0.4.0 that a Task's file and its scoring need; the real one is 100 MB."""
