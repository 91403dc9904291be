"""Answers: what a reference accepts, which answer a text gives, what values it holds, and made-up wrong answers."""
