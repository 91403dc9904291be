"""Several servers of one model: the least busy is asked, and one that dies is left out and nothing is lost."""

from __future__ import annotations

import os
import re
import signal
import threading
import time

import pytest

from rewardlab.engines.openai import open_engine
from rewardlab.errors import EngineError, UsageError
from rewardlab.task import Prompt, Request, Sampling
from tests.conftest import vllm_serving
from tests.engines.server import completion, refuse, serving

pytestmark = pytest.mark.process

SHORT = Sampling(max_tokens=16)
DOWN = "http://127.0.0.1:9/v1"
PROMPTS = [Prompt(f"p{i}", ({"role": "user", "content": "12+30"},), None, {}, i + 1) for i in range(40)]


def asked(prompts, *indexes):
    return [Request(prompt, indexes) for prompt in prompts]


def fleet_at(*urls, **options):
    return open_engine("inside", {"base_url": ",".join(urls), **options}, environment={})


def drawn(engine, requests):
    """The texts by prompt and index; each came once."""
    found = list(engine.generate(requests, SHORT))
    texts = {(one.prompt_id, one.index): one.text for one in found}
    assert len(texts) == len(found)
    return texts


def as_seeded(*indexes, prompts=PROMPTS):
    return {(one.id, i): f"seed {SHORT.seed_of(one.id) + i}" for one in prompts for i in indexes}


@pytest.mark.engine
def test_of_two_vllm_servers_one_is_killed_and_nothing_is_lost_doubled_or_other(
    vllm_server, arithmetic, arithmetic_prompts, tmp_path
):
    alone = drawn(fleet_at(vllm_server), asked(arithmetic_prompts, 0, 1, 2))
    with vllm_serving(arithmetic / "models" / "inside", tmp_path / "log") as (dying, process):
        drawn(fleet_at(dying), asked(arithmetic_prompts[:20], 0))  # its first steps are slow
        engine = fleet_at(dying, vllm_server, concurrency=2)
        stream, found = engine.generate(asked(arithmetic_prompts, 0, 1, 2), SHORT), []
        for one in stream:
            found.append(one)
            # Two servers share these cores, and the newer may be so slow that it has answered nothing by half time.
            if (engine._hosts[0].answered >= 3 or len(found) >= 300) and process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    assert len(found) == 600
    assert {(one.prompt_id, one.index): one.text for one in found} == alone
    (notice,) = engine.notices
    answers = re.fullmatch(
        rf"{dying} is left out (?:after (\d+) answers|from the start) \(no answer .*\): .* servers", notice
    )
    assert answers is not None, notice
    assert int(answers[1] or 0) < 150
    assert engine.versions["server"] == f"{dying}, {vllm_server}"


def test_the_least_busy_server_is_asked():
    release = threading.Event()

    def slow(body, _):
        return completion(body) if release.wait(20) else None

    def fast(body, _):
        time.sleep(0.002)
        if len(quick.bodies) == 38:
            release.set()
        return completion(body)

    with serving(slow) as stuck, serving(fast) as quick:
        assert drawn(fleet_at(stuck.url, quick.url, concurrency=2), asked(PROMPTS, 0)) == as_seeded(0)
    assert (len(stuck.bodies), len(quick.bodies)) == (2, 38)


def test_each_server_holds_no_more_requests_than_allowed_and_they_share_alike():
    flying, most = {}, {}

    def behave(body, _):
        name = threading.current_thread().name.rpartition("-")[0] + str(body["seed"])
        flying[name] = 1
        most[name] = len(flying)
        time.sleep(0.02)
        flying.pop(name)
        return completion(body)

    with serving(behave) as one, serving(behave) as other:
        drawn(fleet_at(one.url, other.url, concurrency=3), asked(PROMPTS, 0))
        assert 4 <= max(most.values()) <= 6
        assert abs(len(one.bodies) - len(other.bodies)) <= 8


def test_a_server_that_is_down_from_the_start_is_left_out_and_told():
    with serving(lambda body, n: completion(body)) as server:
        engine = fleet_at(DOWN, server.url)
        assert drawn(engine, asked(PROMPTS, 0, 1)) == as_seeded(0, 1)
    (notice,) = engine.notices
    assert notice.startswith(f"{DOWN} is left out from the start (no answer")
    assert notice.endswith("its requests went to the other servers")


