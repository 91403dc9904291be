"""The exports of annotation and evaluation tools that are read as they come: one module each."""
