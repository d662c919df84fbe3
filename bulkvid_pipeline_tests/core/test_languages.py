from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.languages import COMMON, language_name, read_language

CODES = {
    "de": "de",
    "DE": "de",
    "pt-BR": "pt-BR",
    "pt_br": "pt-BR",
    "zh-TW": "zh-TW",
    "zh_Hant_TW": "zh-Hant-TW",
    "en-uk": "en-GB",
    "es-419": "es-419",
    "ger": "de",
    "fre": "fr",
    "deu": "de",
    "iw": "he",
    "no": "nb",
    "tl": "fil",
    "cmn": "zh",
    "uk": "uk",
}
COUNTRIES = {
    "jp": "ja",
    "kr": "ko",
    "cz": "cs",
    "dk": "da",
    "br": "pt-BR",
    "Brazil": "pt-BR",
    "Deutschland": "de",
    "日本": "ja",
}
NAMES = {
    "German": "de",
    "Deutsch": "de",
    "alemán": "de",
    "tedesco": "de",
    "ドイツ語": "de",
    "español": "es",
    "espanol": "es",
    "inglês": "en",
    "अंग्रेज़ी": "en",
    "hindi": "hi",
    "हिन्दी": "hi",
    "العربية": "ar",
    "中文": "zh",
    "汉语": "zh",
    "日本語": "ja",
    "turkce": "tr",
    "Farsi": "fa",
    "Filipino": "fil",
    "Cantonese": "yue",
    "粵語": "yue",
    "Kiswahili": "sw",
    "norsk": "nb",
    "  FRANÇAIS ": "fr",
    "German language": "de",
}
TOLD_CLOSER = {
    "Portuguese (Brazil)": "pt-BR",
    "Brazilian Portuguese": "pt-BR",
    "Português (Brasil)": "pt-BR",
    "português do Brasil": "pt-BR",
    "Portuguese, Portugal": "pt-PT",
    "European Portuguese": "pt-PT",
    "PT BR": "pt-BR",
    "English (UK)": "en-GB",
    "US English": "en-US",
    "Spanish - Mexico": "es-MX",
    "español (México)": "es-MX",
    "Latin American Spanish": "es-419",
    "Chinese (Traditional)": "zh-Hant",
    "Chinese Simplified": "zh-Hans",
    "繁體中文": "zh-Hant",
    "中文（简体）": "zh-Hans",
    "Serbian (Cyrillic)": "sr-Cyrl",
    "German (Austria)": "de-AT",
    "de-DE - Deutsch": "de-DE",
    "German (de)": "de",
    "Hindi (हिन्दी)": "hi",
}


@pytest.mark.parametrize(("cell", "tag"), [*CODES.items(), *COUNTRIES.items(), *NAMES.items(), *TOLD_CLOSER.items()])
def test_codes_countries_and_names_in_any_language_are_read(cell: str, tag: str) -> None:
    assert read_language(cell).value == tag
    assert not read_language(cell).problem


@pytest.mark.parametrize("cell", ["", "auto", "n/a", "-", "none", "Default"])
def test_an_empty_word_leaves_the_language_to_detection(cell: str) -> None:
    assert read_language(cell).value is None
    assert not read_language(cell).problem


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("Germn", "German (de)"),
        ("Spainish", "Spanish (es)"),
        ("in", "Indonesian (id), Hindi (hi)"),
        ("Switzerland", "German (de), French (fr), Italian (it)"),
        ("Spanish (Klingon)", "Spanish (es)"),
    ],
)
def test_what_could_mean_several_languages_is_refused_with_the_likely_ones(cell: str, told: str) -> None:
    reading = read_language(cell)
    assert reading.problem == "Not clear which language this is"
    assert told in reading.fix


@pytest.mark.parametrize("cell", ["English, German", "en/de", "English and German", "English & Deutsch"])
def test_two_languages_in_a_cell_are_refused(cell: str) -> None:
    reading = read_language(cell)
    assert (reading.problem, reading.fix) == (
        "Names 2 languages: English and German",
        "Write one; make a row for each language",
    )


@pytest.mark.parametrize("cell", ["yes", "modern", "female", "TRUE", "123", "Klingon", "xx", "bad"])
def test_words_of_other_columns_name_no_language(cell: str) -> None:
    assert read_language(cell).problem == "Unknown language"


@pytest.mark.parametrize("tag", sorted(COMMON))
def test_every_language_is_read_by_its_code_its_english_name_and_its_own(tag: str) -> None:
    import langcodes

    assert read_language(tag).value == tag
    assert read_language(language_name(tag)).value == tag
    own = langcodes.Language.get(tag).autonym()
    assert (read_language(own).value or "").partition("-")[0] == tag


def test_there_are_names_of_each_big_language_in_each_other() -> None:
    import langcodes

    big = ("en", "es", "fr", "de", "pt", "it", "hi", "ar", "zh", "ja")
    for tag in big:
        for told_in in big:
            assert read_language(langcodes.Language.get(tag).display_name(told_in)).value == tag, (tag, told_in)


@given(st.text(max_size=40))
def test_any_cell_is_read_or_its_fault_told(cell: str) -> None:
    reading = read_language(cell)
    assert bool(reading.problem) == bool(reading.fix)
    assert reading.value is None or not reading.problem


def test_names_are_loaded_when_a_cell_is_read_and_not_before() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, bulkvid_pipeline.core.languages; print('langcodes' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("cell", "tag"),
    [
        ("🇩🇪", "de"),
        ("🇩🇪 German", "de"),
        ("🇧🇷 Português", "pt-BR"),
        ("English 🇺🇸", "en-US"),
        ("ENGLISH!", "en"),
        ("in English", "en"),
        ("English only", "en"),
        ("português brasileiro", "pt-BR"),
        ("Indian English", "en-IN"),
    ],
)
def test_flags_and_words_around_a_language_are_understood(cell: str, tag: str) -> None:
    assert read_language(cell).value == tag


def test_a_flag_of_a_country_with_several_languages_is_refused() -> None:
    assert read_language("🇨🇭").value is None
    assert read_language("🇨🇭").problem


def test_a_cell_of_any_length_is_told_of_at_once() -> None:
    begun = time.process_time()

    assert read_language("x" + "- " * 25_000).problem == "Unknown language"
    assert read_language(f"{' ' * 50_000}de{' ' * 50_000}").value == "de"
    assert time.process_time() - begun < 5  # minutes, where all its parts are looked at
