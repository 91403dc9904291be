"""The page of large runs in Chromium: its size, first paint, and how long sorting and filtering take."""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import rewardlab
from bench.browser import Browser

SIZES = (10_000, 100_000)
GENERATIONS = 8
#: What is aimed at with 10,000 generations.
TARGETS = {"size": 6.0, "first paint": 1500, "sort": 150, "filter": 150, "search": 150}
REWARD = "def score(completion, reference):\n    return float(completion.split()[-1] == reference)\n"
#: Sorts, filters or searches, and waits until the result is drawn: milliseconds until the frame after.
TIMED = """
const [work, done] = [arguments[0], arguments[1]];
const started = performance.now();
new Function(work)();
requestAnimationFrame(() => setTimeout(() => done(performance.now() - started)));
"""
WORK = {
    "sort": "table.setSort('length', 'desc')",
    "filter": "document.getElementById('by-side').value = 'failure'; applyFilters()",
    "search": "clearFilters(); document.getElementById('search').value = 'wonder'; applyFilters()",
}


@dataclass(frozen=True, slots=True)
class Timing:
    """What one page took: megabytes, and milliseconds by what was done."""

    path: Path
    megabytes: float
    milliseconds: dict[str, float]

    def line(self) -> str:
        """One line: the size and the times."""
        times = ", ".join(f"{name} {value:,.0f} ms" for name, value in self.milliseconds.items())
        return f"{self.megabytes:.2f} MB, {times}"


def timed(path: Path) -> Timing:
    """Open the page in Chromium three times, and take the median of each time; the first search is the slowest."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        sys.exit("Chromium or its driver is missing: make browser")
    runs = [dict(_times(chromium, driver, path)) for _ in range(3)]
    median = {name: sorted(run[name] for run in runs)[1] for name in runs[0]}
    return Timing(path, path.stat().st_size / 1e6, median)


def _times(chromium: str, driver: str, path: Path) -> Iterator[tuple[str, float]]:
    browser = Browser(chromium, driver, width=1280, height=900, dark=False, downloads=path.parent)
    try:
        browser.open(path)
        yield "first paint", float(browser.run("return performance.getEntriesByType('paint')[0].startTime"))
        yield "all rows", float(browser.run("return lab.timings.ready"))
        for name, work in WORK.items():
            yield name, float(browser.driver.execute_async_script(TIMED, work))
    finally:
        browser.close()


def written(folder: Path, generations: int) -> Path:
    """Audit that many recorded generations of about 900 characters, and return the page."""
    rng = random.Random(generations)  # noqa: S311 - texts, not secrets
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 11))) for _ in range(20_000)]
    prompts = range(generations // GENERATIONS)
    asked = ({"id": f"q-{one}", "prompt": f"{one} + 1 = ?", "reference_answer": str(one + 1)} for one in prompts)
    given = (
        {"prompt_id": f"q-{one}", "index": index, "text": _text(rng, words, one), "finish_reason": "stop"}
        for one in prompts
        for index in range(GENERATIONS)
    )
    for name, rows in (("prompts", asked), ("generations", given)):
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    (folder / "reward.py").write_text(REWARD, encoding="utf-8")
    report = rewardlab.audit(
        folder / "reward.py",
        folder / "prompts.jsonl",
        model=f"recorded:{folder / 'generations.jsonl'}",
        num_generations=GENERATIONS,
        out=str(folder / "run"),
    )
    return report.folder / "report.html"


def _text(rng: random.Random, words: list[str], number: int) -> str:
    said = rng.choices(words, k=rng.randint(60, 200))
    said[rng.randrange(len(said))] = "wonder" if rng.random() < 0.1 else "plain"
    return f"{' '.join(said)} The answer is {number + rng.choice((0, 1, 1, 2, 7))}"


def main() -> None:
    """Measure pages of 10,000 and 100,000 generations."""
    print(f"aimed at with 10,000 generations: {TARGETS} (MB, milliseconds)")
    for generations in SIZES:
        with tempfile.TemporaryDirectory() as name:
            started = time.perf_counter()
            page = written(Path(name), generations)
            taken = time.perf_counter() - started
            print(f"{generations:,} generations: {timed(page).line()} (the audit took {taken:.1f} s)", flush=True)


if __name__ == "__main__":
    main()
