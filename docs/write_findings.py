"""Write docs/findings.md from the catalogue: `python docs/write_findings.py`."""

from __future__ import annotations

from pathlib import Path

from rewardlab.findings import CATALOGUE

FAMILIES = {
    "RL1": "The contract",
    "RL2": "Running",
    "RL3": "Discrimination",
    "RL4": "Validity",
    "RL5": "Judges",
    "RL6": "The baseline",
    "RL7": "Prompts",
    "RL8": "The recipe",
    "RL9": "The package",
}


def page() -> str:
    """The page: a section per family, an entry per code."""
    lines = ["# Findings", "", "`rewardlab explain CODE` prints one of these. A blocker makes the verdict NO-GO.", ""]
    for family, title in FAMILIES.items():
        lines += [f"## {title}", ""]
        for code, entry in CATALOGUE.items():
            if code.startswith(family):
                lines += [f"### {code}: {entry.title}", "", entry.why, "", f"**What to do.** {entry.remedy}", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    Path(__file__).with_name("findings.md").write_text(page(), encoding="utf-8")
