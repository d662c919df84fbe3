"""Which encoding the text of a file is in that is not UTF-8: judged by the languages that it could be.

Every encoding that fits the bytes gives another text. The likeliest text is the one whose letters are those of one
language, as often as that language has them; where two texts are about as likely, neither is taken. General detectors
were measured to take Windows-1251 for a Macintosh encoding, and Windows-1253 too, at the length of a short sheet.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

SAMPLED_BYTES = 20_000
"""Of the cells that are not ASCII; more says nothing new."""
_ENOUGH = -4.3
"""Mean natural logarithm of likelihood below which a text is of no language here; short sheets in 30 languages gave
-1.1 to -3.8, garbled ones less than -4.7."""
_CLEAR = 2.0
"""How much likelier (natural logarithm, whole sample) the best text must be than the next."""

_RARE = frozenset(
    {"mac_roman", "mac_cyrillic", "mac_greek", "koi8_r", "koi8_u", "cp866", "iso8859_2", "iso8859_5", "euc_jp"}
)
_RARE_TODAY = 3.0
"""How much less likely (natural logarithm) these encodings are before a byte is seen."""

_SINGLE = {
    "cp1252": "fr de es pt it da sv is nl ca en fi sq",
    "cp1250": "pl cs sk hu ro hr sl sq de",
    "iso8859_2": "pl cs sk hu ro hr sl",
    "cp1254": "tr",
    "cp1257": "lt lv et",
    "mac_roman": "fr de es pt it da sv nl ca",
    "cp1251": "ru uk bg sr mk be",
    "koi8_r": "ru",
    "koi8_u": "uk",
    "cp866": "ru",
    "mac_cyrillic": "ru uk bg",
    "iso8859_5": "ru bg sr",
    "cp1253": "el",
    "mac_greek": "el",
    "cp1255": "he",
    "cp1256": "ar fa ur",
    "cp874": "th",
}
_DOUBLE = {
    "gb18030": "zh-hans",
    "big5": "zh-hant",
    "cp932": "ja",
    "euc_jp": "ja",
    "cp949": "ko",
}
_NAMES = {
    "cp1252": "Windows-1252 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "iso8859_2": "ISO 8859-2 (Central European)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1257": "Windows-1257 (Baltic)",
    "mac_roman": "Macintosh Roman",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Russian)",
    "koi8_u": "KOI8-U (Ukrainian)",
    "cp866": "DOS Cyrillic (866)",
    "mac_cyrillic": "Macintosh Cyrillic",
    "iso8859_5": "ISO 8859-5 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "mac_greek": "Macintosh Greek",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp874": "Windows-874 (Thai)",
    "gb18030": "GBK (simplified Chinese)",
    "big5": "Big5 (traditional Chinese)",
    "cp932": "Shift-JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "cp949": "Windows-949 (Korean)",
}

# Letters outside ASCII, the most frequent first; general knowledge of these languages, with rough ranks.
_ACCENTED = {
    "en": "éèêëïçàôöüñ",
    "fr": "éèàêçùôîâûœëïÿæü",
    "de": "üäöß",
    "es": "óíáéñúü",
    "pt": "ãáçéóíêõâúàôü",
    "it": "àèòùéìîó",
    "da": "åøæéö",
    "sv": "äåöé",
    "fi": "äöå",
    "is": "áíðéóöþúæý",
    "nl": "ëéïèüöó",
    "ca": "óéàèíçïúòü",
    "pl": "łążęśóćźń",
    "cs": "íáéěřžčýšůúóťďň",
    "sk": "áíčžéýšúťľôóäňďĺŕ",
    "hu": "áéőöíóűüú",
    "ro": "ăîâşţșț",
    "hr": "čšžćđ",
    "sl": "čšž",
    "sq": "ëç",
    "tr": "ıüşğçöâîû",
    "lt": "ėšžįųčūąę",
    "lv": "āīšēņūļžčģķ",
    "et": "äõüöšž",
}
_WHOLE = {
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "uk": "оаниівтерслкдмупзяьбгйхчцжюїєшфщґ",
    "bg": "аоеитнрсвлкдпмзугъяйбчщжцшхюфь",
    "sr": "аоиенрстувјкдмлпзбгшчцжхћњђљџф",
    "mk": "аоиентрсвкдлумпјзбгчцшжфхѓќњљџѕ",
    "be": "аніеорсткўыдялмупзбвьгчцжхёюшйэф",
    "el": "αοιετνσηρπκυμλίςόάγδέήθχύωφβώξζψϊϋΐΰ",
    "he": "יוהלאתרםשבנמעחדקפכטןצזגסךףץ",
    "ar": "اليمونرتبةعدسفهكحقجشىصطخأضثزءذإغظئآؤ",
    "fa": "ایرندهمتوسبشکزگلخپقعفجحآصطغچضثذظژ",
    "ur": "ایرکےنمتوہسلبدپگچشجعقفطصزخحضغڈٹآڑھئںثذظ",
    "th": "ารนกอเงมยลวดทสตะปบคหแจพชขใไโผซถณศธฟฝฉฐญษภฮฆฒฬฎ",
}
_THAI_SIGNS = "่้ิีัื็ุู์ำ๊๋ึๆฯฤ"
_HAN = {
    "zh-hans": "的一是了我不在人有他这个们来到时大地为子中你说生国年着就那和"
    "要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看"
    "起发当没成只如事把还用第样道想作种开早晨上晚水放按茶分钟每喝杯",
    "zh-hant": "的一是了我不在人有他這個們來到時大地為子中你說生國年著就那和"
    "要她出也得裡後自以會家可下而過天去能對小多然於心學麼之都好看"
    "起發當沒成只如事把還用第樣道想作種開早晨上晚水放按茶分鐘每喝杯",
    "ja": "日一人年大出本中時行見月分後前生今朝上下水手入何食言話気間最初新方思使作",
    "ko": "",
}
_FITTING_SIGNS = frozenset("“”‘’„‚–—…«»¡¿€£°º№§©®™·•´`½¼²³×")
_IDEOGRAPHIC_SIGNS = frozenset("，。、！？：；「」『』（）《》・…—“”‘’ー　％～【】")


@dataclass(frozen=True)
class Judged:
    """An encoding, its name for people, and how likely its text is (mean natural logarithm)."""

    encoding: str
    name: str
    likelihood: float


def judge_encoding(data: bytes) -> Judged | None:
    """The encoding of a delimited text that is not UTF-8; None where its text is in doubt."""
    sample = b"\n".join(_foreign_cells(data))[:SAMPLED_BYTES]
    sample = sample[: sample.rfind(b"\n") if b"\n" in sample and len(sample) == SAMPLED_BYTES else None]
    if not sample:
        return None
    scored: dict[str, tuple[float, str]] = {}
    size = sum(byte >= 0x80 for byte in sample)
    for encoding, languages in (*_SINGLE.items(), *_DOUBLE.items()):
        try:
            text = sample.decode(encoding)
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        fit = max(_fit(text, language) for language in languages.split()) - (_RARE_TODAY if encoding in _RARE else 0.0)
        if text not in scored or fit > scored[text][0]:
            scored[text] = (fit, encoding if text not in scored or scored[text][0] < fit else scored[text][1])
    if not scored:
        return None
    ranked = sorted(scored.values(), reverse=True)
    best, encoding = ranked[0]
    if best / size < _ENOUGH or (len(ranked) > 1 and best - ranked[1][0] < _CLEAR):
        return None
    return Judged(encoding, _NAMES[encoding], best / size)


def _foreign_cells(data: bytes) -> Iterator[bytes]:
    """Each different piece between delimiters that is not ASCII; the delimiters are no part of any character here."""
    return iter(dict.fromkeys(piece for piece in re.split(rb'[,;\t\r\n"]', data) if not piece.isascii()))


def _fit(text: str, language: str) -> float:
    """Natural logarithm of the likelihood of a text's characters outside ASCII in a language."""
    table = _likelihoods(language)
    total = 0.0
    for at, character in enumerate(text):
        if character.isascii():
            continue
        before, after = text[at - 1] if at else " ", text[at + 1] if at + 1 < len(text) else " "
        known = table.get(character.lower())
        if language in _HAN:
            total += _likelihood_of_east_asian(character, language) if known is None else known
        elif known is None:
            total += _likelihood_of_sign(character, before, after)
        else:
            total += known + _penalty(character, before, after, mixes=language in _ACCENTED)
    return total


