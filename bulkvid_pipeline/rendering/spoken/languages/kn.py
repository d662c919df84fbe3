"""How Kannada is read."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words

READINGS = indian_readings(
    "kn",
    Words(
        dot="ಡಾಟ್",
        at="ಆಟ್",
        slash="ಸ್ಲ್ಯಾಶ್",
        number="ಸಂಖ್ಯೆ",
        point="ಪಾಯಿಂಟ್",
        to="ರಿಂದ",
        ratio="ಅನುಪಾತ",
        score="",
        out_of="ಬೈ",
        minus="ಮೈನಸ್",
        plus="ಪ್ಲಸ್",
        times="ಇಂಟು",
        equals="ಸಮ",
        about="ಸುಮಾರು",
        ampersand="ಮತ್ತು",
        percent="ಪ್ರತಿಶತ",
    ),
    money={
        "INR": forms("ರೂಪಾಯಿ"),
        "USD": forms("ಡಾಲರ್"),
        "EUR": forms("ಯೂರೋ"),
        "GBP": forms("ಪೌಂಡ್"),
    },
    hundredth="ಪೈಸೆ",
    scales={"ಸಾವಿರ": "ಸಾವಿರ", "ಲಕ್ಷ": "ಲಕ್ಷ", "ಕೋಟಿ": "ಕೋಟಿ"},
    hour="{} ಗಂಟೆ",
    hour_and_minutes="{} ಗಂಟೆ {} ನಿಮಿಷ",
    day_parts=("ಬೆಳಿಗ್ಗೆ", "ಮಧ್ಯಾಹ್ನ", "ಸಂಜೆ", "ರಾತ್ರಿ"),
    time_mark="ಗಂಟೆಗೆ|ಗಂಟೆ",
    fractions={
        (1, 2): "ಅರ್ಧ",
        (1, 3): "ಮೂರನೇ ಒಂದು",
        (2, 3): "ಮೂರನೇ ಎರಡು",
        (1, 4): "ಕಾಲು",
        (3, 4): "ಮುಕ್ಕಾಲು",
    },
    over="ಬೈ",
    compared=("{} ಕ್ಕಿಂತ ಕಡಿಮೆ", "{} ಕ್ಕಿಂತ ಹೆಚ್ಚು"),
    signs={"ರೂ.": "INR", "ರೂ": "INR"},
    units={"%": forms("ಪ್ರತಿಶತ"), "ಕಿ.ಮೀ.": forms("ಕಿಲೋಮೀಟರ್"), "ಕಿಮೀ": forms("ಕಿಲೋಮೀಟರ್")},
    abbreviations={"ಡಾ.": "ಡಾಕ್ಟರ್"},
)
