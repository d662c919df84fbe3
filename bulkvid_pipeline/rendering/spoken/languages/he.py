"""How Hebrew is read. Numbers keep the form in which the voice counts,
without agreeing with their noun from three on."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words


def _counted(number: str, noun: str) -> str:
    """A masculine noun with its number: "שקל אחד", "שני שקלים"."""
    if number == "1":
        return f"{noun} אחד"
    return f"שני {noun}" if number == "2" else f"{number} {noun}"


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    return f"{hour} ו {minute} דקות" if minute else str(hour)


_ENGLISH_SCALES = {
    **dict.fromkeys(("k", "K"), forms("אלף")),
    **dict.fromkeys(("M", "mn", "million"), forms("מיליון")),
    **dict.fromkeys(("B", "bn", "billion"), forms("מיליארד")),
}

READINGS = Readings(
    locale="he",
    words=Words(
        dot="נקודה",
        at="שטרודל",
        slash="לוכסן",
        dash="מקף",
        underscore="קו תחתון",
        hashtag="האשטאג",
        number="מספר",
        point="נקודה",
        to="עד",
        ratio="על",
        score="",
        out_of="מתוך",
        minus="מינוס",
        plus="פלוס",
        times="כפול",
        equals="שווה",
        less="פחות מ",
        more="יותר מ",
        at_most="לכל היותר",
        at_least="לפחות",
        about="בערך",
        ampersand="ו",
        with_cents=" ו ",
        with_fraction=" ו ",
        and_a_half=" וחצי",
        percent="אחוז",
    ),
    spoken_decimal=" נקודה ",
    counted=_counted,
    money={
        "ILS": forms("שקל", "שקלים"),
        "USD": forms("דולר"),
        "EUR": forms("אירו"),
        "GBP": forms("פאונד"),
        "JPY": forms("ין"),
    },
    small_money={"ILS": forms("אגורות"), "USD": forms("סנט"), "EUR": forms("סנט")},
    signs={'ש"ח': "ILS", "ש״ח": "ILS"},
    scales={"אלף": forms("אלף"), "מיליון": forms("מיליון"), "מיליארד": forms("מיליארד"), **_ENGLISH_SCALES},
    units={
        "%": {"one": "אחוז אחד", "two": "שני אחוזים", "other": "{} אחוז"},
        "דק'": forms("דקות"),
        **dict.fromkeys(('ק"מ', "ק״מ"), forms("קילומטר")),
        **dict.fromkeys(('ק"ג', "ק״ג"), forms("קילוגרם")),
        **dict.fromkeys(('ס"מ', "ס״מ"), forms("סנטימטר")),
        **dict.fromkeys(('מ"ל', "מ״ל"), forms("מיליליטר")),
        **dict.fromkeys(('קמ"ש', "קמ״ש"), forms("קילומטר לשעה")),
    },
    fraction=lambda upper, lower: {
        (1, 2): "חצי",
        (1, 3): "שליש",
        (2, 3): "שני שלישים",
        (1, 4): "רבע",
        (3, 4): "שלושה רבעים",
    }.get((upper, lower)),
    time=_time,
    before_phones="טלפון|טל'|התקשרו|חייגו",
    abbreviations={
        'ד"ר': "דוקטור",
        "ד״ר": "דוקטור",
        "פרופ'": "פרופסור",
        "וכו'": "וכולי",
        "לדוג'": "לדוגמה",
        "רח'": "רחוב",
        "24/7": "24 7",
    },
    before_numbers={"מס'": "מספר", "עמ'": "עמוד"},
)
