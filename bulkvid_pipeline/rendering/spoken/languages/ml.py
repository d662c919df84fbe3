"""How Malayalam is read."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words

READINGS = indian_readings(
    "ml",
    Words(
        dot="ഡോട്ട്",
        at="അറ്റ്",
        slash="സ്ലാഷ്",
        number="നമ്പർ",
        point="പോയിന്റ്",
        to="മുതൽ",
        ratio="അനുപാതം",
        score="",
        out_of="ബൈ",
        minus="മൈനസ്",
        plus="പ്ലസ്",
        times="ഇന്റു",
        equals="സമം",
        about="ഏകദേശം",
        ampersand="ഉം",
        percent="ശതമാനം",
    ),
    money={
        "INR": forms("രൂപ"),
        "USD": forms("ഡോളർ"),
        "EUR": forms("യൂറോ"),
        "GBP": forms("പൗണ്ട്"),
    },
    hundredth="പൈസ",
    scales={"ആയിരം": "ആയിരം", "ലക്ഷം": "ലക്ഷം", "കോടി": "കോടി"},
    hour="{} മണി",
    hour_and_minutes="{} മണി {} മിനിറ്റ്",
    day_parts=("രാവിലെ", "ഉച്ചയ്ക്ക്", "വൈകുന്നേരം", "രാത്രി"),
    time_mark="മണിക്ക്|മണി",
    fractions={
        (1, 2): "അര",
        (1, 3): "മൂന്നിലൊന്ന്",
        (2, 3): "മൂന്നിൽ രണ്ട്",
        (1, 4): "കാൽ",
        (3, 4): "മുക്കാൽ",
    },
    over="ബൈ",
    compared=("{} ൽ കുറവ്", "{} ൽ കൂടുതൽ"),
    signs={"രൂ.": "INR"},
    units={"%": forms("ശതമാനം"), "കി.മീ.": forms("കിലോമീറ്റർ"), "കിമീ": forms("കിലോമീറ്റർ")},
    abbreviations={"ഡോ.": "ഡോക്ടർ"},
)
