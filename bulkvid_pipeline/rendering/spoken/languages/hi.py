"""How Hindi is read."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_ORDINALS = {1: "पहल", 2: "दूसर", 3: "तीसर", 4: "चौथ", 6: "छठ"}
_VOWELS = {"वाँ": "ा", "वां": "ा", "ला": "ा", "रा": "ा", "था": "ा", "ठा": "ा", "वीं": "ी", "वी": "ी", "ली": "ी", "री": "ी"}


def _ordinal(match: re.Match[str]) -> str:
    number, end = int(match["number"]), match["end"]
    if number in _ORDINALS:
        return _ORDINALS[number] + _VOWELS.get(end, "े")
    return spelled(number, "hi", "cardinal") + end


def _half_more(match: re.Match[str]) -> str:
    whole = int(match["whole"])
    return {1: "डेढ़", 2: "ढाई"}.get(whole, f"साढ़े {whole}")


def _compared(match: re.Match[str]) -> str:
    return f"{match['first']} {'बड़ा' if match['sign'] == '>' else 'छोटा'} है {match['second']} से"


READINGS = indian_readings(
    "hi",
    Words(
        dot="डॉट",
        at="ऐट",
        slash="स्लैश",
        dash="डैश",
        underscore="अंडरस्कोर",
        hashtag="हैशटैग",
        number="नंबर",
        point="पॉइंट",
        to="से",
        ratio="अनुपात",
        score="",
        out_of="बटा",
        minus="माइनस",
        plus="प्लस",
        plus_minus="प्लस माइनस",
        times="गुणा",
        fold="गुना",
        equals="बराबर",
        about="लगभग",
        ampersand="और",
        section="धारा",
        per="प्रति",
        percent="प्रतिशत",
    ),
    money={
        "INR": forms("रुपया", "रुपये"),
        "USD": forms("डॉलर"),
        "EUR": forms("यूरो"),
        "GBP": forms("पाउंड"),
        "JPY": forms("येन"),
        "CNY": forms("युआन"),
        "PKR": forms("पाकिस्तानी रुपया", "पाकिस्तानी रुपये"),
        "NPR": forms("नेपाली रुपया", "नेपाली रुपये"),
    },
    hundredth="पैसे",
    scales={"हज़ार": "हज़ार", "लाख": "लाख", "करोड़": "करोड़", "हजार": "हज़ार", "करोड": "करोड़", "अरब": "अरब", "खरब": "खरब"},
    hour="{} बजे",
    hour_and_minutes="{} बजकर {} मिनट",
    day_parts=("सुबह", "दोपहर", "शाम", "रात"),
    time_mark="बजे",
    fractions={
        (1, 2): "आधा",
        (1, 3): "एक तिहाई",
        (2, 3): "दो तिहाई",
        (1, 4): "एक चौथाई",
        (3, 4): "तीन चौथाई",
    },
    over="बटा",
    compared=("{} से कम", "{} से ज़्यादा"),
    signs={"रु.": "INR", "रु": "INR", "रू.": "INR", "रू": "INR"},
    units={
        "कि.मी.": forms("किलोमीटर"),
        "किमी": forms("किलोमीटर"),
        "किमी/घंटा": forms("किलोमीटर प्रति घंटा"),
        "कि.ग्रा.": forms("किलोग्राम"),
        "किग्रा": forms("किलोग्राम"),
        "से.मी.": forms("सेंटीमीटर"),
        "सेमी": forms("सेंटीमीटर"),
        "मि.ली.": forms("मिलीलीटर"),
        "मिली": forms("मिलीलीटर"),
        "%": forms("प्रतिशत"),
    },
    abbreviations={
        "डॉ.": "डॉक्टर",
        "प्रो.": "प्रोफ़ेसर",
        "कु.": "कुमारी",
        "सं.": "संख्या",
        "ई.पू.": "ईसा पूर्व",
        "vs": "बनाम",
        "vs.": "बनाम",
    },
    rules=(
        Rule(
            re.compile(
                r"(?<![\d.,])(?P<number>\d{1,3})(?P<end>वाँ|वां|वीं|वी|वें|वे|ला|ली|ले|रा|री|रे|था|थी|थे|ठा|ठी|ठे)(?![\w\u0900-\u0963])"
            ),
            _ordinal,
            digits=True,
        ),
        Rule(re.compile(r"(?<![\d.,/])(?P<whole>\d{1,3})\s?½"), _half_more, digits=True),
        Rule(
            re.compile(r"(?<![\d.,])(?P<first>\d{1,9})\s?(?P<sign>[<>])\s?(?P<second>\d{1,9})(?!\d|[.,]\d)"),
            _compared,
            digits=True,
        ),
    ),
)
