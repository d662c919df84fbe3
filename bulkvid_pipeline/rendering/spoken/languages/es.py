"""Spanish: of Spain, and of Latin America where it differs."""

from __future__ import annotations

import re
from dataclasses import replace

from bulkvid_pipeline.rendering.spoken.counting import LETTER, forms, word_set
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words

_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_ONES = (
    *("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"),
    *("trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno"),
    *(
        "veintidós",
        "veintitrés",
        "veinticuatro",
        "veinticinco",
        "veintiséis",
        "veintisiete",
        "veintiocho",
        "veintinueve",
    ),
)
_TENS = ("", "", "veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_ORDINALS = ("", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno", "décimo")
_HIGHER = (
    *("", "décimo", "vigésimo", "trigésimo", "cuadragésimo", "quincuagésimo", "sexagésimo", "septuagésimo"),
    *("octogésimo", "nonagésimo"),
)
_FEMININE = word_set(
    "libra libras rupia rupias lira liras corona coronas tonelada toneladas hora horas milla millas onza onzas "
    "caloría calorías kilocaloría kilocalorías yarda yardas grivna grivnas cucharada cucharadas cucharadita "
    "hectárea hectáreas"
)
_PARTS = {3: "tercio", 4: "cuarto", 5: "quinto", 6: "sexto", 8: "octavo", 10: "décimo"}
_QUEENS = word_set("Isabel Catalina María Juana Cristina Margarita Ana Cleopatra")


