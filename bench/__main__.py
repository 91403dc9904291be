"""`make bench`: each claim of speed, measured."""

from __future__ import annotations

import os
import platform
import statistics

from bench import agreement, draw, isolation, recorded, sampling, start, waiting


def main() -> None:
    print(f"python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    print(start.help_ratio(pairs=15).line(), flush=True)
    times = start.recorded_seconds(runs=5)
    print(f"recorded audit of 200 x 8, whole process: {statistics.median(times):.2f} s (target under 2 s)", flush=True)
    for told in recorded.reading():
        print(told, flush=True)
    print(recorded.audits().line(), flush=True)
    print(isolation.overhead(invocations=200), flush=True)
    for ratio in waiting.measure(pairs=9):
        print(ratio.line(), flush=True)
    print(waiting.found_by_itself(), flush=True)
    for ratio in agreement.measure(pairs=5):
        print(ratio.line(), flush=True)
    print(agreement.continuous(), flush=True)
    for line in draw.measure(pairs=15):
        print(line if isinstance(line, str) else line.line(), flush=True)
    for ratio in sampling.measure(pairs=31):
        print(ratio.line(), flush=True)


main()
