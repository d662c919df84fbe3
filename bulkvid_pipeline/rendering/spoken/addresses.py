"""Web and mail addresses, handles and hashtags in words."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import LETTER
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words

_ENDS = "com|org|net|io|dev|app|co|ai|edu|gov|info|shop|store|blog|tv|me|eu|us|uk|de|at|ch|fr|be|nl|es|it|pt|br|mx|ar|"
_ENDS += "pl|cz|ru|ua|tr|in|cn|jp|kr|se|no|dk|fi|gr|ie|ca|au|nz|za|xyz|online|site|tech|cloud|academy|studio"
_STOP = "\\s<>\"'“”«»)\\]\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef"
_URL = re.compile(rf"(?:(?:https?|ftp)://|(?<![{LETTER}\d.@])www\.)[^{_STOP}]{{0,2000}}[^{_STOP}.,;:!?]")
_DOMAIN = re.compile(
    rf"(?<![{LETTER}\d@._-])(?![a-zA-Z]\.[a-z]{{2}}(?![\w/]))[a-zA-Z0-9\u00c0-\u024f][\w-]{{0,62}}(?:\.[a-zA-Z0-9\u00c0-\u024f_-]{{1,63}}){{0,4}}\.(?:{_ENDS})"
    rf"(?:/[^{_STOP}]{{0,500}}[^{_STOP}.,;:!?]|/)?(?![{LETTER}\d_@]|\.[{LETTER}\d])"
)
_FILE = re.compile(
    rf"(?<![{LETTER}\d@._/-])\w[\w-]{{0,60}}(?:\.[\w-]{{1,30}}){{0,3}}\.(?:txt|pdf|docx?|xlsx?|pptx?|csv|json|ya?ml|xml|html?|css|"
    rf"js|ts|py|rb|sh|exe|zip|png|jpe?g|gif|svg|webp|mp[34]|wav|mov|md|ini|log|sql|srt|vtt|psd)(?![{LETTER}\d_@]|\.\w)"
)
_IN_NAMES = rf"{LETTER}\d_"
_EMAIL = re.compile(
    rf"(?<![{_IN_NAMES}.+-])[{_IN_NAMES}.+-]{{1,64}}@[{_IN_NAMES}-]{{1,63}}(?:\.[{_IN_NAMES}-]{{1,63}}){{1,6}}"
)
_HANDLE = re.compile(rf"(?<![{_IN_NAMES}@/.])@(?P<name>\w(?:[\w.]{{0,60}}\w)?)")
_HASHTAG = re.compile(rf"(?<![{_IN_NAMES}#&/])[#＃](?P<name>(?=\w{{0,60}}[^\W\d])\w{{1,60}})")
_CAMEL = re.compile(r"(?<=[a-zß-öø-ÿа-я])(?=[A-ZÀ-ÖØ-ÞА-Я])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_QUERY = re.compile(r"[?#]")


def address_rules(readings: Readings) -> list[Rule]:
    """The rules of addresses in a language."""
    words = readings.words
    return [
        Rule(_EMAIL, lambda match: _said_address(match.group(), words)),
        Rule(_URL, lambda match: _said_url(match.group(), words)),
        Rule(_DOMAIN, lambda match: _said_url(match.group(), words)),
        Rule(_FILE, lambda match: _said_address(match.group(), words)),
        Rule(_HANDLE, lambda match: f"{_pause(words.at)} {_said_address(match['name'], words)}".lstrip()),
        Rule(_HASHTAG, lambda match: f"{words.hashtag} {_said_tag(match['name'])}".lstrip()),
    ]


def _pause(word: str) -> str:
    """The word, where it is one: a name does not begin with a pause."""
    return "" if word == "," else word


def _said_url(url: str, words: Words) -> str:
    """Host and path in spoken words, without the query, which is useless to a listener."""
    bare = _QUERY.split(re.sub(r"^\w{1,10}://", "", url))[0].rstrip("/")
    return _said_address(re.sub(r"^www\.", "", bare), words)


def _said_address(address: str, words: Words) -> str:
    said = {".": words.dot, "@": words.at, "/": words.slash, "-": words.dash, "_": words.underscore}
    spaced = "".join(char if char.isalnum() else f" {said.get(char, '')} " for char in address)
    return " ".join(spaced.split())


def _said_tag(name: str) -> str:
    """A tag's words: #TeaBreak2024, #tea_break."""
    return " ".join(_CAMEL.sub(" ", name.replace("_", " ")).split())
