"""Python judges: what they are given, what they may return, and whatever else they do."""

from __future__ import annotations

import socket
import sys
import tempfile
import threading
from dataclasses import replace
from textwrap import dedent

import psutil
import pytest

from rewardlab.errors import UsageError
from rewardlab.judging.definition import load_judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.python import PythonJudge
from rewardlab.judging.verdict import Verdict
from rewardlab.outcome import Unscored
from tests.kernels import UNFENCED, kernel_here

BOOLEAN = 'kind = "boolean"'
SCORE = 'kind = "score"\nlabels = [1, 2, 3]'


@pytest.fixture
def python(tmp_path):
    """Load the function `judge` of a file with this text as a judge with this scale."""

    made = []

    def load(code, keys=BOOLEAN, folder=".", **reach):
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        (place / "mine.py").write_text(dedent(code))
        (place / "mine.toml").write_text(f'{keys}\nmodel = "python:mine.py:judge"')
        made.append(PythonJudge(replace(load_judge("mine.toml", folder=place), **reach)))
        return made[-1]

    yield load
    for one in made:
        one.close()


def unscored(outcome):
    assert isinstance(outcome, Unscored)
    assert outcome.seconds >= 0
    return outcome.reason, outcome.detail


def test_a_function_is_given_what_it_names(python, prompt):
    judge = python("""
        seen = {}
        def judge(question, messages, reference, response, other, row, extra=None):
            assert (question, reference, response, other, extra) == ("12+30", "42", "41", None, None)
            assert messages == [{"role": "user", "content": "12+30"}] and row["context"] == "sums"
            return "no"
    """)
    assert judge.ask(Exhibit(prompt, "41")) == Verdict(0.0, "no")


def test_a_pair_is_given_in_its_order(python, prompt):
    judge = python("def judge(response, other): return 'A' if response > other else 'B'", 'kind = "pairwise"')
    assert judge.ask(Exhibit(prompt, "2", "1")) == Verdict(0.0, "A")
    assert judge.ask(Exhibit(prompt, "1", "2")) == Verdict(1.0, "B")


def test_a_function_that_takes_any_keyword_is_given_all(python, prompt):
    judge = python("""
        def judge(**given):
            return sorted(given) == ["messages", "other", "question", "reference", "response", "row"]
    """)
    assert judge.ask(Exhibit(prompt, "41")) == Verdict(1.0, "yes")


@pytest.mark.parametrize(
    ("returned", "verdict"),
    [
        ("True", Verdict(1.0, "yes")),
        ("'no'", Verdict(0.0, "no")),
        ("1.0", Verdict(1.0, "yes")),
        ("__import__('numpy').int64(1)", Verdict(1.0, "yes")),
        ("__import__('numpy').bool_(False)", Verdict(0.0, "no")),
    ],
)
def test_returns_that_are_verdicts(python, prompt, returned, verdict):
    assert python(f"def judge(response): return {returned}").ask(Exhibit(prompt, "x")) == verdict


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        ("return None", "abstained", "returned None"),
        ("return float('nan')", "invalid", "nan is not on the scale"),
        ("return float('inf')", "invalid", "inf is not on the scale"),
        ("return 0.5", "invalid", "0.5 is not on the scale"),
        ("return 'maybe'", "invalid", "'maybe' is not on the scale (no, yes)"),
        ("return ['yes']", "invalid", "['yes'] is no label"),
        ("return object", "invalid", "is no label"),
        ("return __import__('numpy').array([1, 2])", "raised", "ValueError"),
        ("raise KeyError('x')", "raised", "KeyError: 'x' (mine.py:1)"),
        ("raise BaseException('x')", "raised", "BaseException: x (mine.py:1)"),
        ("return judge(response)", "raised", "RecursionError"),
        ("import sys; sys.exit(3)", "crashed", "sys.exit(3)"),
        ("quit()", "crashed", "sys.exit(None)"),
        ("raise MemoryError", "crashed", "ran out of memory"),
    ],
)
def test_whatever_else_it_does_costs_one_judgment(python, prompt, body, reason, detail):
    told = unscored(python(f"def judge(response): {body}").ask(Exhibit(prompt, "x")))
    assert told[0] == reason
    assert detail in told[1]


def test_a_return_that_is_hostile_when_looked_at(python, prompt):
    judge = python("""
        class Odd:
            def __repr__(self): raise RuntimeError
            def __getattr__(self, name): raise ZeroDivisionError(name)
        def judge(response): return Odd()
    """)
    assert unscored(judge.ask(Exhibit(prompt, "x")))[0] == "raised"


