"""What each failure pattern means, and what to do about it: the settings to change by their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.core.diagnostics.causes import Cause
from bulkvid_pipeline.core.diagnostics.exchange import Peer


class Sign(StrEnum):
    """Patterns that no single request shows, but many together."""

    SLOW = "slow"
    SLOW_NETWORK = "slow_network"
    CONNECTIONS_NOT_REUSED = "connections_not_reused"
    HIGH_FAILURE_RATE = "high_failure_rate"
    SUCCEEDED_AFTER_RETRIES = "succeeded_after_retries"


PatternName = Cause | Sign


@dataclass(frozen=True)
class Advice:
    """What a pattern is called in one line, and what to do, in imperative sentences."""

    title: str
    fix: str

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings that `fix` names, in its order."""
        return tuple(dict.fromkeys(re.findall(r"BULKVID_[A-Z0-9_]+", self.fix)))


@dataclass(frozen=True)
class _Words:
    """How a peer is called, and what decides where it is, how long it is waited for, and with which key."""

    called: str
    address: str
    timeout: str
    key: str
    logs: str


_WORDS = {
    Peer.SHEET: _Words(
        "Google",
        "this machine's network, name server and proxy",
        "Set BULKVID_NETWORK_TIMEOUT_S higher, or read a smaller range of the sheet.",
        "Create a new key for the service account and name its file in BULKVID_GOOGLE_CREDENTIALS, or set "
        "BULKVID_GOOGLE_API_KEY to a valid key.",
        "the status page of Google Workspace",
    ),
    Peer.STORAGE: _Words(
        "the storage",
        "BULKVID_S3_ENDPOINT_URL",
        "Set BULKVID_STORAGE_TIMEOUT_S higher, or BULKVID_WORKERS lower so that fewer files go up at once.",
        "Set BULKVID_S3_KEY and BULKVID_S3_SECRET to a valid pair of keys of the server at BULKVID_S3_ENDPOINT_URL.",
        "the storage server's log",
    ),
    Peer.SPEECH: _Words(
        "the speech server",
        "BULKVID_SPEECH_BASE_URL",
        "Set BULKVID_NETWORK_TIMEOUT_S higher (speech may take twice as long), or choose a faster "
        "BULKVID_SPEECH_MODEL.",
        "Set BULKVID_SPEECH_API_KEY to a valid key of the server at BULKVID_SPEECH_BASE_URL.",
        "the speech server's log",
    ),
    Peer.MEDIA: _Words(
        "a server of pictures",
        "the address in the sheet's cell",
        "Give a faster server or a smaller file in the sheet's cell, or set BULKVID_MEDIA_TIMEOUT_S higher.",
        "Give an address in the sheet's cell that can be opened without a login.",
        "that server's log",
    ),
    Peer.WEBHOOK: _Words(
        "the callback's receiver",
        "the job's callback_url",
        "Let the receiver respond at once and do its work afterwards: it is waited for 10 s.",
        "Give the receiver the secret of BULKVID_WEBHOOK_SECRET, with which messages are signed, and let it accept "
        "requests without a login.",
        "the receiver's log",
    ),
    Peer.SCRIPT_WRITER: _Words(
        "the script writer",
        "the script writer's address",
        "Ask for shorter scripts, or set BULKVID_NETWORK_TIMEOUT_S higher.",
        "Give the script writer a valid key.",
        "the script writer's log",
    ),
}
_FOLDER_WORDS = _Words(
    "the output folder",
    "BULKVID_OUTPUT_URL and output_bucket of the job",
    "Look at the disk or network share of the folder; set BULKVID_WORKERS lower to write fewer files at once.",
    "Let the user of this process read and write the folder.",
    "the log of the disk or network share",
)

