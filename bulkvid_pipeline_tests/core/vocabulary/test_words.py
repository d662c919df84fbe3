from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.columns import REPORT_COLUMNS, column_of, duration_form, map_headers
from bulkvid_pipeline.core.options import Priority, Style, Voice
from bulkvid_pipeline.core.vocabulary.approvals import APPROVALS
from bulkvid_pipeline.core.vocabulary.durations import UNITS
from bulkvid_pipeline.core.vocabulary.empties import EMPTIES
from bulkvid_pipeline.core.vocabulary.headers import HEADERS
from bulkvid_pipeline.core.vocabulary.platforms import EVERYWHERE, PLATFORMS, SHAPES
from bulkvid_pipeline.core.vocabulary.priorities import PRIORITIES
from bulkvid_pipeline.core.vocabulary.styles import STYLES
from bulkvid_pipeline.core.vocabulary.voices import VOICES
from bulkvid_pipeline.core.vocabulary.words import Vocabulary, key_of, listed_words, spoken_list

OPTIONS: Mapping[str, Vocabulary[Any]] = {
    "platform": PLATFORMS,
    "shape": SHAPES,
    "everywhere": EVERYWHERE,
    "voice": VOICES,
    "style": STYLES,
    "priority": PRIORITIES,
}
WORDS = [(name, key) for name, words in {**OPTIONS, "approval": APPROVALS, "unit": UNITS}.items() for key in words.keys]


def test_a_word_that_would_mean_two_things_is_refused() -> None:
    with pytest.raises(ValueError, match="'HIGH!' means 'up' and 'down'"):
        Vocabulary({"up": "high, top", "down": "low, HIGH!"})


@pytest.mark.parametrize("name", OPTIONS)
def test_no_word_of_a_column_of_options_means_that_the_cell_is_empty_too(name: str) -> None:
    assert not OPTIONS[name].keys & EMPTIES.keys


def test_names_shapes_and_all_platforms_are_told_apart() -> None:
    assert not PLATFORMS.keys & SHAPES.keys
    assert not (PLATFORMS.keys | SHAPES.keys) & EVERYWHERE.keys


def test_every_option_is_a_word_for_itself() -> None:
    assert all(VOICES.word(voice) is voice for voice in Voice)
    assert all(STYLES.word(style) is style for style in Style)
    assert all(PRIORITIES.word(priority) is priority for priority in Priority)


@given(
    st.sampled_from(WORDS),
    st.sampled_from(["", "!", ".", "...", " ", "\u200b", "\ufeff", "\xa0", "🎉 ", "*"]),
    st.sampled_from([str.upper, str.title, str.casefold, str]),
)
def test_case_blanks_and_signs_around_a_word_make_no_difference(word: tuple[str, str], around: str, case: Any) -> None:
    name, key = word
    words = {**OPTIONS, "approval": APPROVALS, "unit": UNITS}[name]
    if not any(character.isalnum() for character in key):
        return
    assert words.word(f"{around}{key}{around}") == words.word(key)
    if key_of(case(key)) == key:  # ß and the dotted i have capitals that are other letters
        assert words.word(case(key)) == words.word(key)


@given(st.text(alphabet=st.characters()))
def test_looking_up_any_text_is_harmless(text: str) -> None:
    assert key_of(key_of(text)) == key_of(text)
    for words in (*OPTIONS.values(), APPROVALS, EMPTIES):
        words.meaning(text)
        words.meanings_in(text)


def test_full_width_letters_accents_and_emoji_are_looked_through() -> None:
    assert key_of("ＴｉｋＴｏｋ") == key_of("🎵 Tik-Tok ❤️") == "tiktok"
    assert key_of("élevée") == key_of("ELEVEE")
    assert key_of("İdea") == "idea"
    assert key_of("✔️") == key_of("✔")
    assert key_of("कम") != key_of("काम")


def test_lists_are_spoken() -> None:
    assert [spoken_list(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a or b", "a, b or c"]


# Headers


def test_no_header_names_two_columns() -> None:
    named: dict[str, str] = {}
    for column, words in HEADERS.items():
        for word in (column, *listed_words(words)):
            assert named.setdefault(key_of(word), column) == column, word
    assert not set(named) & {key_of(name) for name in REPORT_COLUMNS}


@pytest.mark.parametrize(
    "headers",
    [
        [
            "Título",
            "Descripción",
            "Público objetivo",
            "Tono",
            "Duración",
            "Plataforma",
            "Guion",
            "Voz",
            "Estilo",
            "Prioridad",
        ],
        ["Titre", "Résumé", "Public cible", "Ton", "Durée", "Plateforme", "Script", "Voix", "Style", "Priorité"],
        [
            "Titel",
            "Beschreibung",
            "Zielgruppe",
            "Tonfall",
            "Dauer",
            "Plattform",
            "Skript",
            "Stimme",
            "Stil",
            "Priorität",
        ],
        [
            "Título",
            "Descrição",
            "Público-alvo",
            "Tom",
            "Duração",
            "Plataforma",
            "Roteiro",
            "Voz",
            "Estilo",
            "Prioridade",
        ],
        ["Titolo", "Descrizione", "Pubblico", "Tono", "Durata", "Piattaforma", "Testo", "Voce", "Stile", "Priorità"],
        ["शीर्षक", "विवरण", "दर्शक", "लहजा", "अवधि", "प्लेटफ़ॉर्म", "स्क्रिप्ट", "आवाज़", "शैली", "प्राथमिकता"],
        ["العنوان", "الوصف", "الجمهور المستهدف", "النبرة", "المدة", "المنصة", "النص", "الصوت", "النمط", "الأولوية"],
        ["标题", "描述", "目标受众", "语气", "时长", "平台", "脚本", "声音", "风格", "优先级"],
        ["タイトル", "説明", "ターゲット", "トーン", "長さ", "プラットフォーム", "台本", "音声", "スタイル", "優先度"],
        [
            "Название",
            "Описание",
            "Аудитория",
            "Тон",
            "Длительность",
            "Платформа",
            "Сценарий",
            "Голос",
            "Стиль",
            "Приоритет",
        ],
    ],
)
def test_the_ten_columns_are_known_in_ten_languages(headers: list[str]) -> None:
    found = map_headers(headers)
    assert list(found.positions.values()) == list(range(10))
    assert len(found.positions) == 10


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Script (max 120 words)", "script_content"),
        ("Title (required)", "idea_title"),
        ("Duration (sec.)", "duration_seconds"),
        ("Duration (optional)", "duration_seconds"),
        ("Duration (min)", "duration_seconds"),
        ("Dauer (Minuten)", "duration_seconds"),
        ("length in minutes", "duration_seconds"),
        ("Max length", "duration_seconds"),
        ("Min. length", None),
        ("Tone / Mood", "tone"),
        ("Idea / Title", "idea_title"),
        ("Title / Tone", None),
        ("Title length", None),
        ("Freigabe", "approved"),
        ("Estado", "status"),
        ("Video status", None),
        ("(notes)", None),
    ],
)
def test_what_stands_beside_a_header_does_not_hide_it(header: str, column: str | None) -> None:
    assert column_of(header) == column


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("Duration", "{}"),
        ("Duration (sec)", "{}"),
        ("Duration (min)", "{} min"),
        ("Dauer (Min.)", "{} min"),
        ("length in minutes", "{} min"),
        ("Max length", "max {}"),
        ("Max. duration (minutes)", "max {} min"),
    ],
)
def test_a_header_tells_how_bare_numbers_under_it_are_meant(header: str, form: str) -> None:
    assert duration_form(header) == form
