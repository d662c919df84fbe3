from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.adapters.speech.scripts import Script, is_spaceless, script_of, script_runs


@pytest.mark.parametrize(
    ("char", "script"),
    [
        *[("a", Script.LATIN), ("é", Script.LATIN), ("ß", Script.LATIN), ("ế", Script.LATIN)],
        *[("ж", Script.CYRILLIC), ("ω", Script.GREEK), ("ש", Script.HEBREW), ("ع", Script.ARABIC)],
        *[("ह", Script.DEVANAGARI), ("ि", Script.DEVANAGARI), ("ก", Script.THAI), ("한", Script.HANGUL)],
        *[("茶", Script.HAN), ("𠮷", Script.HAN), ("は", Script.KANA), ("ー", Script.KANA), ("カ", Script.KANA)],
        *[
            ("7", Script.COMMON),
            (" ", Script.COMMON),
            ("。", Script.COMMON),
            ("。", Script.COMMON),
            ("🥱", Script.COMMON),
        ],
    ],
)
def test_letters_and_their_marks_have_a_script_and_the_rest_is_common(char: str, script: Script) -> None:
    assert script_of(char) is script


def test_han_kana_and_thai_are_written_without_blanks_and_hangul_with() -> None:
    assert all(map(is_spaceless, "茶はカก"))
    assert not any(map(is_spaceless, "a한ж。 7"))


@given(st.text())
def test_runs_cover_any_text(text: str) -> None:
    runs = list(script_runs(text))
    assert "".join(text[start:end] for start, end, _ in runs) == text


def test_punctuation_goes_with_the_letters_before_it() -> None:
    text = "hello, 你好! привет"
    assert [(text[a:b], script) for a, b, script in script_runs(text)] == [
        ("hello, ", Script.LATIN),
        ("你好! ", Script.HAN),
        ("привет", Script.CYRILLIC),
    ]
