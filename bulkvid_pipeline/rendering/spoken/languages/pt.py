"""Portuguese: of Portugal, and of Brazil where it differs."""

from __future__ import annotations

import re
from dataclasses import replace

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, LETTER, forms, word_set
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words

_MONTHS = (
    *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
    *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
)
_ONES = (
    *("zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze", "doze"),
    *("treze", "catorze", "quinze", "dezasseis", "dezassete", "dezoito", "dezanove"),
)
_BRAZILIAN = {"dezasseis": "dezesseis", "dezassete": "dezessete", "dezanove": "dezenove"}
_TENS = ("", "dez", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa")
_ORDINALS = ("", "primeiro", "segundo", "terceiro", "quarto", "quinto", "sexto", "sétimo", "oitavo", "nono", "décimo")
_HIGHER = (
    *("", "décimo", "vigésimo", "trigésimo", "quadragésimo", "quinquagésimo", "sexagésimo", "septuagésimo"),
    *("octogésimo", "nonagésimo"),
)
_FEMININE = word_set(
    "libra libras rupia rupias lira liras coroa coroas tonelada toneladas hora horas milha milhas onça onças "
    "caloria calorias quilocaloria quilocalorias jarda jardas colher colheres"
)
_PARTS = {3: "terço", 4: "quarto", 5: "quinto", 6: "sexto", 8: "oitavo", 10: "décimo"}
_QUEENS = word_set("Isabel Elizabeth Catarina Maria Margarida Joana Ana Cristina Cleópatra")


def cardinal(number: int) -> str:
    """A number below 100 in words, others in digits."""
    if number < 20:
        return _ONES[number]
    if number >= 100:
        return str(number)
    return _TENS[number // 10] + (f" e {_ONES[number % 10]}" if number % 10 else "")


def _brazilian_cardinal(number: int) -> str:
    said = cardinal(number)
    return _BRAZILIAN.get(said, said)


def ordinal(number: int, end: str) -> str | None:
    """An ordinal below 100 in words, masculine or feminine ("ª")."""
    if not 0 < number < 100:
        return None
    parts = [_HIGHER[number // 10] if number > 10 else "", _ORDINALS[number % 10] if number != 10 else _ORDINALS[10]]
    words = " ".join(filter(None, parts))
    return " ".join(f"{word[:-1]}a" for word in words.split()) if end.strip(".") in {"ª", "a"} else words


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{'primeiro' if day == 1 else day} de {_MONTHS[month - 1]}"
    return said if year is None else f"{said} de {year}"


def _time(hour: int, minute: int, half: str) -> str:
    if half == "pm" and hour < 12:
        hour += 12
    said = {1: "uma", 2: "duas", 21: "vinte e uma", 22: "vinte e duas"}.get(hour, str(hour))
    if minute == 0:
        return f"{said} hora{'' if hour == 1 else 's'}"
    return f"{said} e {minute}"


def _counted(number: str, noun: str) -> str:
    feminine = noun.partition(" ")[0] in _FEMININE
    if number == "1":
        return f"{'uma' if feminine else 'um'} {noun}"
    return f"duas {noun}" if number == "2" and feminine else f"{number} {noun}"


def _fraction(upper: int, lower: int) -> str | None:
    if (upper, lower) == (1, 2):
        return "meio"
    if lower not in _PARTS or (lower in {5, 10} and upper > 1):
        return None
    return f"um {_PARTS[lower]}" if upper == 1 else f"{cardinal(upper)} {_PARTS[lower]}s"


def _regnal(number: int, name: str) -> str:
    if number > 10:
        return cardinal(number)
    return ordinal(number, "ª" if name in _QUEENS else "º") or str(number)


def _brazilian_regnal(number: int, name: str) -> str:
    said = _regnal(number, name)
    return _BRAZILIAN.get(said, said)


def _century(number: int) -> str:
    return (ordinal(number, "º") if number <= 10 else None) or cardinal(number)


def _decade(match: re.Match[str]) -> str:
    return f"{match['before']}{_TENS[int(match['tens']) // 10]}"


_PORTUGUESE = Readings(
    locale="pt_PT",
    words=Words(
        dot="ponto",
        at="arroba",
        slash="barra",
        dash="hífen",
        underscore="sublinhado",
        hashtag="hashtag",
        number="número",
        point="ponto",
        to="a",
        ratio="a",
        out_of="de",
        per="por",
        minus="menos",
        plus="mais",
        plus_minus="mais ou menos",
        times="vezes",
        by="por",
        equals="igual a",
        less="menos de",
        more="mais de",
        is_less="é menor que",
        is_more="é maior que",
        at_most="no máximo",
        at_least="no mínimo",
        about="cerca de",
        ampersand="e",
        section="parágrafo",
        with_cents=" e ",
        with_fraction=" e ",
        and_a_half=" e meio",
        percent="por cento",
    ),
    decimal=",",
    grouping=". ",
    counted=_counted,
    cardinal=cardinal,
    money={
        "$": forms("dólar", "dólares"),
        "US$": forms("dólar americano", "dólares americanos"),
        "£": forms("libra", "libras"),
        "GBP": forms("libra esterlina", "libras esterlinas"),
        "¥": forms("iene", "ienes"),
        "₹": forms("rupia", "rupias"),
        "₽": forms("rublo", "rublos"),
        "₺": forms("lira", "liras"),
        "₱": forms("peso", "pesos"),
        "₩": forms("won", "wons"),
        "₪": forms("shekel", "shekels"),
        "R$": forms("real", "reais"),
        "BRL": forms("real", "reais"),
        "EUR": forms("euro", "euros"),
        "zł": forms("zlóti", "zlótis"),
        "kr": forms("coroa", "coroas"),
        "kr.": forms("coroa", "coroas"),
        "Kč": forms("coroa", "coroas"),
        "Fr.": forms("franco", "francos"),
        "CHF": forms("franco suíço", "francos suíços"),
    },
    small_money={
        "EUR": forms("cêntimo", "cêntimos"),
        **dict.fromkeys(("BRL", "MXN", "ARS"), forms("centavo", "centavos")),
        **dict.fromkeys(("USD", "CAD", "AUD"), forms("cêntimo", "cêntimos")),
        "GBP": forms("péni", "pence"),
        "CHF": forms("cêntimo", "cêntimos"),
        "RUB": forms("copeque", "copeques"),
    },
    of_millions=lambda noun: f"de {noun}",
    scales={"mil": 3, "mi": 6, "mi.": 6, "mn": 6, "M": 6, "bi": 9, "bi.": 9, "tri": 12, "mil milhões": 9},
    units={
        "h": forms("hora", "horas"),
        "mAh": forms("miliampere-hora", "miliamperes-hora"),
        "dB": forms("decibel", "decibéis"),
        "°": forms("grau", "graus"),
        "l": forms("litro", "litros"),
        "L": forms("litro", "litros"),
    },
    ordinal_ends=r"\.?[ºª°](?![ ]?[CF](?![A-Za-z]))",
    ordinal=lambda number, end: ordinal(number, end[-1]),
    century=_century,
    century_words="séculos?",
    century_short="séc.",
    century_word="século",
    rulers=word_set(
        "João Paulo Bento Leão Pio Gregório Clemente Inocêncio Pedro Afonso Manuel Sebastião Duarte Dinis Sancho "
        "Fernando Filipe Felipe Carlos Luís Luis Henrique Jorge Eduardo Ricardo Guilherme Isabel Elizabeth "
        "Catarina Maria Margarida Joana Ana Cristina José Miguel Alexandre Nicolau Ivan Frederico Francisco "
        "Leopoldo Alberto Balduíno Napoleão Maximiliano Constantino Dario Xerxes Ciro Ramsés Ptolomeu Cleópatra "
        "Solimão Juan Jaime Urbano Bonifácio Otão Vítor"
    ),
    regnal=_regnal,
    headings=frozenset(
        {
            "capítulo",
            "parte",
            "ato",
            "acto",
            "cena",
            "tomo",
            "volume",
            "livro",
            "artigo",
            "título",
            "fase",
            "nível",
            "tipo",
        }
        | {"etapa", "episódio", "temporada", "seção", "secção", "anexo", "figura", "Guerra Mundial", "grau", "classe"}
    ),
    not_counted=word_set("Uma Dos Das Com Por Para"),
    fraction=_fraction,
    decades=Rule(
        re.compile(
            rf"(?<![{LETTER}])(?P<before>(?:[Aa]nos|década de|décadas de) )['’]?(?P<tens>[1-9]0)(?![{LETTER}\d%])"
        ),
        _decade,
        digits=True,
    ),
    date=_date,
    before_dates="dia|em|até|no dia|ao dia|de",
    time=_time,
    time_mark=r"h|hs|horas",
    abbreviations={
        "p. ex.": "por exemplo",
        "p.ex.": "por exemplo",
        "ex.": "exemplo",
        "etc.": "etcétera",
        "Sr.": "senhor",
        "Sra.": "senhora",
        "Srs.": "senhores",
        "Srta.": "senhorita",
        "Dr.": "doutor",
        "Dra.": "doutora",
        "D.": "dom",
        "Prof.": "professor",
        "Profa.": "professora",
        "Profª": "professora",
        "Eng.": "engenheiro",
        "Av.": "avenida",
        "Sto.": "santo",
        "Sta.": "santa",
        "a. C.": "antes de Cristo",
        "d. C.": "depois de Cristo",
        "aprox.": "aproximadamente",
        "máx.": "máximo",
        "mín.": "mínimo",
        "tel.": "telefone",
        "Tel.": "telefone",
        "EUA": "Estados Unidos",
        "V. Exa.": "vossa excelência",
        "c/": "com",
        "s/": "sem",
        "vs.": "contra",
        "vs": "contra",
        "24/7": "24 horas por dia",
        "e/ou": "e ou",
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
        "pág.": "página",
        "págs.": "páginas",
        "p.": "página",
        "art.": "artigo",
        "cap.": "capítulo",
        "vol.": "volume",
        "fig.": "figura",
        "aprox.": "aproximadamente",
    },
    rules=(
        Rule(
            re.compile(rf"(?<![{LETTER}\d_.,:])(?P<hour>[01]?\d|2[0-4])[{BLANKS}]?h(?![{LETTER}\d/]|[{BLANKS}]?\d)"),
            lambda match: _time(int(match["hour"]), 0, ""),
            digits=True,
        ),
    ),
)

READINGS = _PORTUGUESE
VARIANTS = {
    "pt-br": replace(
        _PORTUGUESE,
        locale="pt_BR",
        cardinal=_brazilian_cardinal,
        regnal=_brazilian_regnal,
        century=lambda number: _BRAZILIAN.get(_century(number), _century(number)),
        small_money={
            **_PORTUGUESE.small_money,
            **dict.fromkeys(("USD", "CAD", "AUD", "EUR", "CHF"), forms("centavo", "centavos")),
        },
    ),
}
