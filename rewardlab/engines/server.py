"""The openai engine's options: the model and its servers, and removal of secrets from texts to be shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, urlsplit

import openai

from rewardlab.engines import check_options, count_option, table_option
from rewardlab.engines.failure import NO_KEY, NO_SERVER
from rewardlab.engines.template import template_at
from rewardlab.errors import EngineError, UsageError
from rewardlab.task import Json

OPTIONS = ("base_url", "api_key", "concurrency", "timeout", "max_retries", "extra_body", "tokenizer")
DEFAULT_URL = "https://api.openai.com/v1"
#: The key sent to a server that needs none.
NO_SECRET = "EMPTY"  # noqa: S105 - the word that such servers' own examples use
#: A shorter key is not treated as a secret, since it would appear in texts by chance.
SHORTEST_SECRET = 6
STARS = "***"
#: A user's name and password in a text that may not be a valid URL.
USER = re.compile(r"(?<=//)[^/\s]*@")


@dataclass(frozen=True)
class Server:
    """The options of the openai engine: one model, behind one server or several that serve the same model."""

    model: str
    urls: tuple[str, ...]
    key: str
    concurrency: int
    timeout: int
    max_retries: int
    extra: Mapping[str, Json]
    tokenizer: str | None

    @classmethod
    def read(cls, model: str, options: Mapping[str, Json], environment: Mapping[str, str]) -> Server:
        """Read the options, with the environment variables as defaults.

        Raises: EngineError when there is neither a key nor a server that may need none; UsageError for an unknown
        option or an invalid value.
        """
        check_options(options, OPTIONS, engine="openai")
        named = options.get("base_url") or environment.get("OPENAI_BASE_URL")
        key = options.get("api_key") or environment.get("OPENAI_API_KEY") or (NO_SECRET if named else None)
        if key is None:
            raise EngineError(
                "no key, and no server of your own", where=f"openai:{model}", do=f"{NO_KEY}; or {NO_SERVER}"
            )
        tokenizer = options.get("tokenizer")
        return cls(
            model=model,
            urls=_urls(named or DEFAULT_URL),
            key=_sendable(str(key).strip()),
            concurrency=count_option(options, "concurrency", 32),
            timeout=count_option(options, "timeout", 600),
            max_retries=count_option(options, "max_retries", 8, least=0),
            extra=table_option(options, "extra_body"),
            tokenizer=None if tokenizer is None else _templated(str(tokenizer)),
        )

    def client(self, url: str) -> openai.AsyncOpenAI:
        """A client for one event loop; connecting times out after ten seconds."""
        timeout = openai.Timeout(self.timeout, connect=min(self.timeout, 10))
        return openai.AsyncOpenAI(api_key=self.key, base_url=url, timeout=timeout, max_retries=self.max_retries)

    @property
    def shown(self) -> str:
        """The URLs without user names and passwords."""
        return ", ".join(shown(url) for url in self.urls)

    @cached_property
    def _secrets(self) -> tuple[str, ...]:
        passwords = [urlsplit(url).password or "" for url in self.urls]
        given = [one for one in (self.key, *passwords) if len(one) >= SHORTEST_SECRET]
        return tuple(dict.fromkeys([*given, *(quote(one, safe="") for one in given)]))

    def plain(self, text: str) -> str:
        """Make a text from the server safe to show and store.

        The key becomes stars; a lone surrogate, which JSON can hold but a file cannot, becomes a question mark.
        """
        for secret in self._secrets:
            text = text.replace(secret, STARS)
        return text if text.isascii() else text.encode(errors="replace").decode()


def _templated(place: str) -> str:
    if template_at(place) is None:
        raise UsageError(
            f"tokenizer is {place!r}, where no chat template is",
            where="engine option",
            expected="a model's folder, or a name in the hub's cache",
        )
    return place


def shown(url: str) -> str:
    """The URL without a user's name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _urls(named: Json) -> tuple[str, ...]:
    """The servers' URLs, separated by commas or in a list, without duplicates."""
    listed = named if isinstance(named, list | tuple) else str(named).split(",")
    urls = list(dict.fromkeys(str(one).strip().rstrip("/") for one in listed if str(one).strip()))
    for url in urls:
        if not _is_url(url):
            raise UsageError(
                f"base_url is {USER.sub('', url)!r}",
                where="engine option",
                expected="http://HOST:PORT/v1, several separated by commas",
            )
    if not urls:
        raise UsageError(f"base_url is {named!r}", where="engine option", expected="http://HOST:PORT/v1")
    return tuple(urls)


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0 and url.isprintable()
        )
    except ValueError:
        return False


def _sendable(key: str) -> str:
    """The key; refused if an HTTP header cannot hold it."""
    if not key or not key.isascii() or not key.isprintable():
        raise UsageError(
            "the key holds a character that no header can (or none at all)",
            where="OPENAI_API_KEY or api_key",
            expected="printable ASCII",
        )
    return key
