"""A peer that speaks as Google's Sheets, Drive, sign-in and public export do, over real TLS behind a CONNECT proxy.

Unmodified clients reach it by two environment variables alone, HTTPS_PROXY and REQUESTS_CA_BUNDLE.

`workbook` what a spreadsheet holds · `identity` keys, assertions, tokens · `quota` · `faults` · `wire` requests and
answers · `services` the APIs · `server` proxy and TLS · `peer` all of it for tests · `command` the same by hand.
"""

from bulkvid_pipeline_tests.peers.google.command import main
from bulkvid_pipeline_tests.peers.google.faults import Fault
from bulkvid_pipeline_tests.peers.google.peer import GooglePeer, KeyFile
from bulkvid_pipeline_tests.peers.google.workbook import Shown

__all__ = ["Fault", "GooglePeer", "KeyFile", "Shown", "main"]
