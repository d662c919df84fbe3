from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.file_names import MAX_TITLE_BYTES, file_name, keys_of_shared_names, title_slug
from bulkvid_pipeline.core.keys import MAX_KEY_BYTES, output_key

any_text = st.text(max_size=200)
FINGERPRINT = "3f2a9c0d1b4e77aa"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("How to Bake Bread", "how-to-bake-bread"),
        ("  Café — crème brûlée!  ", "cafe-creme-brulee"),
        ("Don’t panic: it's 50% off", "dont-panic-its-50-off"),
        ('a<b>c:d"e/f\\g|h?i*j', "a-b-c-d-e-f-g-h-i-j"),
        ("../../etc/passwd", "etc-passwd"),
        ("Ends with dots... ", "ends-with-dots"),
        ("invoice\u202egpj.exe", "invoicegpj-exe"),
        ("東京 Tokyo ガイド", "東京-tokyo-ガイド"),
        ("ｶﾞｲﾄﾞ か\u3099", "ガイド-が"),
        ("كيف تصنع الخبز؟", "كيف-تصنع-الخبز"),
        ("می\u200cخواهم", "میخواهم"),
        ("सुबह की चाय", "सुबह-की-चाय"),
        ("น้ำชายามเช้า", "น้ำชายามเช้า"),
        ("한국어 제목", "한국어-제목"),
        ("Ёлка и йод", "ёлка-и-йод"),
        ("Άνοιξη", "άνοιξη"),
        ("1️⃣ First 👩🏽‍🍳 🇩🇪", "1-first"),
        ("🍵", ""),
        ("\u3164", ""),
    ],
)
def test_a_title_keeps_the_letters_of_every_script_and_nothing_else(title: str, expected: str) -> None:
    assert title_slug(title) == expected


def test_all_files_of_a_video_have_the_title_and_the_platform_in_their_name() -> None:
    names = [file_name("Morning tea", "17", "youtube", suffix) for suffix in (".mp4", ".jpg", ".srt", ".vtt")]
    assert names == [f"morning-tea-youtube{suffix}" for suffix in (".mp4", ".jpg", ".srt", ".vtt")]


def test_a_title_without_letters_or_digits_goes_by_the_rows_key() -> None:
    assert file_name("🍵", "17", "reels", ".mp4") == "17-reels.mp4"
    assert file_name("", "a1b2c3d4", "reels", ".mp4") == "a1b2c3d4-reels.mp4"


@pytest.mark.parametrize("device", ["CON", "prn", "Aux", "NUL.", "com1", "LPT9"])
def test_no_file_has_the_name_of_a_windows_device(device: str) -> None:
    assert file_name(device, "17", "youtube", ".mp4") == f"{device.strip('.').lower()}-youtube.mp4"


def test_a_long_title_is_cut_between_letters_and_at_a_word_if_it_has_any() -> None:
    assert file_name("tea " * 40, "17", "youtube", ".mp4") == f"{'tea-' * 14}tea-youtube.mp4"
    assert file_name("早" * 100, "17", "youtube", ".mp4") == f"{'早' * 28}-youtube.mp4"
    # Three bytes a letter or mark, so that the limit falls between a letter and its vowel.
    cut = file_name("को" * 40, "17", "youtube", ".mp4")
    assert cut == f"{'को' * 14}-youtube.mp4"
    assert file_name("क" + "को" * 40, "17", "youtube", ".mp4") == f"क{'को' * 13}-youtube.mp4"


def test_only_names_that_two_rows_would_share_are_told_apart_by_the_rows_keys() -> None:
    titles = {"17": "Tea!", "18": "Tea?", "19": "Coffee", "20": "CAFÉ"}
    shared = keys_of_shared_names(titles)
    assert shared == {"17", "18"}
    names = [file_name(title, key, "youtube", ".mp4", shared=key in shared) for key, title in titles.items()]
    assert names == ["tea-17-youtube.mp4", "tea-18-youtube.mp4", "coffee-youtube.mp4", "cafe-youtube.mp4"]


def test_a_key_that_says_the_title_already_is_not_put_behind_it() -> None:
    assert file_name("Tea", "tea-3fa2c1", "youtube", ".mp4", shared=True) == "tea-3fa2c1-youtube.mp4"


@pytest.mark.parametrize(
    "titles",
    [
        {"17": "Tea", "18": "Tea", "19": "Tea 17"},
        {"a_1": "Tea", "a-1": "Tea", "a--1": "Tea"},
        {f"{'the-same-long-key-' * 3}{end}": "Tea" for end in "ab"},
        {"1": "x" * 80 + "1", "2": "x" * 80 + "2"},
        {"1": "早" * 40, "2": "早" * 41},
        {"a_1": "🍵", "a-1": "☕"},
    ],
)
def test_no_two_rows_of_a_sheet_ever_have_files_of_the_same_name(titles: dict[str, str]) -> None:
    shared = keys_of_shared_names(titles)
    names = {file_name(title, key, "youtube", ".mp4", shared=key in shared) for key, title in titles.items()}
    assert len(names) == len(titles)


@given(any_text, any_text, st.booleans())
def test_every_text_makes_a_name_that_every_system_takes(title: str, row_key: str, shared: bool) -> None:
    name = file_name(title, row_key, "instagram", ".webm", shared=shared)
    stem = name.removesuffix("-instagram.webm")
    assert stem
    assert len(stem) <= 60
    assert len(stem.encode()) <= MAX_TITLE_BYTES
    assert name == unicodedata.normalize("NFC", name)
    assert not re.search(r'[<>:"/\\|?*\s.]', stem)
    assert all(unicodedata.category(char)[0] in "LMN" or char == "-" for char in stem)
    assert unicodedata.category(stem[0])[0] in "LN"
    assert not stem.endswith("-")
    key = output_key(name, prefix="p" * 200, job_folder="早" * 90, title=title, row_key=row_key, platform="instagram",
                     fingerprint=FINGERPRINT)  # fmt: skip
    assert key.endswith(f"/{name}")
    assert len(key.encode()) <= MAX_KEY_BYTES
