"""Opens boto3 clients for the account, region and endpoint that the user's settings name."""

from __future__ import annotations

import functools
import importlib.util
import os
from dataclasses import dataclass
from typing import Any

from rewardlab.cloud.failure import failure
from rewardlab.errors import CloudError, RewardlabError, UsageError

CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Access:
    """The command line's AWS options; where one is None, AWS's own settings apply (environment, ~/.aws, instance).

    `endpoint_url` applies to every service: for LocalStack, moto or a proxy.
    """

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None


def open_client(
    service: str,
    access: Access,
    *,
    attempts: int = 8,
    read_seconds: float = 60.0,
    connections: int = 10,
    raises: type[RewardlabError] = CloudError,
) -> Any:
    """A boto3 client of `service`; nothing is sent yet.

    botocore tries a request up to `attempts` times when AWS throttles or fails, and waits longer each time.
    Raises: UsageError when boto3 is not installed; `raises` for a profile or a region that does not exist.
    """
    if importlib.util.find_spec("boto3") is None:
        raise UsageError("boto3 is not installed", where=service, do="install rewardlab[aws]")
    import boto3  # noqa: PLC0415 - heavy and optional
    from botocore.config import Config  # noqa: PLC0415 - heavy and optional

    config = Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        max_pool_connections=connections,
        tcp_keepalive=True,  # a long invocation sends nothing for minutes, and routers drop silent connections
    )
    region = access.region or os.environ.get("AWS_REGION")  # boto3 is the only AWS SDK that does not read it
    try:
        session = boto3.Session(botocore_session=_core(), profile_name=access.profile, region_name=region)
        return session.client(service, endpoint_url=access.endpoint_url, config=config)
    except Exception as error:  # botocore's errors share no base
        raise failure(error, where=service, raises=raises) from error


def _core() -> Any:
    """A botocore session with its own settings and credentials, but the cached descriptions of the services."""
    import botocore.session  # noqa: PLC0415 - heavy and optional

    core = botocore.session.get_session()
    core.register_component("data_loader", _descriptions())
    return core


@functools.cache
def _descriptions() -> Any:
    """botocore's descriptions of the services, cached because reading them takes a quarter of a second per client."""
    import botocore.session  # noqa: PLC0415 - heavy and optional

    return botocore.session.get_session().get_component("data_loader")
