"""Runs one solution and evaluates calls to it: `python -I -S sandbox.py`, a job on standard input.

This process belongs to the solution: it may do here whatever it likes. It is told what is called and never what is
expected, and it answers with values, not with verdicts; so what it forges can only be what it must compute anyway.
"""

import json
import os
import resource
import sys

#: CPU seconds, bytes of address space, bytes of a file (the answers are one), open files, processes beside this one.
LIMITS = {
    "RLIMIT_CPU": 2,
    "RLIMIT_AS": 512 << 20,
    "RLIMIT_FSIZE": 1 << 20,
    "RLIMIT_NOFILE": 64,
    "RLIMIT_NPROC": 0,
    "RLIMIT_CORE": 0,
}
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
READY = "ready"
LONGEST, DEEPEST = 10_000, 20
PLAIN = (bool, int, float, complex, str, bytes, type(None))


def main():
    job = json.load(sys.stdin.buffer)
    answers = os.dup(1)
    leave_network()
    for name, most in LIMITS.items():
        resource.setrlimit(getattr(resource, name), (most, most))
    os.write(answers, f"{job['nonce']} {READY}\n".encode())  # what fails from here on is the solution's
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # what the solution prints is no answer
        os.dup2(nothing, descriptor)
    namespace = {"__name__": "solution"}
    exec(compile(job["code"], "solution", "exec"), namespace)  # noqa: S102 - what this process is for
    for number, call in enumerate(job["calls"]):
        try:
            answer = literal(eval(call, namespace))  # noqa: S307 - the row's own call
        except Exception:  # noqa: BLE001, S112 - the solution's: this call has no answer, the next may have one
            continue
        os.write(answers, f"{job['nonce']} {json.dumps([number, answer])}\n".encode())


def leave_network():
    """A network namespace of its own where the kernel lets it; else no sockets, which stops no expert."""
    try:
        if hasattr(os, "unshare"):
            os.unshare(CLONE_NEWUSER | CLONE_NEWNET)
        else:
            import ctypes  # noqa: PLC0415 - only older Pythons need it

            if ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET):
                raise OSError("not allowed")  # noqa: TRY301 - as os.unshare does
    except OSError:
        sys.modules["socket"] = sys.modules["_socket"] = None


def literal(value, depth=0):
    """The value as a Python literal.

    Raises: ValueError for what has none.
    """
    kind = type(value)
    if depth > DEEPEST:
        raise ValueError("too deep")
    if kind in PLAIN:
        text = repr(value)
    elif kind is dict:
        parts = [f"{literal(key, depth + 1)}: {literal(one, depth + 1)}" for key, one in value.items()]
        text = f"{{{', '.join(parts)}}}"
    elif kind in (list, tuple, set, frozenset):
        inner = ", ".join(literal(one, depth + 1) for one in value)
        text = {list: f"[{inner}]", tuple: f"({inner}{',' if inner else ''})"}.get(
            kind, f"{{{inner}}}" if inner else "set()"
        )
    else:
        raise ValueError("no literal")
    if len(text) > LONGEST:
        raise ValueError("too long")
    return text


if __name__ == "__main__":
    main()
