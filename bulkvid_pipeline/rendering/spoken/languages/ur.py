"""How Urdu is read."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words

READINGS = indian_readings(
    "ur",
    Words(
        dot="ڈاٹ",
        at="ایٹ",
        slash="سلیش",
        number="نمبر",
        point="پوائنٹ",
        to="سے",
        ratio="نسبت",
        score="",
        out_of="بٹا",
        minus="منفی",
        plus="جمع",
        times="ضرب",
        equals="برابر",
        about="تقریباً",
        ampersand="اور",
        percent="فیصد",
    ),
    money={
        "PKR": forms("روپیہ", "روپے"),
        "INR": forms("روپیہ", "روپے"),
        "USD": forms("ڈالر"),
        "EUR": forms("یورو"),
        "GBP": forms("پاؤنڈ"),
    },
    hundredth="پیسے",
    scales={"ہزار": "ہزار", "لاکھ": "لاکھ", "کروڑ": "کروڑ", "ارب": "ارب", "ملین": "ملین"},
    hour="{} بجے",
    hour_and_minutes="{} بج کر {} منٹ",
    day_parts=("صبح", "دوپہر", "شام", "رات"),
    time_mark="بجے",
    fractions={
        (1, 2): "آدھا",
        (1, 3): "ایک تہائی",
        (2, 3): "دو تہائی",
        (1, 4): "ایک چوتھائی",
        (3, 4): "تین چوتھائی",
    },
    over="بٹا",
    compared=("{} سے کم", "{} سے زیادہ"),
    units={"%": forms("فیصد"), "٪": forms("فیصد")},
    abbreviations={"vs": "بمقابلہ"},
)
