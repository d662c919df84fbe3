"""Presigned links to objects of S3, many at once (AWS Signature Version 4 in the query).

botocore takes about a millisecond for a link, too much for the results of a job of thousands of rows. So it makes one,
which shows how the bucket is addressed, and the others are signed here in the same form:
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

_DATE = "%Y%m%dT%H%M%SZ"
_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class LinkSigner:
    """Signs links to the objects of a bucket.

    Args:
        origin: scheme and host of the bucket, without a path.
        folder: path of the bucket's root at that host, ending with a slash.
        region: that the bucket's requests are signed for.
        key: access key.
        secret: of the access key.
        token: of a temporary access key.
    """

    origin: str
    folder: str
    region: str
    key: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)

    def link(self, key: str, seconds: int, at: datetime) -> str:
        """A link to the object that is valid for so long from `at` on."""
        path = self.folder + quote(key, safe="/~")
        day, moment = f"{at.astimezone(UTC):%Y%m%d}", at.astimezone(UTC).strftime(_DATE)
        scope = f"{day}/{self.region}/s3/aws4_request"
        parameters = {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{self.key}/{scope}",
            "X-Amz-Date": moment,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
            **({"X-Amz-Security-Token": self.token} if self.token else {}),
        }
        query = "&".join(f"{name}={quote(value, safe='~')}" for name, value in sorted(parameters.items()))
        request = f"GET\n{path}\n{query}\nhost:{self._host}\n\nhost\nUNSIGNED-PAYLOAD"
        text = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.new(self._signing_key(day), text.encode(), hashlib.sha256).hexdigest()
        return f"{self.origin}{path}?{query}&X-Amz-Signature={signature}"

    @cached_property
    def _host(self) -> str:
        return urlsplit(self.origin).netloc

    def _signing_key(self, day: str) -> bytes:
        made = f"AWS4{self.secret}".encode()
        for part in (day, self.region, "s3", "aws4_request"):
            made = hmac.new(made, part.encode(), hashlib.sha256).digest()
        return made


async def signer_of(client: Any, bucket: str) -> tuple[LinkSigner | None, Callable[[str, int], Awaitable[str]]]:
    """What signs links as the client of aiobotocore would, and the client's own way, which is slow.

    There is no signer where a link of the client's has another form (access points, endpoints of one's own kind).
    """

    async def by_client(key: str, seconds: int) -> str:
        where = {"Bucket": bucket, "Key": key}
        return str(await client.generate_presigned_url("get_object", Params=where, ExpiresIn=seconds))

    sample = await by_client("x", 60)
    parts, query = urlsplit(sample), parse_qs(urlsplit(sample).query)
    credentials = client._request_signer._credentials
    if not parts.path.endswith("/x") or "X-Amz-Credential" not in query or credentials is None:
        return None, by_client
    frozen = await credentials.get_frozen_credentials()
    signer = LinkSigner(
        origin=f"{parts.scheme}://{parts.netloc}",
        folder=parts.path.removesuffix("x"),
        region=query["X-Amz-Credential"][0].split("/")[2],
        key=frozen.access_key,
        secret=frozen.secret_key,
        token=frozen.token,
    )
    made = signer.link("x", 60, datetime.strptime(query["X-Amz-Date"][0], _DATE).replace(tzinfo=UTC))
    same = urlsplit(made).path == parts.path and parse_qs(urlsplit(made).query) == query
    return (signer if same else None), by_client