_GENERAL: dict[PatternName, tuple[str, str]] = {
    Cause.RATE_LIMITED: (
        "{Called} limits the number of requests",
        "Set BULKVID_LIMIT_PER_USER, BULKVID_LIMIT_PER_PROJECT and BULKVID_LIMIT_REFILL_PER_S lower, or "
        "BULKVID_WORKERS lower, so that fewer requests are sent at once.",
    ),
    Cause.NO_CREDIT: (
        "The account at {called} has no credit",
        "Add credit to the account whose key is in BULKVID_SPEECH_API_KEY, or choose another BULKVID_SPEECH_PROVIDER.",
    ),
    Cause.WRONG_CREDENTIALS: ("{Called} does not accept the key", "{key}"),
    Cause.EXPIRED_TOKEN: ("{Called} says that the key or token has expired", "{key}"),
    Cause.WRONG_CLOCK: (
        "This machine's clock is wrong",
        "Set this machine's clock, and keep it right with NTP: tokens and signatures of another time are refused.",
    ),
    Cause.PERMISSION_DENIED: ("{Called} knows the key, but denies access", "{key}"),
    Cause.NOT_FOUND: ("{Called} has nothing at the address", "Check {address}."),
    Cause.INVALID_REQUEST: ("{Called} calls requests invalid", "Check {address}, and what the answer says."),
    Cause.REDIRECTED: (
        "{Called} sends requests to another address, which is not followed",
        "Set {address} to the address to which the answer leads.",
    ),
    Cause.PROXY_REFUSED: (
        "The proxy wants a login",
        "Put user and password into the proxy's URL (HTTPS_PROXY), or let {called} be reached without it (NO_PROXY).",
    ),
    Cause.SERVER_OVERLOADED: (
        "{Called} is overloaded or broken",
        "Look at {logs}, and run the job again later; set BULKVID_WORKERS lower to send less at once.",
    ),
    Cause.UNUSABLE_ANSWER: ("{Called} answers with something that cannot be used", "Check {address}."),
    Cause.DROPPED: (
        "{Called} drops connections",
        "Look at {logs} and at what lies between (proxy, firewall, load balancer: idle and size limits); set "
        "BULKVID_WORKERS lower to hold fewer connections.",
    ),
    Cause.DNS: ("The name of {called} cannot be resolved", "Check {address}, and this machine's name server."),
    Cause.REFUSED: (
        "Nobody listens at the address of {called}",
        "Check {address}, and whether the server runs and its port is open.",
    ),
    Cause.TLS: (
        "No trusted TLS connection to {called}",
        "Check {address} and this machine's clock; behind a proxy or with an authority of your own, name its "
        "certificate in REQUESTS_CA_BUNDLE, AWS_CA_BUNDLE and SSL_CERT_FILE.",
    ),
    Cause.TIMEOUT: ("{Called} does not answer in time", "{timeout}"),
    Cause.UNREACHABLE: ("There is no way to {called}", "Check {address}, and this machine's network and firewall."),
    Cause.OTHER: ("Requests to {called} fail", "Look at the errors in the full log, and check {address}."),
    Sign.SLOW: ("{Called} is slow", "{timeout}"),
    Sign.SLOW_NETWORK: (
        "Everything outside is slow",
        "Look at this machine's network and proxy before any server; set BULKVID_WORKERS lower to share the line "
        "among fewer rows.",
    ),
    Sign.CONNECTIONS_NOT_REUSED: (
        "Every request to {called} opens a new connection",
        "Let the server at {address}, or the proxy before it, keep connections open (keep-alive).",
    ),
    Sign.HIGH_FAILURE_RATE: (
        "More than half of the requests failed",
        "Mend the most frequent pattern first, then try a few rows, as `bulkvid run SHEET --range A1:J6` does, "
        "before the whole sheet.",
    ),
    Sign.SUCCEEDED_AFTER_RETRIES: (
        "Requests failed and succeeded when they were sent again",
        "Nothing is lost, but jobs take longer and will fail when it gets worse: mend the patterns that are named.",
    ),
}

