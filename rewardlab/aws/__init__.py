"""The audited reward as a Lambda: built into a zip, proven in the real runtime, deployed."""
