"""French."""

from __future__ import annotations

import re
from dataclasses import replace

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, LETTER, forms, word_set
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words

_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_ONES = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = ("", "", "vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt", "quatre-vingt")
_FEMININE = word_set(
    "livre livres roupie roupies lire lires couronne couronnes tonne tonnes seconde secondes minute minutes heure "
    "heures once onces calorie kilocalorie milliseconde hryvnia roue"
)
_PARTS = {3: "tiers", 4: "quart", 5: "cinquième", 6: "sixième", 8: "huitième", 10: "dixième"}
_RAISED = str.maketrans("ᵉʳˢ", "ers")
_QUEENS = word_set("Élisabeth Elisabeth Elizabeth Catherine Marie Marguerite Isabelle Anne Cléopâtre")
_VOWELS = "aeiouyhéèêâîôûœ"


def cardinal(number: int) -> str:
    """A number below 1000 in words, others in digits."""
    if number < 20:
        return _ONES[number]
    if number >= 1000:
        return str(number)
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        many = f"{_ONES[hundreds]} cent" if hundreds > 1 else "cent"
        return f"{many} {cardinal(rest)}" if rest else f"{many}{'s' if hundreds > 1 else ''}"
    tens, ones = divmod(number, 10)
    if tens in {7, 9}:
        ones += 10
    if ones == 0:
        return "quatre-vingts" if tens == 8 else _TENS[tens]
    joint = " et " if ones in {1, 11} and tens < 8 else "-"
    return f"{_TENS[tens]}{joint}{_ONES[ones]}"


def ordinal(number: int, end: str) -> str | None:
    """An ordinal up to 1000 in words."""
    end = end.translate(_RAISED)
    if number == 1:
        return {"re": "première", "ère": "première", "ers": "premiers", "ères": "premières"}.get(end, "premier")
    if number == 2 and end.startswith("nd"):
        return {"nde": "seconde", "nds": "seconds", "ndes": "secondes"}.get(end, "second")
    if number > 1000:
        return None
    words = "mille" if number == 1000 else cardinal(number)
    stem = words.removesuffix("s") if words.endswith(("vingts", "cents")) else words.removesuffix("e")
    stem = f"{stem}u" if stem.endswith("cinq") else f"{stem[:-1]}v" if stem.endswith("neuf") else stem
    return f"{stem}ième" + ("s" if end.endswith("s") else "")


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{'premier' if day == 1 else day} {_MONTHS[month - 1]}"
    return said if year is None else f"{said} {year}"


def _time(hour: int, minute: int, half: str) -> str:
    if half == "pm" and hour < 12:
        hour += 12
    said = "une heure" if hour == 1 else f"{hour} heure{'s' if hour else ''}"
    return said if minute == 0 else f"{said} {minute}"


def _counted(number: str, noun: str) -> str:
    if number == "1" and noun.partition(" ")[0] in _FEMININE:
        return f"une {noun}"
    return f"{number} {noun}"


def _fraction(upper: int, lower: int) -> str | None:
    if (upper, lower) == (1, 2):
        return "un demi"
    if lower not in _PARTS or (lower in {5, 10} and upper > 1):
        return None
    part = _PARTS[lower]
    return f"un {part}" if upper == 1 else f"{cardinal(upper)} {part}{'' if part.endswith('s') else 's'}"


def _regnal(number: int, name: str) -> str:
    if number == 1:
        return "première" if name in _QUEENS else "premier"
    return cardinal(number)


def _century(number: int) -> str:
    return ordinal(number, "e") or str(number)


def _of(noun: str) -> str:
    return f"d'{noun}" if noun[0].lower() in _VOWELS else f"de {noun}"


