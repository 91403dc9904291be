"""A small real server that speaks OpenAI's interface and misbehaves on purpose."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Misbehaving(ThreadingHTTPServer):
    """A server whose `behave(body, count)` gives (status, answer, headers) to the count-th request, None to drop it."""

    daemon_threads = True

    def __init__(self, behave, models=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.models = models
        self.behave = behave
        self.bodies = []
        self.keys = set()
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Misbehaving

    def do_GET(self):
        models = self.server.models
        self.send(*((200, models) if models else (404, {"error": {"message": "no list of models"}})), {})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.bodies.append(body)
            self.server.keys.add(self.headers["authorization"])
            count = len(self.server.bodies)
        answer = self.server.behave(body, count)
        if answer is not None:
            self.send(*answer)

    def send(self, status, answer, headers):
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def serving(behave, models=None):
    with Misbehaving(behave, models) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def completion(body, *, count=None, content=None):
    """What a well-behaved server answers: each choice says which seed drew it."""
    texts = [content or f"seed {body.get('seed', 0) + i}" for i in range(count or body.get("n", 1))]
    choices = [
        {"index": i, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for i, text in enumerate(texts)
    ]
    return 200, {"choices": choices, "usage": {"prompt_tokens": 5, "completion_tokens": 2}}, {}


def refuse(status, message, **headers):
    return status, {"error": {"message": message}}, headers