def _penalty(character: str, before: str, after: str, *, mixes: bool) -> float:
    """What a letter loses by its neighbours: a capital in a word, a letter of another script, an odd word of one."""
    penalty = 0.0
    if character.isupper() and before.islower():
        penalty -= 4.0
    if (character == "ς" and after.isalpha()) or (character == "σ" and not after.isalpha()):
        penalty -= 4.0  # Greek has a sigma of its own for the ends of words.
    if not mixes and (_is_latin(before) or _is_latin(after)):
        penalty -= 6.0
    if not before.isalpha() and not after.isalpha() and character.lower() not in "àéèóáöåêю":
        penalty -= 3.0
    return penalty


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _likelihood_of_sign(character: str, before: str, after: str) -> float:
    """Of a character that is no letter of the language: signs have their places beside words."""
    in_word = before.isalpha() and after.isalpha()
    match character:
        case "’" | "‘" if in_word:
            return math.log(0.4)
        case "“" | "„" | "«" | "‘" | "¿" | "¡" if not before.isalpha():
            return math.log(0.02)
        case "°" if not before.isalpha():
            return math.log(0.02)
        case "”" | "’" | "»" | "…" | "™" | "®" | "€" if not after.isalpha():
            return math.log(0.02)
        case "–" | "—" | "•" | "€" | "£" if not after.isalpha() or after == before:
            return math.log(0.02)
        case "\u00a0":
            return math.log(5e-3)
        case _ if character in _FITTING_SIGNS - {"–", "—"} and not in_word:
            return math.log(2e-4)
        case _:
            return math.log(1e-6)