_SPECIAL: dict[tuple[PatternName, Peer | None], tuple[str, str]] = {
    (Cause.READ_QUOTA_PER_USER, Peer.SHEET): (
        "Google's quota of reads per user is used up",
        "Set BULKVID_LIMIT_PER_USER below Google's limit; to Google all your users are one, if they read with one "
        "service account: then set BULKVID_LIMIT_PER_PROJECT so low too, and look what else uses the account of "
        "BULKVID_GOOGLE_CREDENTIALS.",
    ),
    (Cause.READ_QUOTA_PER_PROJECT, Peer.SHEET): (
        "Google's quota of reads per project is used up",
        "Set BULKVID_LIMIT_PER_PROJECT below Google's limit, or raise the quota of the Google Cloud project of "
        "BULKVID_GOOGLE_CREDENTIALS (APIs & Services, Quotas), which other programs may use too.",
    ),
    (Cause.WRITE_QUOTA_PER_USER, Peer.SHEET): (
        "Google's quota of writes per user is used up",
        "Run fewer jobs with write_back at once, or give them a service account of their own in "
        "BULKVID_GOOGLE_CREDENTIALS; set BULKVID_LIMIT_PER_USER and BULKVID_LIMIT_PER_PROJECT below Google's limit.",
    ),
    (Cause.WRITE_QUOTA_PER_PROJECT, Peer.SHEET): (
        "Google's quota of writes per project is used up",
        "Run fewer jobs with write_back at once; set BULKVID_LIMIT_PER_PROJECT below Google's limit, or raise the "
        "quota of the Google Cloud project of BULKVID_GOOGLE_CREDENTIALS.",
    ),
    (Cause.RATE_LIMITED, Peer.SHEET): (
        "Google limits the number of requests",
        "Set BULKVID_LIMIT_PER_USER and BULKVID_LIMIT_PER_PROJECT lower; read with a service account "
        "(BULKVID_GOOGLE_CREDENTIALS) rather than by public link, which Google limits more.",
    ),
    (Cause.RATE_LIMITED, Peer.SPEECH): (
        "The speech server limits the number of requests",
        "Set BULKVID_LIMIT_PER_USER (requests a minute) and BULKVID_LIMIT_PER_PROJECT below the server's limit, and "
        "BULKVID_WORKERS lower; or raise the limit of the account of BULKVID_SPEECH_API_KEY. BULKVID_SPEECH_PACE=here "
        "needs the fewest requests.",
    ),
    (Cause.RATE_LIMITED, Peer.STORAGE): (
        "The storage limits the number of requests",
        "Set BULKVID_WORKERS lower so that fewer files go up at once, or raise the limit of the server at "
        "BULKVID_S3_ENDPOINT_URL.",
    ),
    (Cause.RATE_LIMITED, Peer.MEDIA): (
        "A server of pictures limits the number of requests",
        "Put the pictures into a bucket (BULKVID_MEDIA_BUCKETS) or a folder (BULKVID_MEDIA_FOLDER) of your own, or set "
        "BULKVID_WORKERS lower.",
    ),
    (Cause.RATE_LIMITED, Peer.WEBHOOK): (
        "The callback's receiver limits the number of requests",
        "Let the receiver accept messages more often, or give fewer jobs its address as callback_url. Messages are "
        "sent again for a day.",
    ),
    (Cause.API_DISABLED, Peer.SHEET): (
        "An API of Google is not enabled",
        "Enable the Google Sheets API and the Google Drive API in the Google Cloud console for the project of "
        "BULKVID_GOOGLE_CREDENTIALS, and wait a few minutes.",
    ),
    (Cause.PERMISSION_DENIED, Peer.SHEET): (
        "Google knows the key, but its restrictions or scopes forbid this",
        "Allow the Google Sheets API and this machine in the restrictions of BULKVID_GOOGLE_API_KEY, and the scopes of "
        "Sheets and Drive for the account of BULKVID_GOOGLE_CREDENTIALS.",
    ),
    (Cause.SHEET_NOT_SHARED, Peer.SHEET): (
        "The sheet is not shared",
        'Share the sheet with "Anyone with the link", or with the service account whose file is in '
        "BULKVID_GOOGLE_CREDENTIALS (as Editor, if results are written back).",
    ),
    (Cause.SHEET_NOT_FOUND, Peer.SHEET): (
        "There is no such sheet",
        "Copy the sheet's id from its URL again (sheet_id); it may have been deleted, or moved to the bin.",
    ),
    (Cause.INVALID_REQUEST, Peer.SHEET): (
        "Google calls the sheet's id or range invalid",
        "Check sheet_id, range and the name of the tab in the job.",
    ),
    (Cause.EXPIRED_TOKEN, Peer.SHEET): (
        "Google says that the token has expired",
        "Check this machine's clock; if it is right, create a new key for the service account and name its file in "
        "BULKVID_GOOGLE_CREDENTIALS.",
    ),
    (Cause.EXPIRED_TOKEN, Peer.STORAGE): (
        "The storage's temporary keys have expired",
        "Renew the temporary keys in BULKVID_S3_KEY and BULKVID_S3_SECRET, or leave both empty so that the AWS key "
        "chain renews them by itself.",
    ),
    (Cause.EXPIRED_TOKEN, Peer.MEDIA): (
        "Links to pictures have expired",
        "Put links into the sheet's cells that do not end, or pictures into a bucket of BULKVID_MEDIA_BUCKETS.",
    ),
    (Cause.PERMISSION_DENIED, Peer.SPEECH): (
        "The speech server's key may not use the model",
        "Give the key of BULKVID_SPEECH_API_KEY access to the model BULKVID_SPEECH_MODEL, or choose another.",
    ),
    (Cause.PERMISSION_DENIED, Peer.MEDIA): ("Pictures are not public", "{key}"),
    (Cause.NOT_FOUND, Peer.SPEECH): (
        "The speech server has no such address or model",
        "Check BULKVID_SPEECH_BASE_URL (requests go to its /audio/speech) and BULKVID_SPEECH_MODEL.",
    ),
    (Cause.NOT_FOUND, Peer.MEDIA): (
        "Pictures are not there any more",
        "Open the addresses in the sheet's cells in a browser, and copy them again.",
    ),
    (Cause.INVALID_REQUEST, Peer.SPEECH): (
        "The speech server refuses what it shall speak",
        "Check BULKVID_SPEECH_MODEL and BULKVID_SPEECH_VOICES, and change the script where the answer says so.",
    ),
    (Cause.UNUSABLE_ANSWER, Peer.SPEECH): (
        "The speech server answers with something that is no sound",
        "Check BULKVID_SPEECH_BASE_URL and BULKVID_SPEECH_MODEL.",
    ),
    (Cause.UNUSABLE_ANSWER, Peer.MEDIA): (
        "Pictures are no pictures, or too large",
        "Give a PNG, JPEG or WebP picture, or an MP4, MOV or WebM video, of at most BULKVID_MEDIA_MAX_BYTES.",
    ),
    (Cause.BUCKET_NOT_FOUND, Peer.STORAGE): (
        "The bucket does not exist",
        "Create the bucket, or correct its name in the job (output_bucket) or in BULKVID_OUTPUT_URL; check that "
        "BULKVID_S3_ENDPOINT_URL is its server.",
    ),
    (Cause.BUCKET_DENIED, Peer.STORAGE): (
        "The storage denies access to the bucket",
        "Let the account of BULKVID_S3_KEY read, write and list the bucket (its policy), or set BULKVID_S3_KEY and "
        "BULKVID_S3_SECRET to those of an account that may.",
    ),
    (Cause.WRONG_REGION, Peer.STORAGE): (
        "The bucket is in another region",
        "Set BULKVID_S3_REGION to the bucket's region, and BULKVID_S3_ENDPOINT_URL to its server if it names one.",
    ),
    (Cause.STORAGE_FULL, Peer.STORAGE): (
        "The storage is full",
        "Free space or raise its quota, or publish elsewhere (BULKVID_OUTPUT_URL, or output_bucket of the job).",
    ),
    (Cause.INVALID_REQUEST, Peer.STORAGE): (
        "The storage calls requests invalid",
        "Check the bucket's name, BULKVID_S3_ENDPOINT_URL and BULKVID_S3_REGION, and what the answer says.",
    ),
    (Cause.RECEIVER_REFUSED, Peer.WEBHOOK): (
        "The callback's receiver refuses messages",
        "Let the receiver answer 2xx to messages that it accepts; if it checks signatures, give it the secret of "
        "BULKVID_WEBHOOK_SECRET.",
    ),
    (Cause.RECEIVER_GONE, Peer.WEBHOOK): (
        "The callback's receiver is gone for good (410)",
        "Give new jobs another callback_url, and replay messages once their receiver is back.",
    ),
    (Sign.SLOW, Peer.STORAGE): (
        "The storage is slow",
        "Use a storage server (BULKVID_S3_ENDPOINT_URL) and region (BULKVID_S3_REGION) near this machine; set "
        "BULKVID_WORKERS lower so that fewer files share the line, and BULKVID_STORAGE_TIMEOUT_S higher if uploads end "
        "in timeouts.",
    ),
}

