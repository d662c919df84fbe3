"""German."""

from __future__ import annotations

import re
from dataclasses import replace

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, LETTER, forms, word_set
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words

_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
_ONES = (
    *("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    *("dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"),
)
_TENS = ("", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")
_ORDINALS = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
_FEMININE = re.compile(
    r"(?:Million|Milliarde|Billion|Tonne|Sekunde|Millisekunde|Minute|Stunde|Meile|Unze|Gallone|Kilowattstunde|Lira|Krone|"
    r"Rupie|Lire|Kalorie|Kilokalorie|Pferdestärke|Hrywnja)\b|\w+ (?:Lira|Krone|Rupie)\b"
)
_PARTS = {3: "Drittel", 4: "Viertel", 5: "Fünftel", 6: "Sechstel", 8: "Achtel", 10: "Zehntel"}
_MONTH = "|".join([*_MONTHS, *(rf"{month[:3]}\." for month in _MONTHS if month != "Mai"), r"Sept\."])
_DATIVE = (
    "am|bis|und|ab|dem|vom|zum|im|beim|vor dem|nach dem|seit dem|bis zum|ab"
    " dem|den|der|des|einem|einen|ihrem|seinem|unserem"
)


def cardinal(number: int) -> str:
    """A number below 100 in words, others in digits."""
    if number < 20:
        return _ONES[number]
    if number >= 100:
        return str(number)
    ones = number % 10
    before = "" if ones == 0 else ("einund" if ones == 1 else f"{_ONES[ones]}und")
    return before + _TENS[number // 10]


def ordinal(number: int, ending: str) -> str:
    """An ordinal below 100 with an ending: (3, "en") -> "dritten"."""
    if number >= 100:
        hundreds = "" if number < 200 else _ONES[number // 100]
        rest = number % 100
        return f"{hundreds}hundert" + (ordinal(rest, ending) if rest else f"st{ending}")
    stem = _ORDINALS.get(number) or cardinal(number) + ("t" if number < 20 else "st")
    return stem + ending


def year(number: int) -> str:
    """A year: "neunzehnhundertsechsundfünfzig"; those after 2000 as the voice reads them."""
    century, rest = divmod(number, 100)
    if century == 20:
        return str(number)
    return f"{cardinal(century)}hundert{cardinal(rest) if rest else ''}"


def _date(in_year: int | None, month: int, day: int) -> str:
    said = f"{ordinal(day, 'en')} {_MONTHS[month - 1]}"
    return said if in_year is None else f"{said} {year(in_year)}"


def _day_of_month(match: re.Match[str]) -> str | None:
    """ "3. Mai": after an article or a preposition "dritten", elsewhere "dritter"."""
    day = int(match["day"])
    if not 1 <= day <= 31:
        return None
    month = next(name for name in _MONTHS if name.startswith(match["month"][:3]))
    before = match["before"] or ""
    follows = _BEFORE_DAY.search(match.string[max(0, match.start() - 12) : match.start()])
    ending = "e" if before.strip().lower() == "der" else "en" if before or follows else "er"
    said = f"{before}{ordinal(day, ending)} {month}"
    return f"{said} {year(int(match['year']))}" if match["year"] else said


def _day_and_month(match: re.Match[str]) -> str | None:
    """ "24.12." after a dash or a preposition."""
    if not _BEFORE_DAY.search(match.string[max(0, match.start() - 12) : match.start()]):
        return None
    return _date(None, int(match["month"]), int(match["day"])) if 1 <= int(match["day"]) <= 31 else None


def _before_noun(match: re.Match[str]) -> str:
    return f"{match['before']}{ordinal(int(match['number']), _ENDINGS.get(match['before'].strip().lower(), 'en'))}"


_BEFORE_DAY = re.compile(rf"\d\.[{BLANKS}]?(?:[-–]|bis)[{BLANKS}]?$")
_ENDINGS = {"der": "e", "die": "e", "das": "e", "eine": "e", "ein": "er", "ihr": "er", "sein": "er", "mein": "er"}


def _counted(number: str, noun: str) -> str:
    if number != "1":
        return f"{number} {noun}"
    return f"{'eine' if _FEMININE.match(noun) else 'ein'} {noun}"


def _time(hour: int, minute: int, half: str) -> str:
    if half == "pm" and hour < 12:
        hour += 12
    said = "ein Uhr" if hour == 1 else f"{hour} Uhr"
    return said if minute == 0 else f"{said} {minute}"


def _fraction(upper: int, lower: int) -> str | None:
    if (upper, lower) == (1, 2):
        return "ein halb"
    if lower not in _PARTS or (lower in {5, 10} and upper > 1):
        return None
    return f"{'ein' if upper == 1 else cardinal(upper)} {_PARTS[lower]}"


def _ruled(number: int, name: str) -> str:
    queen = name in {"Elisabeth", "Elizabeth", "Katharina", "Maria", "Margarethe", "Kleopatra", "Anna", "Isabella"}
    return f"{'die' if queen else 'der'} {ordinal(number, 'e').capitalize()}"


def _decade(match: re.Match[str]) -> str:
    number = int(match["year"])
    if number >= 100:
        return f"{year(number)}er" if number < 2000 else f"{number}er"
    return f"{cardinal(number)}er"


_GERMAN = Readings(
    locale="de",
    words=Words(
        dot="Punkt",
        at="ät",
        slash="Schrägstrich",
        dash="Bindestrich",
        underscore="Unterstrich",
        hashtag="Hashtag",
        number="Nummer",
        point="Punkt",
        to="bis",
        ratio="zu",
        out_of="von",
        per="pro",
        minus="minus",
        plus="plus",
        plus_minus="plus minus",
        times="mal",
        equals="gleich",
        less="weniger als",
        more="mehr als",
        is_less="ist kleiner als",
        is_more="ist größer als",
        at_most="höchstens",
        at_least="mindestens",
        about="etwa",
        ampersand="und",
        section="Paragraf",
        with_cents=" und ",
        with_fraction=" ",
        and_a_half="einhalb",
        percent="Prozent",
    ),
    grouping=". ",
    counted=_counted,
    cardinal=cardinal,
    money={
        "$": forms("Dollar"),
        "£": forms("Pfund"),
        "GBP": forms("Britisches Pfund", "Britische Pfund"),
        "¥": forms("Yen"),
        "₹": forms("Rupie", "Rupien"),
        "₽": forms("Rubel"),
        "₺": forms("Lira"),
        "₱": forms("Peso", "Pesos"),
        "₩": forms("Won"),
        "₪": forms("Schekel"),
        "R$": forms("Real"),
        "Fr.": forms("Franken"),
        "CHF": forms("Schweizer Franken"),
        "zł": forms("Zloty"),
        "kr": forms("Krone", "Kronen"),
        "kr.": forms("Krone", "Kronen"),
        "Kč": forms("Krone", "Kronen"),
    },
    small_money={
        **dict.fromkeys(("EUR", "USD", "AUD", "CAD", "NZD"), forms("Cent")),
        "GBP": forms("Penny", "Pence"),
        "CHF": forms("Rappen"),
        "BRL": forms("Centavo", "Centavos"),
        "RUB": forms("Kopeke", "Kopeken"),
        "PLN": forms("Groschen"),
    },
    scales={"Mio.": 6, "Mio": 6, "Mill.": 6, "Mrd.": 9, "Mrd": 9, "Bio.": 12, "Tsd.": 3, "Bill.": 12},
    units={
        "mAh": forms("Milliamperestunde", "Milliamperestunden"),
        "fps": forms("Bild pro Sekunde", "Bilder pro Sekunde"),
        "Mbit/s": forms("Megabit pro Sekunde"),
        "EL": forms("Esslöffel"),
        "TL": forms("Teelöffel"),
        "Std.": forms("Stunde", "Stunden"),
        "Min.": forms("Minute", "Minuten"),
        "Sek.": forms("Sekunde", "Sekunden"),
        "dB": forms("Dezibel"),
        "U/min": forms("Umdrehung pro Minute", "Umdrehungen pro Minute"),
        "qm": forms("Quadratmeter"),
        "°": forms("Grad"),
    },
    century=lambda number: ordinal(number, "en"),
    century_words="Jahrhundert",
    rulers=word_set(
        "Ludwig Heinrich Friedrich Wilhelm Karl Otto Katharina Elisabeth Elizabeth Peter Paul Pius Benedikt Leo "
        "Gregor Georg Franz Joseph Josef Ferdinand Maximilian Leopold Rudolf Philipp Philip Alexander Nikolaus "
        "Iwan Napoleon Louis Henry Charles George Edward Richard Jakob Johannes Innozenz Urban Klemens Konrad "
        "Albrecht August Gustav Christian Margarethe Maria Anna Isabella Ramses Ptolemaios Kleopatra Mehmed Juan "
        "Felipe Carlos Friedrichs"
    ),
    regnal=_ruled,
    headings=frozenset({"Kapitel", "Teil", "Band", "Akt", "Stufe", "Phase", "Klasse", "Typ", "Abschnitt", "Weltkrieg"}),
    not_counted=frozenset({"Der", "Die", "Das", "Und"}),
    fraction=_fraction,
    year=year,
    year_context="in|im Jahr|im Jahre|Jahr|seit|von|bis|ab|um|vor|nach|anno|zwischen|und|" + "|".join(_MONTHS),
    bare_years=r"1[6-9]\d\d",
    decades=Rule(
        re.compile(
            rf"(?<![{LETTER}\d_.,])['’]?(?P<year>1[1-9]\d0|20\d0|[2-9]0)(?:er|ern)(?=[ -]?Jahre|n?(?![{LETTER}\d_]))"
        ),
        _decade,
        digits=True,
    ),
    date=_date,
    before_dates="am|vom|bis|zum|ab|seit|den|dem",
    time=_time,
    time_mark="Uhr|h",
    abbreviations={
        "z. B.": "zum Beispiel",
        "d. h.": "das heißt",
        "u. a.": "unter anderem",
        "i. d. R.": "in der Regel",
        "u. U.": "unter Umständen",
        "v. a.": "vor allem",
        "z. T.": "zum Teil",
        "o. Ä.": "oder Ähnliches",
        "u. v. m.": "und vieles mehr",
        "n. Chr.": "nach Christus",
        "v. Chr.": "vor Christus",
        "usw.": "und so weiter",
        "etc.": "et cetera",
        "bzw.": "beziehungsweise",
        "ca.": "circa",
        "evtl.": "eventuell",
        "ggf.": "gegebenenfalls",
        "inkl.": "inklusive",
        "exkl.": "exklusive",
        "zzgl.": "zuzüglich",
        "bspw.": "beispielsweise",
        "sog.": "sogenannte",
        "vgl.": "vergleiche",
        "max.": "maximal",
        "min.": "mindestens",
        "mind.": "mindestens",
        "Dr.": "Doktor",
        "Prof.": "Professor",
        "Hr.": "Herr",
        "Fr.": "Frau",
        "St.": "Sankt",
        "Str.": "Straße",
        "Tel.": "Telefon",
        "Jh.": "Jahrhundert",
        "Jhd.": "Jahrhundert",
        "geb.": "geboren",
        "gest.": "gestorben",
        "gegr.": "gegründet",
        "24/7": "24 7",
        "MwSt.": "Mehrwertsteuer",
        "med.": "med",
        "Mo.-Fr.": "Montag bis Freitag",
        "Mo.–Fr.": "Montag bis Freitag",
        "Mo-Fr": "Montag bis Freitag",
        "Mo–Fr": "Montag bis Freitag",
        "Mo.-So.": "Montag bis Sonntag",
        "Mo-So": "Montag bis Sonntag",
        "Sa.-So.": "Samstag bis Sonntag",
        "Sa.+So.": "Samstag und Sonntag",
        "und/oder": "und oder",
    },
    before_numbers={
        "Nr.": "Nummer",
        "No.": "Nummer",
        "n°": "Nummer",
        "Bd.": "Band",
        "Kap.": "Kapitel",
        "Abb.": "Abbildung",
        "Art.": "Artikel",
        "S.": "Seite",
        "ca.": "circa",
    },
    rules=(
        Rule(
            re.compile(
                rf"(?<![{LETTER}\d_.,])(?P<number>\d{{1,2}})\.[{BLANKS}]?(?:[-–]|bis)[{BLANKS}]?(?=\d{{1,2}}\.[{BLANKS}]?"
                rf"(?:{_MONTH}|\d{{1,2}}\.))",
                re.IGNORECASE,
            ),
            lambda match: f"{ordinal(int(match['number']), 'en')} bis ",
            digits=True,
        ),
        Rule(
            re.compile(
                rf"(?<![{LETTER}\d_.,])(?P<day>\d{{1,2}})\.(?P<month>1[0-2]|0?[1-9])\.[{BLANKS}]?(?:[-–]|bis)[{BLANKS}]?"
                r"(?=\d{1,2}\.\d{1,2}\.)"
            ),
            lambda match: f"{_date(None, int(match['month']), int(match['day']))} bis ",
            digits=True,
        ),
        Rule(
            re.compile(rf"(?<=[-–s {BLANKS}])(?P<day>\d{{1,2}})\.(?P<month>1[0-2]|0?[1-9])\.(?=[{BLANKS},;:)]|$)"),
            _day_and_month,
            digits=True,
        ),
        Rule(
            re.compile(
                rf"(?<![{LETTER}\d_.,])(?P<before>(?:{_DATIVE})[{BLANKS}])?(?P<day>\d{{1,2}})\.[{BLANKS}]?(?P<month>{_MONTH})"
                rf"(?![{LETTER}])(?:[{BLANKS}](?P<year>1[1-9]\d\d|20\d\d)(?!\d))?",
                re.IGNORECASE,
            ),
            _day_of_month,
            digits=True,
        ),
        Rule(
            re.compile(
                rf"(?<![{LETTER}\d_.,])(?P<before>(?:{_DATIVE}|die|das|ein|eine|mein|sein|ihr)[{BLANKS}])(?P<number>\d{{1,3}})"
                rf"\.(?=[{BLANKS}][A-ZÄÖÜ])",
                re.IGNORECASE,
            ),
            _before_noun,
            digits=True,
        ),
    ),
)

READINGS = _GERMAN
VARIANTS = {"de-ch": replace(_GERMAN, locale="de_CH", decimal=".", grouping="'’ ")}
