from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.rendering.language import DEFAULT, language_of

SENTENCES = {
    "en-us": "Let an assistant draft your replies, and only edit what matters.",
    "de": "Man liest sie von hinten: ein Abzeichen, an einer Mütze, eines Kapitäns.",
    "es": "Hasta los perros bostezan cuando nos ven. ¿Y tú?",
    "fr": "Le meilleur moment pour arroser les plantes est tôt le matin.",
    "it": "Non buttare mai l'acqua della pasta: è il segreto della salsa.",
    "pt-br": "Não deixe para amanhã o que você pode fazer hoje com calma.",
    "nl": "Je hoeft niet elke dag te sporten, maar beweeg wel een beetje.",
    "pl": "Nie każdy wie, że kawa smakuje lepiej, gdy woda jest gorąca.",
    "tr": "Her sabah bir bardak su içmek çok iyi bir alışkanlık.",
    "sv": "Det är inte svårt att baka bröd om du har tid och mjöl.",
    "cs": "Není to těžké, když víte, jak začít a co potřebujete.",
    "hu": "Ez nem nehéz, ha tudod, hogy mit kell csinálni.",
    "ro": "Nu este greu să înveți o limbă, dacă exersezi în fiecare zi.",
    "vi": "Bạn có thể học một ngôn ngữ mới trong ba mươi ngày.",
    "id": "Anda bisa belajar bahasa baru dalam tiga puluh hari dengan cara ini.",
    "fi": "Se ei ole vaikeaa, jos sinä vain aloitat ja jatkat.",
    "ru": "Ложитесь в одно и то же время и уберите телефон.",
    "uk": "Лягайте спати в один і той же час, та приберіть телефон.",
    "bg": "Лягайте си по едно и също време и оставете телефона, за да спите.",
    "el": "Καλημέρα κόσμε, τι κάνεις;",
    "ar": "ابدأ بخمس كلمات كل صباح.",
    "fa": "هر روز پنج کلمه یاد بگیرید.",
    "ur": "ہر روز پانچ الفاظ سیکھیں۔",
    "he": "קראו את העמוד הראשון.",
    "hi": "सुबह उठकर गहरी साँस लें। मन को शांत रखें।",
    "cmn": "先用热水温一下茶壶。",
    "ja": "窓の近くに立つだけで、写真は変わります。",
    "ko": "안녕하세요 여러분",
    "th": "สวัสดีครับ วันนี้อากาศดี",
}


@pytest.mark.parametrize(("language", "sentence"), SENTENCES.items())
def test_a_sentence_is_enough_to_tell(language: str, sentence: str) -> None:
    assert language_of(sentence) == language


def test_names_and_addresses_in_latin_do_not_outweigh_the_script_of_the_text() -> None:
    assert language_of("使用 ChatGPT 写作 https://example.com/the/and/of") == "cmn"
    assert language_of("Die Adresse ist https://example.com/the/way/to/it und nicht mehr") == "de"


@pytest.mark.parametrize("text", ["", "123", "🥱", "AAAA", "...", "\ud800"])
def test_what_tells_nothing_is_english(text: str) -> None:
    assert language_of(text) == DEFAULT


@given(st.text())
def test_any_text_has_a_language(text: str) -> None:
    assert language_of(text) == language_of(text)
    assert language_of(text)
