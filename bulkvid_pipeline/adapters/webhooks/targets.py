"""Where a callback may go: the address is judged as `adapters.web` does, with what a user of callbacks should know."""

from __future__ import annotations

import time

from bulkvid_pipeline.adapters.web.addresses import (
    Address,
    BadAddressError,
    Resolver,
    Target,
    is_allowed,
    resolved,
    system_resolver,
    target_of,
)
from bulkvid_pipeline.core.errors import (
    CallbackTargetRefusedError,
    CallbackTimeoutError,
    InvalidRequestError,
    NetworkError,
)

_URL_FIX = "Give a callback URL of the form https://host/path"
_USER_FIX = "Leave them out: messages are signed"


def parse_target(url: str) -> Target:
    """The parts of a callback URL.

    Raises:
        InvalidRequestError: no http(s) URL with a host, or one that holds a user or password.
    """
    try:
        return target_of(url)
    except BadAddressError as error:
        fix = _USER_FIX if "password" in str(error) else _URL_FIX
        raise InvalidRequestError(f"The callback URL {error}", fix=fix) from error


def allowed_addresses(
    target: Target, *, allow_private: bool = False, timeout_s: float = 10.0, resolver: Resolver = system_resolver
) -> tuple[Address, ...]:
    """The target's addresses, resolved once: connect to these and resolve no more, or a name could change in between.

    Raises:
        CallbackTargetRefusedError: one of them is not allowed, though others may be.
        CallbackTimeoutError: the name was not resolved within `timeout_s`.
        NetworkError: the name has no address.
    """
    began = time.monotonic()
    try:
        addresses = resolved(target, timeout_s=timeout_s, resolver=resolver)
    except TimeoutError as error:
        waited = time.monotonic() - began
        raise CallbackTimeoutError(
            f"The callback's host {target.host} was not resolved within {waited:.1f} s", fix="Check its name server"
        ) from error
    except OSError as error:
        raise NetworkError(f"The callback's host {target.host} could not be resolved", fix=_URL_FIX) from error
    for address in addresses:
        if not is_allowed(address, allow_private=allow_private):
            raise CallbackTargetRefusedError(
                f"The callback's host {target.host} leads to {address}, which is not on the public internet"
            )
    return addresses


def check_target(
    url: str, *, allow_private: bool = False, timeout_s: float = 10.0, resolver: Resolver = system_resolver
) -> None:
    """Judge a callback URL before a job is started with it; each delivery judges it again.

    Raises:
        InvalidRequestError: it is no usable URL.
        CallbackTargetRefusedError, CallbackTimeoutError, NetworkError: see `allowed_addresses`.
    """
    allowed_addresses(parse_target(url), allow_private=allow_private, timeout_s=timeout_s, resolver=resolver)
