"""Telling a URL that a user gave about something: signed, never into private space unless allowed, in bounded time.

`signing` makes the headers, `targets` judges addresses, `connection` speaks HTTP with the judged address alone,
`delivery` makes one try, `outbox` keeps messages and their tries in the Dagster instance.
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
