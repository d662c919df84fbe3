"""A line in every writing that videos may show, with the language in which the offline voice says it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """A line of one writing.

    Args:
        writing: its name.
        line: short and usual words.
        language: code of the voice that says it; empty where the offline voice has none.
    """

    writing: str
    line: str
    language: str = ""


SAMPLES = (
    Sample("Latin", "Hello, world: 100 % ready! “Quoted”, naïve, Łódź", "en-us"),
    Sample("Greek", "Γειά σου Κόσμε", "el"),
    Sample("Cyrillic", "Здравствуй, мир", "ru"),
    Sample("Armenian", "Բարեւ աշխարհ", "hy"),
    Sample("Georgian", "გამარჯობა მსოფლიო", "ka"),
    Sample("Hebrew", "שלום עולם", "he"),
    Sample("Arabic", "مرحبا بالعالم", "ar"),
    Sample("Devanagari", "नमस्ते दुनिया", "hi"),
    Sample("Bengali", "ওহে বিশ্ব", "bn"),
    Sample("Gurmukhi", "ਸਤ ਸ੍ਰੀ ਅਕਾਲ", "pa"),
    Sample("Gujarati", "નમસ્તે દુનિયા", "gu"),
    Sample("Tamil", "வணக்கம் உலகம்", "ta"),
    Sample("Telugu", "నమస్కారం ప్రపంచం", "te"),
    Sample("Kannada", "ನಮಸ್ಕಾರ ಜಗತ್ತು", "kn"),
    Sample("Malayalam", "നമസ്കാരം ലോകം", "ml"),
    Sample("Sinhala", "හෙලෝ ලෝකය", "si"),
    Sample("Thai", "สวัสดีชาวโลก", "th"),
    Sample("Lao", "ສະບາຍດີ"),
    Sample("Khmer", "សួស្តី"),
    Sample("Burmese", "မင်္ဂလာပါ", "my"),
    Sample("Ethiopic", "ሰላም ዓለም", "am"),
    Sample("Chinese", "你好，世界。繁體中文", "cmn"),
    Sample("Japanese", "こんにちは、カタカナ", "ja"),
    Sample("Korean", "안녕하세요 세계", "ko"),
    Sample("emoji", "😀🎬❤⭐👍🏽🇺🇳"),
)
