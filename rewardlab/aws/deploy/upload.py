"""A zip that is sent to Lambda, directly or through an S3 bucket."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from rewardlab.errors import InputError, UsageError
from rewardlab.platforms import LAMBDA

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """The zip, and the bucket that it is sent through; None to send it directly."""

    path: Path
    sha256: bytes
    size: int
    bucket: str | None = None

    @classmethod
    def of(cls, path: Path, *, bucket: str | None = None) -> Upload:
        """Raises: InputError when it cannot be read; UsageError when it is too large to be sent without a bucket."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror})", where=str(path)) from None
        if bucket is None and len(content) > LAMBDA.zip_mb * MEGABYTE:
            raise UsageError(
                f"{len(content) / MEGABYTE:.0f} MB are too many for a direct upload ({LAMBDA.zip_mb} MB)",
                where=str(path),
                do="go through S3: --s3-bucket BUCKET, in the function's region",
            )
        return cls(path, hashlib.sha256(content).digest(), len(content), bucket)

    @property
    def code_sha256(self) -> str:
        """The zip's SHA-256 as Lambda writes it, in base64."""
        return base64.b64encode(self.sha256).decode()

    @property
    def key(self) -> str:
        """The zip's key in the bucket: made of its digest, so that no other content is overwritten."""
        return f"rewardlab/{self.sha256.hex()}.zip"