def _likelihood_of_east_asian(character: str, language: str) -> float:
    if character in _IDEOGRAPHIC_SIGNS:
        return math.log(0.02)
    name = unicodedata.name(character, "")
    if name.startswith(("CYRILLIC", "GREEK")):
        return math.log(5e-3)  # these sets hold such letters too, two bytes each
    if language == "ja" and name.startswith(("HIRAGANA", "KATAKANA")):
        return math.log(0.012)
    if language == "ko" and name.startswith("HANGUL SYLLABLE"):
        return math.log(0.3 / 400) if _is_common_hangul(character) else math.log(1e-5)
    return math.log(_likelihood_of_han(character, language))


def _is_common_hangul(character: str) -> bool:
    """Whether KS X 1001 has the syllable: the 2,350 in use of 11,172."""
    try:
        return len(character.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def _likelihood_of_han(character: str, language: str) -> float:
    """First levels of the national sets hold the characters in use, ordered apart from the rare ones."""
    levels = {"zh-hans": ("gb2312", 0xB0, 0xD7), "zh-hant": ("big5", 0xA4, 0xC6), "ja": ("cp932", 0x88, 0x98)}
    if language not in levels:
        return 1e-8
    encoding, first, last = levels[language]
    try:
        lead = character.encode(encoding)[0]
    except UnicodeEncodeError:
        return 1e-8
    return 0.5 / 3_500 if first <= lead <= last else 1e-7


@cache
def _likelihoods(language: str) -> Mapping[str, float]:
    """Logarithms by lower-case character; a share falls with its rank, as in most languages."""
    if language in _HAN:
        return {character: math.log(0.4 / (rank + 20)) for rank, character in enumerate(_HAN[language])}
    if language in _ACCENTED:
        letters, mass = _ACCENTED[language], 0.9
    else:
        letters, mass = _WHOLE[language] + (_THAI_SIGNS if language == "th" else ""), 0.97
    weights = [1 / (rank + 4) for rank in range(len(letters))]
    return {letter: math.log(mass * weight / sum(weights)) for letter, weight in zip(letters, weights, strict=True)}
