"""Signs and codes of currencies, and how an amount of money is said."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken import cldr
from bulkvid_pipeline.rendering.spoken.counting import Forms, Number, word_set
from bulkvid_pipeline.rendering.spoken.readings import Readings

SIGNS = {
    **{"$": "USD", "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD"},
    **{
        "S$": "SGD",
        "NT$": "TWD",
        "MX$": "MXN",
        "Mex$": "MXN",
        "$US": "USD",
        "$ US": "USD",
        "$CA": "CAD",
        "$ CA": "CAD",
        "RD$": "DOP",
        "S/": "PEN",
        "S/.": "PEN",
        "R$": "BRL",
        "€": "EUR",
        "£": "GBP",
        "¥": "JPY",
        "￥": "JPY",
    },
    **{"CN¥": "CNY", "JP¥": "JPY", "元": "CNY", "₹": "INR", "Rs.": "INR", "Rs": "INR", "₽": "RUB", "₺": "TRY"},
    **{"₱": "PHP", "₩": "KRW", "￦": "KRW", "₦": "NGN", "₫": "VND", "₪": "ILS", "฿": "THB", "₴": "UAH", "₸": "KZT"},
    **{"₼": "AZN", "₾": "GEL", "֏": "AMD", "₮": "MNT", "₭": "LAK", "៛": "KHR", "৳": "BDT", "₵": "GHS", "₡": "CRC"},
    **{"₲": "PYG", "zł": "PLN", "Kč": "CZK", "kč": "CZK", "kr": "SEK", "kr.": "DKK", "Ft": "HUF", "lei": "RON"},
    **{"Fr.": "CHF", "SFr.": "CHF", "RM": "MYR", "Rp": "IDR", "﷼": "IRR", "₿": "BTC", "￡": "GBP", "＄": "USD"},
}
"""A sign as written, and its currency."""
CODES = word_set(
    "USD EUR GBP JPY CNY RMB INR BRL CHF AUD CAD NZD SGD HKD TWD KRW MXN ARS CLP COP PEN RUB UAH TRY SEK NOK "
    "DKK ISK PLN CZK HUF RON BGN ILS ZAR AED SAR QAR KWD EGP MAD THB VND IDR MYR PHP NGN KES GHS PKR BDT LKR "
    "NPR KZT GEL AMD BTC"
)
ONLY_AFTER = frozenset({"$US", "$ US", "$CA", "$ CA", "zł", "Kč", "kč", "Ft", "lei", "元"})
ONLY_BEFORE = frozenset({"Rs.", "Rs", "Fr.", "SFr.", "RM", "Rp"})
_SMALLER = frozenset({"JPY", "KRW", "VND", "IDR", "CLP", "ISK", "HUF", "BTC"})
"""Currencies without hundredths in use."""
_BITCOIN: Forms = {"one": "bitcoin", "other": "bitcoin"}


def currency_code(sign: str, readings: Readings) -> str:
    """The ISO 4217 code of a sign or code as written."""
    code = readings.signs.get(sign) or SIGNS.get(sign, sign)
    return "CNY" if code == "RMB" else code


def names_of(sign: str, readings: Readings) -> Forms:
    """The forms of a currency's name by its sign or code as written."""
    code = currency_code(sign, readings)
    for key in (sign, code):
        if key in readings.money:
            return readings.money[key]
    return _BITCOIN if code == "BTC" else cldr.currency(readings.locale, code)


def said_money(number: Number, said: str, sign: str, readings: Readings) -> str:
    """An amount without a scale: "4 reais e 50 centavos". `said` is the number as it is said."""
    code, names = currency_code(sign, readings), names_of(sign, readings)
    whole = Number(number.whole)
    large = readings.counted(_digits(whole, readings), form(names, whole, readings))
    if number.decimals == "00":
        return large
    if len(number.decimals) != 2 or not readings.says_cents or code in _SMALLER:
        return readings.counted(said, form(names, number, readings))
    cents = Number(str(int(number.decimals)))
    small_names = readings.small_money.get(code)
    if small_names is None:
        return f"{large} {_digits(cents, readings)}"
    small = readings.counted(_digits(cents, readings), form(small_names, cents, readings))
    return small if int(whole.whole) == 0 else f"{large}{readings.words.with_cents}{small}"


def _digits(number: Number, readings: Readings) -> str:
    return number.whole if readings.number is None else readings.number(number.whole)


def form(word: Forms, number: Number, readings: Readings) -> str:
    """The word's form after the number."""
    category = cldr.plural(readings.locale, number.value)
    return word.get(category) or word["other"]
