"""A second thread's wait for a processor is no part of a process's own time either."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time

import pytest

from rewardlab.rewards.isolation.clock import OwnClock, delay_of


def _burn(stop):
    while not stop.is_set():
        pass


@pytest.mark.process
def test_what_another_thread_waits_is_taken_off():
    """Twice as many busy processes as processors: a thread that computes waits about as long as it works."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    hogs = [context.Process(target=_burn, args=(stop,), daemon=True) for _ in range(2 * (os.cpu_count() or 1))]
    for hog in hogs:
        hog.start()
    try:
        found: dict[str, float] = {}

        def work():
            found["id"] = threading.get_native_id()
            end = time.thread_time() + 0.5
            while time.thread_time() < end:
                pass
            found["waited"] = delay_of(f"self/task/{int(found['id'])}")
            measured.wait()  # what is known of a thread goes with it

        measured = threading.Event()
        clock, began = OwnClock(lambda: int(found["id"]) if "id" in found else None), time.perf_counter()
        before, _ = clock.now()
        thread = threading.Thread(target=work)
        thread.start()
        while "waited" not in found:
            time.sleep(0.01)
        own, wall = clock.now()[0] - before, time.perf_counter() - began
        measured.set()
        assert found["waited"] > 0.05
        assert own < wall - 0.8 * found["waited"]
        thread.join()
    finally:
        stop.set()
        for hog in hogs:
            hog.join()