def test_what_ends_its_process_or_never_ends_costs_one_judgment(python, prompt):
    judge = python(
        """
        import os, signal, time
        def judge(response):
            if response == "exit":
                os._exit(3)
            if response == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if response == "loop":
                time.sleep(600)
            if response == "interrupt":
                raise KeyboardInterrupt
            return 1
        """,
        BOOLEAN + "\nengine.timeout = 2",
    )
    told = [unscored(judge.ask(Exhibit(prompt, text))) for text in ("exit", "kill", "loop", "interrupt")]
    assert told[0] == ("crashed", "the process exited with 3")
    assert told[1] == ("crashed", "killed by SIGKILL")
    assert told[2] == ("timed_out", "no answer within 2 s")
    assert told[3][0] == "raised"
    assert judge.ask(Exhibit(prompt, "x")) == Verdict(1.0, "yes")


def test_it_has_no_credentials_and_reaches_nothing_unless_that_was_said(python, prompt, monkeypatch):
    monkeypatch.setenv("JUDGE_KEY", "k")
    code = """
        import os, socket
        def judge(response):
            if os.environ.get("JUDGE_KEY") != "k":
                return None
            host, port = response.split(":")
            socket.create_connection((host, int(port)), 5).close()
            return "yes"
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert unscored(python(code).ask(Exhibit(prompt, address)))[0] == "abstained"
        reply, network = (
            python(code, environment=("JUDGE_KEY",)).ask(Exhibit(prompt, address)),
            kernel_here().fence().network,
        )
        if network == "":
            assert reply == Verdict(1.0, "yes"), "nothing closes it here, which is told"
        else:
            # A filter of calls refuses the socket before it is told whom it is for.
            what = "opening a socket" if network == "filter" else f"reaching {address}"
            assert unscored(reply)[0] == "raised"
            assert f"[the fence denied {what} (--judge-network allows it)]" in unscored(reply)[1]
        both = python(code, environment=("JUDGE_KEY",), network=True)
        assert both.ask(Exhibit(prompt, address)) == Verdict(1.0, "yes")
    with pytest.raises(UsageError, match=r"--judge-env: NOWHERE_SET is not set"):
        python(code, environment=("NOWHERE_SET",))


def test_what_it_was_kept_from_behind_an_except_is_told(python, prompt):
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as file:
        judge = python(
            f"""
            def judge(response):
                try:
                    return open({file.name!r}).read()
                except OSError:
                    return "no"
            """
        )
        reply = judge.ask(Exhibit(prompt, "x"))
        told = f"the judge answered, but the fence denied it reading {file.name} (--judge-files {file.name} allows it)"
        if kernel_here().landlock:
            assert reply == Verdict(0.0, "no")
            assert told in judge.notes
        else:
            assert unscored(reply) == ("invalid", "'' is not on the scale (no, yes)")
        assert judge.notes == [one for one in judge.notes if one == told or UNFENCED in one]


def test_its_processes_end_with_it(python, prompt):
    judge = python("import os\ndef judge(response): return str(os.getpid())", SCORE)
    detail = unscored(judge.ask(Exhibit(prompt, "x")))[1]
    pid = int(detail.partition("'")[2].partition("'")[0])
    assert psutil.pid_exists(pid)
    judge.close()
    assert not psutil.pid_exists(pid)


def test_an_async_function_is_waited_for(python, prompt):
    judge = python("""
        import asyncio
        async def judge(response):
            await asyncio.sleep(0)
            return response
    """, SCORE)  # fmt: skip
    assert judge.ask(Exhibit(prompt, "2")) == Verdict(2.0, "2")
    assert unscored(judge.ask(Exhibit(prompt, "4")))[0] == "invalid"


def test_a_true_is_no_score(python, prompt):
    assert unscored(python("def judge(response): return True", SCORE).ask(Exhibit(prompt, "x")))[0] == "invalid"


def test_prints_do_not_reach_standard_output(python, prompt, capsys):
    judge = python("""
        print("loading")
        def judge(response):
            print("asked", response)
            return 1
    """)
    judge.ask(Exhibit(prompt, "x"))
    assert capsys.readouterr().out == ""
    assert judge.printed == "loading\nasked x\n"


def test_an_endless_print_is_kept_in_part(python, prompt):
    judge = python("def judge(response): print('x' * (1 << 20)); print('yyy'); return 1")
    assert judge.ask(Exhibit(prompt, "x")) == Verdict(1.0, "yes")
    assert judge.printed == "x" * (1 << 20)


def test_the_prompt_is_not_the_judges_to_change(python, prompt):
    judge = python("""
        def judge(row, messages):
            row["metadata"]["level"] = 9
            messages[0]["content"] = "changed"
            return 1
    """)
    judge.ask(Exhibit(prompt, "x"))
    assert prompt.row["metadata"] == {"level": 3}
    assert prompt.messages[0]["content"] == "12+30"


def test_two_judges_have_each_its_own_helper_of_one_name(python, prompt, tmp_path):
    judges = []
    for folder, answer in (("a", "yes"), ("b", "no")):
        (tmp_path / folder / "pack_of_mine").mkdir(parents=True)
        (tmp_path / folder / "pack_of_mine" / "helper.py").write_text(f"ANSWER = {answer!r}")
        (tmp_path / folder / "later_of_mine.py").write_text(f"ANSWER = {answer!r}")
        judges.append(
            python(
                """
                from pack_of_mine import helper
                def judge(response):
                    import later_of_mine
                    return later_of_mine.ANSWER if helper.ANSWER == later_of_mine.ANSWER else None
                """,
                folder=folder,
            )
        )
    path, modules = list(sys.path), set(sys.modules)
    assert [judge.ask(Exhibit(prompt, "x")).label for judge in (*judges, *judges)] == ["yes", "no", "yes", "no"]
    assert sys.path == path
    assert set(sys.modules) == modules


def test_a_judge_may_be_called_as_a_module_of_the_library_is(prompt, tmp_path):
    (tmp_path / "copy.py").write_text(
        "import dataclasses, json\ndef judge(response): return dataclasses.is_dataclass(1)"
    )
    (tmp_path / "copy.toml").write_text(f'{BOOLEAN}\nmodel = "python:copy.py:judge"')
    with PythonJudge(load_judge("copy.toml", folder=tmp_path)) as judge:
        assert judge.ask(Exhibit(prompt, "x")) == Verdict(0.0, "no")


def test_a_judge_keeps_its_state_and_its_classes_from_call_to_call(python, prompt):
    judge = python("""
        from dataclasses import dataclass
        @dataclass
        class Count:
            n: int = 0
        count = Count()
        def judge(response):
            count.n += 1
            return count.n
    """, SCORE)  # fmt: skip
    assert [judge.ask(Exhibit(prompt, "x")).label for _ in range(3)] == ["1", "2", "3"]


def test_a_module_imported_in_a_call_is_imported_once(python, prompt, tmp_path):
    (tmp_path / "counted_of_mine.py").write_text("calls = []")
    judge = python("""
        def judge(response):
            import counted_of_mine
            counted_of_mine.calls.append(response)
            return len(counted_of_mine.calls)
    """, SCORE)  # fmt: skip
    assert [judge.ask(Exhibit(prompt, "x")).label for _ in range(3)] == ["1", "2", "3"]


def test_calls_of_several_threads_overlap_in_a_process_each(python, prompt, tmp_path):
    """Each waits until the other is there, which it sees by a file."""
    judge = python("""
        import os, pathlib, time
        def judge(response):
            pathlib.Path(response).touch()
            until = time.monotonic() + 20
            while time.monotonic() < until and not (os.path.exists("a") and os.path.exists("b")):
                time.sleep(0.01)
            return os.path.exists("a") and os.path.exists("b")
    """)
    found = []
    with judge.held():
        threads = [
            threading.Thread(target=lambda text=text: found.append(judge.ask(Exhibit(prompt, text)))) for text in "ab"
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [Verdict(1.0, "yes")] * 2
    assert judge.ask(Exhibit(prompt, "a")) == Verdict(1.0, "yes")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "import nowhere_at_all",
            r"mine.py:1: the judge's file cannot be imported: ModuleNotFoundError.*beside the judge",
        ),
        ("import os\nK = os.environ['A_KEY']", r"mine.py:2: .*KeyError: 'A_KEY'.*hand it over with --judge-env A_KEY"),
        ("def judge(:", r"cannot be imported: SyntaxError.*\(line 1\)"),
        ("raise SystemExit(2)", r"exits while it is imported \(sys.exit\(2\)\)"),
        ("def other(response): pass", r"no function 'judge'; expected one of other"),
        ("judge = 3", r"no function 'judge'; expected one of none"),
        ("def judge(response, answer): pass", r"mine.py:judge: the function takes an argument 'answer' that no judge"),
        ("def judge(response, /): pass", r"'response' positional-only"),
    ],
)
def test_what_cannot_be_loaded_says_why_and_where(python, code, message):
    path = list(sys.path)
    with pytest.raises(UsageError, match=message):
        python(code)
    assert sys.path == path