_OF_FOLDERS: dict[PatternName, tuple[str, str]] = {
    Cause.BUCKET_DENIED: (
        "The output folder cannot be written",
        "Let the user of this process read and write the folder, or name another in BULKVID_OUTPUT_URL or in "
        "output_bucket of the job.",
    ),
    Cause.BUCKET_NOT_FOUND: (
        "The output folder does not exist",
        "Make the folder, mount its disk, or name another in BULKVID_OUTPUT_URL or in output_bucket of the job.",
    ),
    Cause.STORAGE_FULL: (
        "The disk of the output folder is full",
        "Free space on it, or name a folder on another disk in BULKVID_OUTPUT_URL or in output_bucket of the job.",
    ),
    Sign.SLOW: ("The output folder is slow", "{timeout}"),
}
_OF_ONE_PEER = {name: told for (name, _), told in _SPECIAL.items()}


def advice_on(name: PatternName, peer: Peer | None, *, is_folder: bool = False) -> Advice:
    """What to say of a pattern at this peer; None for those that concern no single one.

    Args:
        is_folder: the storage is a folder of this machine.
    """
    general = _SPECIAL.get((name, peer)) or _GENERAL.get(name) or _OF_ONE_PEER[name]
    title, fix = (_OF_FOLDERS.get(name) or _GENERAL.get(name) or general) if is_folder else general
    if peer is None:
        return Advice(title, fix)
    words = _FOLDER_WORDS if is_folder else _WORDS[peer]
    told = {**vars(words), "Called": words.called[0].upper() + words.called[1:]}
    return Advice(title.format_map(told), fix.format_map(told))
