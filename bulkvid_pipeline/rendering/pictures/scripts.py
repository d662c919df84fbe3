"""Properties of a text's writing: cleaning for display, reading direction, emoji, and regional Han shapes. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

MAX_MARKS = 6
"""Combining marks kept on one base character; real languages use fewer, stacked "zalgo" text uses dozens."""

_DROPPED = re.compile(
    # Explicit embeddings, overrides and isolates (we set the direction of a text ourselves), BOM, noncharacters,
    # interlinear annotations and lone surrogates.
    "[\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ufff9-\ufffb\ud800-\udfff]|["
    + "".join(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")

_BMP_EMOJI = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd"
    "\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-"
    "\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55"
)
"""Characters of the basic plane with Emoji_Presentation=Yes (emoji-data.txt of Unicode 15.1)."""
_PICTOGRAPHS = (
    "\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f201-\U0001f265\U0001f300-\U0001f64f"
    "\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7f0\U0001f90c-\U0001f9ff\U0001fa70-\U0001faff"
)
_ONE_EMOJI = (
    f"(?:[{_BMP_EMOJI}{_PICTOGRAPHS}](?!\ufe0e)|[\u00a9\u00ae\u2000-\u3300](?=\ufe0f))"
    "\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
)
EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    f"{_ONE_EMOJI}(?:\u200d(?:{_ONE_EMOJI}|[\u2640\u2642\u2695\u2696\u2708\u2764\u27a1\u26a7\u2b1b]\ufe0f?))*"
)
"""One emoji as a reader sees it (UTS #51 sequences: flags, keycaps, skin tones, tags, joined by ZWJ)."""


class HanVariant(StrEnum):
    """Regional shapes of the Han characters."""

    JAPANESE = "jp"
    KOREAN = "kr"
    SIMPLIFIED = "sc"
    TRADITIONAL = "tc"

    @property
    def locale(self) -> str:
        """BCP 47 tag that the line breaker understands."""
        return {"jp": "ja", "kr": "ko", "sc": "zh-Hans", "tc": "zh-Hant"}[self.value]


_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
WORD_JOINER = "\u2060"
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_TRADITIONAL_ONLY = frozenset(
    "們個這來時會說對學國開關點樣過還後為與長見車門問間電話語讀寫書買賣東馬魚鳥龍體邊萬幾從讓認識記錄應該種"
)
_TALL = re.compile(
    "[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1200-\u139f\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufefc]"
)
_TALLEST = re.compile("[\u1000-\u109f\u1780-\u17ff]")
"""Burmese and Khmer, which stack letters below others."""
_STACKED = re.compile("[\u1ea0-\u1ef9\u01c4-\u01fb]")
"""Latin letters with two marks, as in Vietnamese, or with a mark on a capital."""


def display_text(text: str) -> str:
    """The text prepared for layout: NFC, one line, single blanks, no control or direction-override characters."""
    text = _BLANKS.sub(" ", _DROPPED.sub("", text)).strip()
    return _without_excess_marks(unicodedata.normalize("NFC", text))


def _without_excess_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        # Tag characters and variation selectors are marks or format characters too, but never stack up visibly.
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def is_right_to_left(text: str) -> bool:
    """Whether the first strongly directed character is right-to-left (rules P2 and P3 of UAX #9)."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction == "L":
            return False
        if direction in ("R", "AL"):
            return True
    return False


def han_variant(text: str) -> HanVariant | None:
    """The regional Han shapes for the text; None if it has no East Asian characters."""
    if _KANA.search(text):
        return HanVariant.JAPANESE
    if _HANGUL.search(text):
        return HanVariant.KOREAN
    if _HAN.search(text):
        traditional = any(char in _TRADITIONAL_ONLY for char in text)
        return HanVariant.TRADITIONAL if traditional else HanVariant.SIMPLIFIED
    return None


def settled_variant(text: str, context: HanVariant | None) -> HanVariant | None:
    """The text's variant; if it has only Han characters, which do not identify it, that of the surrounding texts."""
    own = han_variant(text)
    if own in (HanVariant.SIMPLIFIED, HanVariant.TRADITIONAL) and context is not None:
        return context
    return own


def glued(word: str) -> str:
    """A word of a script without blanks, kept on one line."""
    return WORD_JOINER.join(word)


def least_line_height(text: str) -> float:
    """Least line height, in font sizes, at which the marks of the text's scripts do not touch the next line."""
    if _TALLEST.search(text):
        return 1.56
    if _TALL.search(text):
        return 1.42
    if han_variant(text):
        return 1.28
    return 1.26 if EMOJI.search(text) or _STACKED.search(text) else 1.0


def joins_letters(text: str) -> bool:
    """Whether letter spacing would separate letters that the script joins or stacks, or sets without space."""
    return bool(_TALL.search(text)) or han_variant(text) is not None


def split_emoji(text: str) -> list[tuple[str, bool]]:
    """The text as runs of (characters, is_emoji), in order and complete."""
    stretches: list[tuple[str, bool]] = []
    done = 0
    for match in EMOJI.finditer(text):
        if match.start() > done:
            stretches.append((text[done : match.start()], False))
        if stretches and stretches[-1][1]:
            stretches[-1] = (stretches[-1][0] + match.group(), True)
        else:
            stretches.append((match.group(), True))
        done = match.end()
    if done < len(text):
        stretches.append((text[done:], False))
    return stretches


@lru_cache(maxsize=8192)
def is_invisible(char: str) -> bool:
    """Whether a character draws nothing by itself, so that no font needs to have it."""
    point = ord(char)
    return (
        unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")
        or 0xFE00 <= point <= 0xFE0F
        or 0xE0000 <= point <= 0xE0FFF
        or point in (0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0)
        or _DROPPED.match(char) is not None
    )
