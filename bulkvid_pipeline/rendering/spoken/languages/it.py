"""Italian."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import LETTER, forms, word_set
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words

_MONTHS = (
    *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
    *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
)
_ONES = (
    *("zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci", "undici", "dodici"),
    *("tredici", "quattordici", "quindici", "sedici", "diciassette", "diciotto", "diciannove"),
)
_TENS = ("", "", "venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta")
_ORDINALS = ("", "primo", "secondo", "terzo", "quarto", "quinto", "sesto", "settimo", "ottavo", "nono", "decimo")
_FEMININE = word_set(
    "sterlina sterline rupia rupie lira lire corona corone tonnellata tonnellate ora ore libbra libbre oncia once "
    "caloria calorie chilocaloria chilocalorie iarda iarde"
)
_PARTS = {3: "terzo", 4: "quarto", 5: "quinto", 6: "sesto", 8: "ottavo", 10: "decimo"}
_QUEENS = word_set("Elisabetta Caterina Maria Margherita Isabella Anna Cristina Cleopatra Giovanna")
_S_AND_CONSONANT = re.compile(r"(?:s[^aeiou]|z|y|ps|gn|x)", re.IGNORECASE)


def cardinal(number: int) -> str:
    """A number below 100 in words, others in digits."""
    if number < 20:
        return _ONES[number]
    if number >= 100:
        return str(number)
    tens, ones = _TENS[number // 10], number % 10
    stem = tens[:-1] if ones in {1, 8} else tens
    return stem + ("" if ones == 0 else "tré" if ones == 3 else _ONES[ones])


def ordinal(number: int, end: str) -> str | None:
    """An ordinal below 100 in words, masculine or feminine ("ª")."""
    if not 0 < number < 100:
        return None
    if number <= 10:
        said = _ORDINALS[number]
    else:
        words = cardinal(number).replace("é", "e")
        said = words + "esimo" if words.endswith(("tre", "sei")) and number > 20 else words[:-1] + "esimo"
    return f"{said[:-1]}a" if end in {"ª", "a"} else said


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{'primo' if day == 1 else day} {_MONTHS[month - 1]}"
    return said if year is None else f"{said} {year}"


def _time(hour: int, minute: int, half: str) -> str:
    if half == "pm" and hour < 12:
        hour += 12
    if minute == 0:
        return "una" if hour == 1 else f"{hour}"
    return f"{'una' if hour == 1 else hour} e {minute}"


def _counted(number: str, noun: str) -> str:
    if number != "1":
        return f"{number} {noun}"
    if noun.partition(" ")[0] in _FEMININE:
        return f"un'{noun}" if noun[0] in "aeiou" else f"una {noun}"
    return f"{'uno' if _S_AND_CONSONANT.match(noun) else 'un'} {noun}"


def _fraction(upper: int, lower: int) -> str | None:
    if (upper, lower) == (1, 2):
        return "mezzo"
    if lower not in _PARTS or (lower in {5, 10} and upper > 1):
        return None
    return f"un {_PARTS[lower]}" if upper == 1 else f"{cardinal(upper)} {_PARTS[lower][:-1]}i"


def _regnal(number: int, name: str) -> str:
    return ordinal(number, "ª" if name in _QUEENS else "º") or str(number)


def _century(number: int) -> str:
    return ordinal(number, "º") or str(number)


def _decade(match: re.Match[str]) -> str:
    return f"{match['before']}{_TENS[int(match['tens']) // 10] or 'dieci'}"


READINGS = Readings(
    locale="it",
    words=Words(
        dot="punto",
        at="chiocciola",
        slash="barra",
        dash="trattino",
        underscore="trattino basso",
        hashtag="hashtag",
        number="numero",
        point="punto",
        to="a",
        ratio="a",
        out_of="su",
        per="al",
        minus="meno",
        plus="più",
        plus_minus="più o meno",
        times="per",
        equals="uguale",
        less="meno di",
        more="più di",
        is_less="è minore di",
        is_more="è maggiore di",
        fold="volte",
        at_most="al massimo",
        at_least="almeno",
        about="circa",
        ampersand="e",
        section="paragrafo",
        with_cents=" e ",
        with_fraction=" e ",
        and_a_half=" e mezzo",
        percent="per cento",
    ),
    grouping=". ",
    counted=_counted,
    cardinal=cardinal,
    money={
        "$": forms("dollaro", "dollari"),
        "US$": forms("dollaro americano", "dollari americani"),
        "£": forms("sterlina", "sterline"),
        "GBP": forms("sterlina", "sterline"),
        "¥": forms("yen"),
        "₹": forms("rupia", "rupie"),
        "₽": forms("rublo", "rubli"),
        "₺": forms("lira", "lire"),
        "₱": forms("peso", "pesos"),
        "₩": forms("won"),
        "₪": forms("siclo", "sicli"),
        "R$": forms("real", "reais"),
        "zł": forms("zloty"),
        "kr": forms("corona", "corone"),
        "kr.": forms("corona", "corone"),
        "Kč": forms("corona", "corone"),
        "Fr.": forms("franco", "franchi"),
        "CHF": forms("franco svizzero", "franchi svizzeri"),
    },
    small_money={
        **dict.fromkeys(("EUR", "USD", "CAD", "AUD"), forms("centesimo", "centesimi")),
        "CHF": forms("centesimo", "centesimi"),
        "GBP": forms("penny", "pence"),
        "BRL": forms("centavo", "centavos"),
        "RUB": forms("copeco", "copechi"),
    },
    of_millions=lambda noun: f"di {noun}",
    scales={"mln": 6, "mln.": 6, "Mln": 6, "mld": 9, "mld.": 9, "Mld": 9, "mila": forms("mila"), "M": 6},
    units={
        "h": forms("ora", "ore"),
        "mAh": forms("milliampereora"),
        "dB": forms("decibel"),
        "°": forms("grado", "gradi"),
        "mq": forms("metro quadrato", "metri quadrati"),
    },
    ordinal_ends="[ºª]|°(?![ ]?[CF])(?=[ ][A-Za-zà-ù])",
    ordinal=lambda number, end: ordinal(number, end[0]),
    century=_century,
    century_words="secol[oi]|millennio|arrondissement",
    century_short="sec.",
    century_word="secolo",
    rulers=word_set(
        "Luigi Enrico Carlo Filippo Vittorio Emanuele Umberto Amedeo Giovanni Paolo Benedetto Leone Pio Gregorio "
        "Clemente Innocenzo Giulio Sisto Bonifacio Urbano Alessandro Adriano Elisabetta Caterina Maria Margherita "
        "Isabella Anna Federico Guglielmo Francesco Ferdinando Giuseppe Leopoldo Pietro Nicola Ivan Giorgio "
        "Edoardo Riccardo Giacomo Alfonso Juan Felipe Napoleone Massimiliano Ottone Corrado Costantino Dario "
        "Serse Ciro Ramses Tolomeo Cleopatra Solimano Cosimo Lorenzo Ludovico Cristina Giovanna Alberto Roberto "
        "Manfredi Celestino Martino Paolo Eugenio"
    ),
    regnal=_regnal,
    headings=frozenset(
        {
            "capitolo",
            "parte",
            "atto",
            "scena",
            "volume",
            "tomo",
            "libro",
            "articolo",
            "titolo",
            "fase",
            "livello",
            "tipo",
        }
        | {
            "tappa",
            "episodio",
            "stagione",
            "sezione",
            "allegato",
            "figura",
            "guerra mondiale",
            "grado",
            "classe",
            "canto",
        }
    ),
    not_counted=word_set("Gli Una Del Con Per Dei Delle Alla"),
    fraction=_fraction,
    decades=Rule(
        re.compile(rf"(?<![{LETTER}])(?P<before>[Aa]nni )['’]?(?P<tens>[1-9]0)(?![{LETTER}\d%])"),
        _decade,
        digits=True,
    ),
    date=_date,
    before_dates="il|del|dal|al|entro il|fino al",
    time=_time,
    before_times="alle|ore|dalle",
    abbreviations={
        "p. es.": "per esempio",
        "ad es.": "ad esempio",
        "per es.": "per esempio",
        "es.": "esempio",
        "ecc.": "eccetera",
        "etc.": "eccetera",
        "Sig.": "signor",
        "sig.": "signor",
        "Sig.ra": "signora",
        "sig.ra": "signora",
        "Sigg.": "signori",
        "Dott.": "dottor",
        "dott.": "dottor",
        "Dott.ssa": "dottoressa",
        "dott.ssa": "dottoressa",
        "Dr.": "dottor",
        "Prof.": "professor",
        "prof.": "professor",
        "Prof.ssa": "professoressa",
        "Avv.": "avvocato",
        "Ing.": "ingegner",
        "On.": "onorevole",
        "S.p.A.": "S P A",
        "a. C.": "avanti Cristo",
        "d. C.": "dopo Cristo",
        "tel.": "telefono",
        "Tel.": "telefono",
        "ca.": "circa",
        "max.": "massimo",
        "min.": "minimo",
        "vs.": "contro",
        "vs": "contro",
        "24/7": "24 ore su 24",
        "h24": "24 ore su 24",
        "e/o": "e o",
    },
    before_numbers={
        "n.": "numero",
        "N.": "numero",
        "n°": "numero",
        "N°": "numero",
        "nº": "numero",
        "No.": "numero",
        "pag.": "pagina",
        "pagg.": "pagine",
        "p.": "pagina",
        "art.": "articolo",
        "cap.": "capitolo",
        "vol.": "volume",
        "fig.": "figura",
        "ca.": "circa",
    },
)