_FRENCH = Readings(
    locale="fr",
    words=Words(
        dot="point",
        at="arobase",
        slash="barre oblique",
        dash="tiret",
        underscore="tiret bas",
        hashtag="hashtag",
        number="numéro",
        point="point",
        to="à",
        ratio="à",
        out_of="sur",
        per="par",
        minus="moins",
        plus="plus",
        plus_minus="plus ou moins",
        times="fois",
        by="par",
        equals="égale",
        less="moins de",
        more="plus de",
        is_less="est inférieur à",
        is_more="est supérieur à",
        at_most="au plus",
        at_least="au moins",
        about="environ",
        ampersand="et",
        section="paragraphe",
        with_cents=" et ",
        with_fraction=" et ",
        and_a_half=" et demi",
        percent="pour cent",
    ),
    grouping=" .",
    counted=_counted,
    cardinal=cardinal,
    money={
        "$": forms("dollar", "dollars"),
        "US$": forms("dollar américain", "dollars américains"),
        "USD": forms("dollar américain", "dollars américains"),
        "£": forms("livre", "livres"),
        "GBP": forms("livre sterling", "livres sterling"),
        "¥": forms("yen", "yens"),
        "₹": forms("roupie", "roupies"),
        "₽": forms("rouble", "roubles"),
        "₺": forms("livre turque", "livres turques"),
        "₱": forms("peso", "pesos"),
        "₩": forms("won", "wons"),
        "₪": forms("shekel", "shekels"),
        "R$": forms("réal", "réaux"),
        "zł": forms("zloty", "zlotys"),
        "kr": forms("couronne", "couronnes"),
        "kr.": forms("couronne", "couronnes"),
        "Kč": forms("couronne", "couronnes"),
        "Fr.": forms("franc", "francs"),
        "CHF": forms("franc suisse", "francs suisses"),
        "F": forms("franc", "francs"),
    },
    small_money={
        **dict.fromkeys(("EUR", "CHF"), forms("centime", "centimes")),
        **dict.fromkeys(("USD", "CAD", "AUD", "NZD"), forms("cent", "cents")),
        "GBP": forms("penny", "pence"),
        "BRL": forms("centavo", "centavos"),
        "RUB": forms("kopeck", "kopecks"),
    },
    of_millions=_of,
    scales={"Md": 9, "Mds": 9, "md": 9, "mds": 9, "M": 6, "Mo": forms("mégaoctet", "mégaoctets")},
    units={
        "Ko": forms("kilooctet", "kilooctets"),
        "Go": forms("gigaoctet", "gigaoctets"),
        "To": forms("téraoctet", "téraoctets"),
        "mn": forms("minute", "minutes"),
        "mAh": forms("milliampère-heure", "milliampères-heures"),
        "dB": forms("décibel", "décibels"),
        "°": forms("degré", "degrés"),
        "c. à s.": forms("cuillère à soupe", "cuillères à soupe"),
        "c. à c.": forms("cuillère à café", "cuillères à café"),
        "ch": forms("cheval", "chevaux"),
        "ans": forms("ans"),
    },
    ordinal_ends="ᵉʳˢ|ᵉʳ|ʳᵉ|ᵉ|ères|ère|èmes|ème|ers|er|re|ndes|nde|nds|nd|es|e",
    ordinal=ordinal,
    century=_century,
    century_words="siècles?|millénaires?|arrondissement|République|dynastie",
    century_short="s.",
    century_word="siècle",
    rulers=word_set(
        "Louis Henri François Charles Philippe Napoléon Jean Paul Jean-Paul Pie Benoît Léon Grégoire Clément "
        "Innocent Élisabeth Elisabeth Elizabeth Catherine Marie Guillaume Frédéric Pierre Alexandre Nicolas Ivan "
        "Édouard Edouard George Georges Richard Jacques Léopold Albert Baudouin Ferdinand Alphonse Joseph "
        "François-Joseph Maximilien Urbain Boniface Ramsès Ptolémée Cléopâtre Darius Soliman Robert Hugues Clovis "
        "Childéric Mohammed Hassan Juan Felipe Otton Margaret Marguerite Isabelle Anne Christian Gustave Harald "
        "Humbert Victor-Emmanuel Constantin Xerxès Cyrus"
    ),
    regnal=_regnal,
    headings=frozenset(
        {
            "chapitre",
            "partie",
            "acte",
            "scène",
            "tome",
            "volume",
            "livre",
            "article",
            "titre",
            "phase",
            "niveau",
            "type",
        }
        | {"étape", "épisode", "saison", "section", "annexe", "figure", "guerre mondiale"}
    ),
    not_counted=word_set("Les Des Une Aux Mais Pour Avec"),
    fraction=_fraction,
    date=_date,
    before_dates="le|du|au|dès le|avant le|après le|jusqu'au|depuis le",
    time=_time,
    time_mark="heures?",
    abbreviations={
        "p. ex.": "par exemple",
        "c.-à-d.": "c'est-à-dire",
        "càd": "c'est-à-dire",
        "etc.": "et cetera",
        "M.": "monsieur",
        "MM.": "messieurs",
        "Mme": "madame",
        "Mmes": "mesdames",
        "Mlle": "mademoiselle",
        "Mlles": "mesdemoiselles",
        "Mgr": "monseigneur",
        "Dr": "docteur",
        "Dr.": "docteur",
        "Pr": "professeur",
        "Me": "maître",
        "St": "saint",
        "Ste": "sainte",
        "av. J.-C.": "avant Jésus-Christ",
        "apr. J.-C.": "après Jésus-Christ",
        "ap. J.-C.": "après Jésus-Christ",
        "env.": "environ",
        "max.": "maximum",
        "min.": "minimum",
        "tél.": "téléphone",
        "Tél.": "téléphone",
        "bd": "boulevard",
        "av.": "avenue",
        "vs": "contre",
        "vs.": "contre",
        "R.-V.": "rendez-vous",
        "RDV": "rendez-vous",
        "svp": "s'il vous plaît",
        "SVP": "s'il vous plaît",
        "s.v.p.": "s'il vous plaît",
        "24/7": "24 heures sur 24, 7 jours sur 7",
        "24h/24": "24 heures sur 24",
        "7j/7": "7 jours sur 7",
        "et/ou": "et ou",
        "km/h": "kilomètres par heure",
    },
    before_numbers={
        "n°": "numéro",
        "N°": "numéro",
        "nº": "numéro",
        "no": "numéro",
        "No": "numéro",
        "No.": "numéro",
        "nos": "numéros",
        "n°s": "numéros",
        "p.": "page",
        "pp.": "pages",
        "art.": "article",
        "chap.": "chapitre",
        "vol.": "volume",
        "fig.": "figure",
        "env.": "environ",
    },
    rules=(
        Rule(re.compile(rf"(?<![{LETTER}\d_])1er(?=[{BLANKS}])"), "premier", digits=True),
        Rule(
            re.compile(rf"(?<![{LETTER}\d_.,:])(?P<hour>[01]?\d|2[0-4])[{BLANKS}]?h(?![{LETTER}\d/]|[{BLANKS}]?\d)"),
            lambda match: _time(int(match["hour"]), 0, ""),
            digits=True,
        ),
    ),
)

READINGS = _FRENCH
VARIANTS = {
    "fr-ch": replace(_FRENCH, locale="fr_CH", decimal=".", grouping="'’ ", spoken_decimal=","),
    "fr-be": replace(_FRENCH, locale="fr_BE"),
}
