"""How Bengali is read."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words

READINGS = indian_readings(
    "bn",
    Words(
        dot="ডট",
        at="অ্যাট",
        slash="স্ল্যাশ",
        number="নম্বর",
        point="পয়েন্ট",
        to="থেকে",
        ratio="অনুপাত",
        score="",
        out_of="ভাগ",
        minus="মাইনাস",
        plus="যোগ",
        times="গুণ",
        equals="সমান",
        about="প্রায়",
        ampersand="এবং",
        percent="শতাংশ",
    ),
    money={
        "INR": forms("টাকা"),
        "BDT": forms("টাকা"),
        "USD": forms("ডলার"),
        "EUR": forms("ইউরো"),
        "GBP": forms("পাউন্ড"),
    },
    hundredth="পয়সা",
    scales={"হাজার": "হাজার", "লাখ": "লাখ", "কোটি": "কোটি", "লক্ষ": "লক্ষ"},
    hour="{}টা",
    hour_and_minutes="{}টা {} মিনিট",
    day_parts=("সকাল", "দুপুর", "সন্ধ্যা", "রাত"),
    time_mark="টায়|টা|মিনিটে",
    fractions={
        (1, 2): "অর্ধেক",
        (1, 3): "এক তৃতীয়াংশ",
        (2, 3): "দুই তৃতীয়াংশ",
        (1, 4): "এক চতুর্থাংশ",
        (3, 4): "তিন চতুর্থাংশ",
    },
    over="ভাগ",
    compared=("{} এর কম", "{} এর বেশি"),
    units={"%": forms("শতাংশ"), "কিমি": forms("কিলোমিটার"), "কেজি": forms("কেজি")},
    abbreviations={"ডা.": "ডাক্তার", "ড.": "ডক্টর", "মো.": "মোহাম্মদ"},
)
