"""How Malay is read."""

from __future__ import annotations

from dataclasses import replace

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.languages.id import READINGS as _INDONESIAN

READINGS = replace(
    _INDONESIAN,
    locale="ms",
    words=replace(
        _INDONESIAN.words, number="nombor", percent="peratus", to="hingga", minus="negatif", hashtag="hashtag"
    ),
    scales={"ribu": 3, "juta": 6, "bilion": 9, "trilion": 12, "k": 3, "K": 3},
    units={"%": forms("peratus"), "km/j": forms("kilometer sejam")},
    money={**_INDONESIAN.money, "SGD": forms("dolar Singapura")},
    time=lambda hour, minute, _half: f"{hour} {minute} minit" if minute else str(hour),
    fraction=lambda upper, lower: {(1, 2): "setengah", (1, 4): "suku", (3, 4): "tiga suku", (1, 3): "satu pertiga"}.get(
        (upper, lower)
    ),
)
