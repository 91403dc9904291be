"""Finds secrets in the files of a package, by a file's name or its content."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

#: Files that count as secrets whatever they contain.
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
#: Names that are exempt: templates without the secret, or plain code.
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
    "a GitLab token": re.compile(rb"\bgl(?:pat|dt|rt|ptt|cbt|imt|ft|soat|agent|oas)-[A-Za-z0-9_-]{20,}"),
    "a Slack token": re.compile(rb"\bxox[abposre]-[A-Za-z0-9-]{20,}|\bxapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{32,}"),
    "a Slack webhook": re.compile(rb"hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{24}"),
    "a Stripe key": re.compile(rb"\b[sr]k_live_[A-Za-z0-9]{24,}|\bwhsec_[A-Za-z0-9+/]{32,}"),
    "an npm token": re.compile(rb"\bnpm_[A-Za-z0-9]{36}\b|(?i:_authToken\s*=\s*)[A-Za-z0-9+/=_-]{30,}"),
    "a PyPI token": re.compile(rb"\bpypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZ)[A-Za-z0-9_-]{50,}"),
    "an Azure storage key": re.compile(
        rb"(?i:AccountKey|SharedAccessKey)\s*=\s*[A-Za-z0-9+/]{42,86}==?(?![A-Za-z0-9+/=])"
    ),
    "an Azure client secret": re.compile(
        rb"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])"
    ),
    "an Azure signature": re.compile(rb"[?&]sig=[A-Za-z0-9%/+]{40,}(?:%3D|=)"),
    "a Databricks token": re.compile(rb"\bdapi[a-f0-9]{32}(?:-\d)?\b"),
    "a SendGrid key": re.compile(rb"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"),
    "a Twilio key": re.compile(rb"(?<![A-Za-z0-9])SK[a-f0-9]{32}(?![A-Za-z0-9])"),
    "a Groq key": re.compile(rb"\bgsk_[A-Za-z0-9]{52}\b"),
    "a Weights & Biases key": re.compile(rb"(?i)\bwandb_(?:api_)?key\W{1,8}[a-f0-9]{40}\b"),
    "a Telegram token": re.compile(rb"(?<![0-9A-Za-z])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    "a signed token (JWT)": re.compile(rb"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}"),
    "a password in a URL": re.compile(
        rb"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@'\"<>{}$%*]{1,64}:"
        rb"(?!(?i:password|passwd|pass|pwd|secret|token|changeme|example|user|xxx+|your[^@\s]*)@)"
        rb"[^\s/:@'\"<>{}$*]{3,128}@"
        rb"(?!(?:[A-Za-z0-9-]+\.)*example\.)[A-Za-z0-9.-]+"
    ),
    "a Google key": re.compile(rb"\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
}


def secrets_in(contents: Mapping[str, bytes]) -> Iterator[str]:
    """`file: what` or `file:line: what` for every secret among these files; the secret itself is not shown."""
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
