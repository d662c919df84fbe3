"""How Gujarati is read."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words

READINGS = indian_readings(
    "gu",
    Words(
        dot="ડોટ",
        at="એટ",
        slash="સ્લેશ",
        number="નંબર",
        point="પોઇન્ટ",
        to="થી",
        ratio="ગુણોત્તર",
        score="",
        out_of="ભાગ્યા",
        minus="માઇનસ",
        plus="વત્તા",
        times="ગુણ્યા",
        equals="બરાબર",
        about="લગભગ",
        ampersand="અને",
        percent="ટકા",
    ),
    money={
        "INR": forms("રૂપિયો", "રૂપિયા"),
        "USD": forms("ડૉલર"),
        "EUR": forms("યુરો"),
        "GBP": forms("પાઉન્ડ"),
    },
    hundredth="પૈસા",
    scales={"હજાર": "હજાર", "લાખ": "લાખ", "કરોડ": "કરોડ", "અબજ": "અબજ"},
    hour="{} વાગ્યે",
    hour_and_minutes="{} વાગીને {} મિનિટે",
    day_parts=("સવારે", "બપોરે", "સાંજે", "રાત્રે"),
    time_mark="વાગ્યે",
    fractions={
        (1, 2): "અડધો",
        (1, 3): "એક તૃતીયાંશ",
        (2, 3): "બે તૃતીયાંશ",
        (1, 4): "પા",
        (3, 4): "પોણો",
    },
    over="ભાગ્યા",
    compared=("{} થી ઓછા", "{} થી વધુ"),
    signs={"રૂ.": "INR", "રૂ": "INR"},
    units={"%": forms("ટકા"), "કિમી": forms("કિલોમીટર"), "કિ.મી.": forms("કિલોમીટર")},
    abbreviations={"ડૉ.": "ડૉક્ટર", "પ્રો.": "પ્રોફેસર"},
)
