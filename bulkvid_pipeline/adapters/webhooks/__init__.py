"""Sending signed messages to a URL that a user gave: in limited time, to private networks only if allowed.

`signing` makes the headers, `targets` checks addresses, `web.connection` connects only to checked addresses,
`delivery` makes one attempt, `outbox` stores messages and their attempts in the Dagster instance.
"""

from bulkvid_pipeline.adapters.webhooks.delivery import Delivery, deliver
from bulkvid_pipeline.adapters.webhooks.signing import check_secret
from bulkvid_pipeline.adapters.webhooks.targets import check_target

__all__ = [
    "Delivery",
    "check_secret",
    "check_target",
    "deliver",
]
