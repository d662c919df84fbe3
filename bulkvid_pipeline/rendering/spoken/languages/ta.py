"""How Tamil is read."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words

READINGS = indian_readings(
    "ta",
    Words(
        dot="டாட்",
        at="அட்",
        slash="ஸ்லாஷ்",
        number="எண்",
        point="பாயிண்ட்",
        to="முதல்",
        ratio="க்கு",
        score="",
        out_of="பை",
        minus="மைனஸ்",
        plus="கூட்டல்",
        times="பெருக்கல்",
        equals="சமம்",
        about="சுமார்",
        ampersand="மற்றும்",
        percent="சதவீதம்",
    ),
    money={
        "INR": forms("ரூபாய்"),
        "USD": forms("டாலர்"),
        "EUR": forms("யூரோ"),
        "GBP": forms("பவுண்டு"),
    },
    hundredth="பைசா",
    scales={"ஆயிரம்": "ஆயிரம்", "லட்சம்": "லட்சம்", "கோடி": "கோடி", "இலட்சம்": "லட்சம்"},
    hour="{} மணி",
    hour_and_minutes="{} மணி {} நிமிடம்",
    day_parts=("காலை", "மதியம்", "மாலை", "இரவு"),
    time_mark="மணிக்கு|மணி",
    fractions={
        (1, 2): "அரை",
        (1, 3): "மூன்றில் ஒரு பங்கு",
        (2, 3): "மூன்றில் இரண்டு பங்கு",
        (1, 4): "கால்",
        (3, 4): "முக்கால்",
    },
    over="பை",
    compared=("{} க்கும் குறைவு", "{} க்கும் அதிகம்"),
    signs={"ரூ.": "INR", "ரூ": "INR"},
    units={"%": forms("சதவீதம்"), "கி.மீ.": forms("கிலோமீட்டர்"), "கிமீ": forms("கிலோமீட்டர்"), "கி.": forms("கிலோ")},
    abbreviations={"டாக்.": "டாக்டர்"},
)
