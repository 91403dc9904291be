"""The words that people write for right and wrong, yes and no."""

from __future__ import annotations

#: Pairs of words for right and wrong; words from different pairs may be mixed.
PAIRS = (
    ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("1", "0"), ("correct", "incorrect"), ("right", "wrong"),
    ("pass", "fail"), ("passed", "failed"), ("good", "bad"), ("ja", "nein"), ("oui", "non"), ("sí", "no"), ("si", "no"),
    ("✓", "✗"), ("✔", "✘"), ("✅", "❌"), ("👍", "👎"),
)  # fmt: skip
RIGHT = frozenset(right for right, _ in PAIRS)
WRONG = frozenset(wrong for _, wrong in PAIRS)
SAME = (frozenset({"yes", "true", "y", "t"}), frozenset({"no", "false", "n", "f"}))
