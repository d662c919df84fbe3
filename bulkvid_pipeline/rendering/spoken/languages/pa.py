"""How Punjabi is read."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words

READINGS = indian_readings(
    "pa",
    Words(
        dot="ਡੌਟ",
        at="ਐਟ",
        slash="ਸਲੈਸ਼",
        number="ਨੰਬਰ",
        point="ਪੌਇੰਟ",
        to="ਤੋਂ",
        ratio="ਅਨੁਪਾਤ",
        score="",
        out_of="ਬਟਾ",
        minus="ਮਾਈਨਸ",
        plus="ਪਲੱਸ",
        times="ਗੁਣਾ",
        fold="ਗੁਣਾ",
        equals="ਬਰਾਬਰ",
        about="ਲਗਭਗ",
        ampersand="ਅਤੇ",
        percent="ਫ਼ੀਸਦੀ",
    ),
    money={
        "INR": forms("ਰੁਪਇਆ", "ਰੁਪਏ"),
        "USD": forms("ਡਾਲਰ"),
        "EUR": forms("ਯੂਰੋ"),
        "GBP": forms("ਪੌਂਡ"),
    },
    hundredth="ਪੈਸੇ",
    scales={"ਹਜ਼ਾਰ": "ਹਜ਼ਾਰ", "ਲੱਖ": "ਲੱਖ", "ਕਰੋੜ": "ਕਰੋੜ", "ਅਰਬ": "ਅਰਬ"},
    hour="{} ਵਜੇ",
    hour_and_minutes="{} ਵੱਜ ਕੇ {} ਮਿੰਟ",
    day_parts=("ਸਵੇਰੇ", "ਦੁਪਹਿਰ", "ਸ਼ਾਮ", "ਰਾਤ"),
    time_mark="ਵਜੇ",
    fractions={
        (1, 2): "ਅੱਧਾ",
        (1, 3): "ਇੱਕ ਤਿਹਾਈ",
        (2, 3): "ਦੋ ਤਿਹਾਈ",
        (1, 4): "ਇੱਕ ਚੌਥਾਈ",
        (3, 4): "ਤਿੰਨ ਚੌਥਾਈ",
    },
    over="ਬਟਾ",
    compared=("{} ਤੋਂ ਘੱਟ", "{} ਤੋਂ ਵੱਧ"),
    signs={"ਰੁ.": "INR"},
    units={"%": forms("ਫ਼ੀਸਦੀ")},
    abbreviations={"ਡਾ.": "ਡਾਕਟਰ", "ਪ੍ਰੋ.": "ਪ੍ਰੋਫ਼ੈਸਰ"},
)
