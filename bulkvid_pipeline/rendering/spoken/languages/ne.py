"""How Nepali is read."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words

READINGS = indian_readings(
    "ne",
    Words(
        dot="डट",
        at="एट",
        slash="स्ल्यास",
        number="नम्बर",
        point="पोइन्ट",
        to="देखि",
        ratio="अनुपात",
        score="",
        out_of="बटा",
        minus="माइनस",
        plus="प्लस",
        times="गुणा",
        equals="बराबर",
        about="लगभग",
        ampersand="र",
        percent="प्रतिशत",
    ),
    money={
        "NPR": forms("रुपैयाँ"),
        "INR": forms("भारतीय रुपैयाँ"),
        "USD": forms("डलर"),
        "EUR": forms("युरो"),
        "GBP": forms("पाउन्ड"),
    },
    hundredth="पैसा",
    scales={"हजार": "हजार", "लाख": "लाख", "करोड": "करोड", "अर्ब": "अर्ब"},
    hour="{} बजे",
    hour_and_minutes="{} बजेर {} मिनेट",
    day_parts=("बिहान", "दिउँसो", "साँझ", "राति"),
    time_mark="बजे",
    fractions={
        (1, 2): "आधा",
        (1, 3): "एक तिहाइ",
        (2, 3): "दुई तिहाइ",
        (1, 4): "एक चौथाइ",
        (3, 4): "तीन चौथाइ",
    },
    over="बटा",
    compared=("{} भन्दा कम", "{} भन्दा बढी"),
    digits="०१२३४५६७८९",
    signs={"रु.": "NPR", "रु": "NPR", "Rs": "NPR", "Rs.": "NPR"},
    units={"%": forms("प्रतिशत"), "किमी": forms("किलोमीटर")},
    abbreviations={"डा.": "डाक्टर", "प्रा.": "प्राध्यापक"},
)