def test_where_every_server_is_down_that_is_one_error():
    with pytest.raises(EngineError, match="no answer"):
        drawn(fleet_at(DOWN, DOWN.replace("9", "7")), asked(PROMPTS, 0))


def test_a_server_that_breaks_midway_hands_its_requests_to_the_others():
    def breaks(body, n):
        return completion(body) if n <= 5 else refuse(500, "engine died", **{"retry-after-ms": "1"})

    with serving(breaks) as broken, serving(lambda body, n: completion(body)) as sound:
        engine = fleet_at(broken.url, sound.url, concurrency=4)
        assert drawn(engine, asked(PROMPTS, 0, 1)) == as_seeded(0, 1)
    (notice,) = engine.notices
    assert "still answers 500 after all retries (engine died)" in notice


def test_where_every_server_breaks_what_was_drawn_comes_first_and_then_the_error():
    def breaks(body, n):
        return completion(body) if n <= 3 else refuse(500, "engine died", **{"retry-after-ms": "1"})

    with serving(breaks) as one, serving(breaks) as other:
        engine, found = fleet_at(one.url, other.url, concurrency=1), []
        with pytest.raises(EngineError, match="still answers 500"):
            found.extend(engine.generate(asked(PROMPTS, 0), SHORT))
    assert 3 <= len(found) <= 6


def test_a_server_that_is_busy_for_a_moment_is_not_left_out():
    def busy(body, n):
        return refuse(429, "slow down", **{"retry-after-ms": "5"}) if n % 5 == 1 else completion(body)

    with serving(busy) as one, serving(busy) as other:
        engine = fleet_at(one.url, other.url)
        assert drawn(engine, asked(PROMPTS, 0)) == as_seeded(0)
    assert engine.notices == ()


def test_a_refusal_is_an_error_whichever_server_it_comes_from():
    with (
        serving(lambda body, n: refuse(401, "bad key")) as one,
        serving(lambda body, n: refuse(401, "bad key")) as other,
        pytest.raises(EngineError, match="refuses the key"),
    ):
        drawn(fleet_at(one.url, other.url), asked(PROMPTS, 0))


def test_each_server_is_asked_in_its_own_way_and_the_texts_do_not_depend_on_it():
    def single(body, _):
        return refuse(400, "Only one completion choice is allowed") if "n" in body else completion(body)

    with serving(single) as one, serving(lambda body, n: completion(body)) as other:
        assert drawn(fleet_at(one.url, other.url, concurrency=2), asked(PROMPTS, 0, 1, 2)) == as_seeded(0, 1, 2)
        assert any("n" in body for body in other.bodies)


def test_a_server_that_was_left_out_is_asked_again_in_the_next_round():
    def recovers(body, n):
        return refuse(500, "x", **{"retry-after-ms": "1"}) if n <= 5 else completion(body)

    with serving(recovers) as one, serving(lambda body, n: completion(body)) as other:
        engine = fleet_at(one.url, other.url, concurrency=1)
        drawn(engine, asked(PROMPTS[:6], 0))
        before = len(one.bodies)
        drawn(engine, asked(PROMPTS, 0))
        assert before == 5
        assert len(one.bodies) > 10


@pytest.mark.parametrize(
    ("named", "urls"),
    [
        ("http://a/v1,http://b/v1", ("http://a/v1", "http://b/v1")),
        (" http://a/v1 , http://b/v1/ ,", ("http://a/v1", "http://b/v1")),
        (["http://a/v1", "http://a/v1"], ("http://a/v1",)),
    ],
)
def test_servers_are_named_by_commas_or_a_list_in_the_option_or_the_environment(named, urls):
    shown = ", ".join(urls)
    assert open_engine("m", {"base_url": named}, environment={}).versions["server"] == shown
    if isinstance(named, str):
        assert open_engine("m", {}, environment={"OPENAI_BASE_URL": named}).versions["server"] == shown


@pytest.mark.parametrize(
    "named",
    [
        "localhost:8000/v1",
        "http://a:port/v1",
        "http://",
        "http://a/v1,ftp://b",
        "http://[::1",
        5,
        ",",
        "http://a:99999",
    ],
)
def test_a_url_that_is_none_is_refused(named):
    with pytest.raises(UsageError, match=r"base_url is .*http://HOST:PORT/v1"):
        open_engine("m", {"base_url": named}, environment={})
