"""Secrets in files that would travel: told by the file's name, or by what stands in it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

#: Files that hold secrets whatever they say.
NAMES = (
    *(".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.ppk", "*.kdbx"),
    *(
        "id_rsa*",
        "id_dsa*",
        "id_ecdsa*",
        "id_ed25519*",
        ".netrc",
        "_netrc",
        ".npmrc",
        ".pypirc",
        ".pgpass",
        ".htpasswd",
    ),
    *(
        "credentials",
        "credentials.*",
        "*credentials*.json",
        "service-account*.json",
        "client_secret*.json",
        "secrets.*",
    ),
)
FOLDERS = {".aws", ".ssh", ".gnupg", ".azure", ".kube", ".docker", ".git"}
#: A file of that name is a template without the secret, or plain code.
HARMLESS = (".env.example", ".env.sample", ".env.template", "secrets.py", "credentials.py")
#: What secrets look like: the issuers' own published prefixes and lengths.
KINDS: Mapping[str, re.Pattern[bytes]] = {
    "an AWS access key": re.compile(rb"(?<![A-Z0-9])(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE)[A-Z0-9]{16}(?![A-Z0-9])"),
    "an AWS secret key": re.compile(rb"(?i)aws_?secret_?(?:access_?)?key\W{1,8}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"),
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    "an Anthropic key": re.compile(rb"\bsk-ant-[A-Za-z0-9_-]{24,}"),
    "an OpenAI key": re.compile(rb"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}"),
    "a Hugging Face token": re.compile(rb"\bhf_[A-Za-z]{34}\b"),
    "a GitHub token": re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})\b"),
    "a Slack token": re.compile(rb"\bxox[abposr]-[A-Za-z0-9-]{20,}"),
    "a Google key": re.compile(rb"\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
}


def secrets_in(contents: Mapping[str, bytes]) -> Iterator[str]:
    """`file: what` or `file:line: what` for every secret among these files; the secret itself is not said."""
    for name, content in sorted(contents.items()):
        if _is_named(name):
            yield f"{name}: a file that holds credentials by its name"
        for kind, pattern in KINDS.items():
            for match in pattern.finditer(content):
                line = content.count(b"\n", 0, match.start()) + 1
                yield f"{name}:{line}: {kind}"


def _is_named(name: str) -> bool:
    path = PurePosixPath(name.lower())
    if path.name in HARMLESS:
        return False
    return bool(FOLDERS & set(path.parts[:-1])) or any(fnmatch.fnmatch(path.name, one) for one in NAMES)