def cardinal(number: int) -> str:
    """A number below 100 in words, others in digits."""
    if number < 30:
        return _ONES[number]
    if number >= 100:
        return str(number)
    return _TENS[number // 10] + (f" y {_ONES[number % 10]}" if number % 10 else "")


def ordinal(number: int, end: str) -> str | None:
    """An ordinal below 100 in words, masculine, feminine ("ª", "a") or before a noun ("er")."""
    if not 0 < number < 100:
        return None
    parts = [_HIGHER[number // 10] if number > 10 else "", _ORDINALS[number % 10] if number != 10 else _ORDINALS[10]]
    said = " ".join(filter(None, parts))
    if end.strip(".") in {"ª", "a"}:
        return " ".join(f"{word[:-1]}a" for word in said.split())
    return said.removesuffix("o") if end.strip(".") == "er" else said


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{day} de {_MONTHS[month - 1]}"
    return said if year is None else f"{said} de {year}"


def _time(hour: int, minute: int, half: str) -> str:
    said = "una" if hour == 1 else str(hour)
    if minute:
        said = f"{said} {_minutes(minute)}"
    elif not half:
        return f"{said} {'hora' if hour == 1 else 'horas'}"
    if half == "am":
        return f"{said} de la mañana"
    if half == "pm":
        return f"{said} de la {'tarde' if hour < 8 or hour == 12 else 'noche'}"
    return said


def _minutes(minute: int) -> str:
    return f"y {minute}" if minute < 30 else str(minute)


def _counted(number: str, noun: str) -> str:
    if number == "1":
        return f"{'una' if noun.partition(' ')[0] in _FEMININE else 'un'} {noun}"
    if number == "21":
        return f"{'veintiuna' if noun.partition(' ')[0] in _FEMININE else 'veintiún'} {noun}"
    return f"{number} {noun}"


def _fraction(upper: int, lower: int) -> str | None:
    if (upper, lower) == (1, 2):
        return "medio"
    if lower not in _PARTS or (lower in {5, 10} and upper > 1):
        return None
    return f"un {_PARTS[lower]}" if upper == 1 else f"{cardinal(upper)} {_PARTS[lower]}s"


def _regnal(number: int, name: str) -> str:
    if number > 10:
        return cardinal(number)
    return ordinal(number, "ª" if name in _QUEENS else "º") or str(number)


def _century(number: int) -> str:
    return cardinal(number)


def _decade(match: re.Match[str]) -> str:
    return f"{match['before']}{_TENS[int(match['tens']) // 10] if match['tens'] != '10' else 'diez'}"


_SPANISH = Readings(
    locale="es",
    words=Words(
        dot="punto",
        at="arroba",
        slash="barra",
        dash="guion",
        underscore="guion bajo",
        hashtag="hashtag",
        number="número",
        point="punto",
        to="a",
        ratio="a",
        out_of="de",
        per="por",
        minus="menos",
        plus="más",
        plus_minus="más menos",
        times="por",
        equals="igual a",
        less="menos de",
        more="más de",
        is_less="es menor que",
        is_more="es mayor que",
        fold="veces",
        at_most="como máximo",
        at_least="como mínimo",
        about="unos",
        ampersand="y",
        section="sección",
        with_cents=" con ",
        with_fraction=" y ",
        and_a_half=" y medio",
        percent="por ciento",
    ),
    grouping=". ",
    counted=_counted,
    cardinal=cardinal,
    money={
        "$": forms("dólar", "dólares"),
        "US$": forms("dólar estadounidense", "dólares estadounidenses"),
        "£": forms("libra", "libras"),
        "GBP": forms("libra esterlina", "libras esterlinas"),
        "¥": forms("yen", "yenes"),
        "₹": forms("rupia", "rupias"),
        "₽": forms("rublo", "rublos"),
        "₺": forms("lira", "liras"),
        "₱": forms("peso", "pesos"),
        "₩": forms("won", "wones"),
        "₪": forms("séquel", "séqueles"),
        "R$": forms("real", "reales"),
        "zł": forms("esloti", "eslotis"),
        "kr": forms("corona", "coronas"),
        "kr.": forms("corona", "coronas"),
        "Kč": forms("corona", "coronas"),
        "Fr.": forms("franco", "francos"),
        "CHF": forms("franco suizo", "francos suizos"),
        "MX$": forms("peso mexicano", "pesos mexicanos"),
    },
    small_money={
        "EUR": forms("céntimo", "céntimos"),
        **dict.fromkeys(("USD", "MXN", "BRL", "ARS", "CLP", "COP", "CAD", "AUD"), forms("centavo", "centavos")),
        "GBP": forms("penique", "peniques"),
        "CHF": forms("céntimo", "céntimos"),
        "RUB": forms("kopek", "kopeks"),
    },
    of_millions=lambda noun: f"de {noun}",
    scales={"mill.": 6, "MM": 6, "M": 6, "mil M": 9, "millardo": 9, "mil": 3, "mil millones": 9},
    units={
        "h": forms("hora", "horas"),
        "mAh": forms("miliamperio hora", "miliamperios hora"),
        "dB": forms("decibelio", "decibelios"),
        "°": forms("grado", "grados"),
        "a. C.": forms("antes de Cristo"),
        "d. C.": forms("después de Cristo"),
    },
    ordinal_ends=r"\.?[ºª]|°(?=[ ][a-zñ])|\.?er|\.?ra|\.?ro|\.?do|\.?da|\.?to|\.?ta",
    ordinal=lambda number, end: ordinal(
        number, "ª" if end.endswith(("ª", "a")) else "er" if end.endswith("er") else "º"
    ),
    century=_century,
    century_words="siglos?",
    century_short="s.",
    century_word="siglo",
    rulers=word_set(
        "Felipe Carlos Alfonso Fernando Isabel Juan Pablo Benedicto León Pío Gregorio Clemente Inocencio Enrique "
        "Luis Jorge Eduardo Ricardo Guillermo Catalina Pedro Iván Alejandro Nicolás Napoleón Federico Francisco "
        "Jaime Jacobo Ramiro Sancho Ordoño Bermudo María Cristina Margarita Ana Leopoldo Alberto Balduino "
        "Maximiliano Constantino Darío Jerjes Ciro Ramsés Ptolomeo Cleopatra Solimán Manuel Sebastián Otón "
        "Bonifacio Urbano Juana José Víctor Humberto"
    ),
    regnal=_regnal,
    headings=frozenset(
        {
            "capítulo",
            "parte",
            "acto",
            "escena",
            "tomo",
            "volumen",
            "libro",
            "artículo",
            "título",
            "fase",
            "nivel",
            "tipo",
        }
        | {"etapa", "episodio", "temporada", "sección", "anexo", "figura", "Guerra Mundial", "grado", "clase"}
    ),
    not_counted=word_set("Los Las Una Del Con Por Para"),
    fraction=_fraction,
    decades=Rule(
        re.compile(
            rf"(?<![{LETTER}])(?P<before>(?:[Aa]ños|d[ée]cada de los) )['’]?(?P<tens>[1-9]0)s?(?![{LETTER}\d%])"
        ),
        _decade,
        digits=True,
    ),
    date=_date,
    before_dates="el|del|al|hasta el|desde el|antes del|día",
    time=_time,
    time_mark=r"hs?\.?|horas|hrs\.?",
    abbreviations={
        "p. ej.": "por ejemplo",
        "P. ej.": "Por ejemplo",
        "etc.": "etcétera",
        "Sr.": "señor",
        "Sra.": "señora",
        "Sres.": "señores",
        "Srta.": "señorita",
        "Dr.": "doctor",
        "Dra.": "doctora",
        "D.": "don",
        "Dña.": "doña",
        "Ud.": "usted",
        "Uds.": "ustedes",
        "Vd.": "usted",
        "Prof.": "profesor",
        "Lic.": "licenciado",
        "Ing.": "ingeniero",
        "EE. UU.": "Estados Unidos",
        "EEUU": "Estados Unidos",
        "EE.UU.": "Estados Unidos",
        "a. C.": "antes de Cristo",
        "d. C.": "después de Cristo",
        "aprox.": "aproximadamente",
        "máx.": "máximo",
        "mín.": "mínimo",
        "tel.": "teléfono",
        "Tel.": "teléfono",
        "Av.": "avenida",
        "Avda.": "avenida",
        "C/": "calle",
        "Sto.": "santo",
        "Sta.": "santa",
        "vs.": "contra",
        "vs": "contra",
        "24/7": "24 7",
        "y/o": "y o",
    },
    before_numbers={
        "n.º": "número",
        "N.º": "número",
        "nº": "número",
        "Nº": "número",
        "n°": "número",
        "N°": "número",
        "núm.": "número",
        "No.": "número",
        "no.": "número",
        "pág.": "página",
        "págs.": "páginas",
        "p.": "página",
        "art.": "artículo",
        "cap.": "capítulo",
        "vol.": "volumen",
        "fig.": "figura",
        "aprox.": "aproximadamente",
    },
)

READINGS = _SPANISH
VARIANTS = {
    "es-419": replace(_SPANISH, locale="es_419", decimal=".", grouping=",. "),
}
