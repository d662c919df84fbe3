from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.rendering.language import DEFAULT, guess_language, language_of

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


DOUBTED = {"da": "Drik vand.", "uk": "Пий воду. Спи добре.", "bg": "Пий вода. Спи добре.", "it": "Tre pasti economici."}
SHORT = {
    "it": "Bevi acqua. Dormi bene. Cammina ogni mattina. Spegni il telefono.",
    "nl": "Meel, water, zout. Goed kneden. Uurtje rusten. Bakken. Klaar!",
    "tr": "Su iç. Erken uyu. Her sabah yürü. Telefonu kapat.",
    "de": "Mehl, Wasser, Salz. Kneten. Ruhen lassen. Backen. Fertig.",
    "uk": "Пий воду. Лягай рано. Гуляй щоранку. Вимкни телефон.",
    "en": "Crème brûlée at home: cream, sugar, vanilla, torch. Tap, crack, enjoy.",
    "fil": "Uminom ka ng tubig bago mag-almusal. Matulog nang maaga gabi-gabi.",
    "sw": "Kunywa maji. Lala mapema kila siku. Zima simu yako.",
    "lt": "Gerk vandenį. Eik miegoti anksti. Kasdien vaikščiok.",
    "sq": "Fike telefonin një orë para gjumit.",
    "nb": "Drikk vann. Slå av telefonen. Sov godt hver natt.",
    "da": "Drik vand. Sluk telefonen. Sov godt hver nat.",
    "hr": "Što prije ustani, uvijek popij mlijeko i prošetaj svaki tjedan.",
    "sr": "Пиј воду сваког јутра. Шетај поље и слушај тишину.",
    "mk": "Пиј вода секое утро. Оди на прошетка и исклучи го телефонот ноќе.",
    "mr": "झोपण्यापूर्वी एक तास फोन बंद करा आणि पाणी प्या.",
    "ne": "सुत्नुभन्दा एक घण्टा अघि फोन बन्द गर्नुहोस्।",
    "fa": "یک ساعت پیش از خواب گوشی را خاموش کن.",
    "ur": "سونے سے ایک گھنٹہ پہلے فون بند کر دیں۔",
    "yue": "你食咗飯未呀？我哋一齊去飲茶啦。",
    "zh-Hant": "睡前一小時關掉手機，讓身體休息。",
    "zh": "睡前一小时关掉手机，让身体休息。",
}


@pytest.mark.parametrize(("tag", "text"), SHORT.items())
def test_short_sentences_are_told_without_doubt(tag: str, text: str) -> None:
    guess = guess_language(text)
    assert guess.tag == tag
    assert not guess.is_doubtful


@pytest.mark.parametrize("text", DOUBTED.values())
def test_what_is_too_short_to_tell_is_in_doubt(text: str) -> None:
    assert guess_language(text).is_doubtful


@pytest.mark.parametrize(
    "text",
    [
        "El Niño warms the Pacific and changes rain all over the world.",
        "The best croissants in Paris: a café near Montmartre.",
        "Sushi, ramen, udon: what to order first, and why.",
        "Jalapeño popper dip. Crème fraîche, cheddar, jalapeños. Mix, bake, share with friends.",
    ],
)
def test_foreign_words_do_not_make_an_english_text_foreign(text: str) -> None:
    assert guess_language(text).tag == "en"


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("pt-BR", "Você precisa desligar o celular antes de dormir e pegar o ônibus cedo."),
        ("pt-BR", "Estou fazendo um suco e a gente toma café da manhã."),
        ("pt-PT", "Desligue o telemóvel antes de dormir e apanhe o autocarro cedo."),
        ("pt-PT", "Estou a fazer o pequeno-almoço e depois vou no comboio."),
    ],
)
def test_portuguese_of_brazil_and_of_portugal_are_told_apart_by_their_words(tag: str, text: str) -> None:
    guess = guess_language(text)
    assert guess.tag == tag
    assert not guess.is_doubtful


def test_portuguese_without_a_word_that_tells_is_taken_for_that_of_brazil_and_said_so() -> None:
    guess = guess_language("Corte a cebola e o tomate. Não deixe para amanhã o que pode fazer hoje.")
    assert (guess.tag, guess.other) == ("pt-BR", "pt-PT")
    assert guess.is_doubtful


def test_a_guess_does_not_depend_on_what_was_guessed_before() -> None:
    alone = guess_language.__wrapped__("Drik vand.")
    for text in SHORT.values():
        guess_language(text)
    assert guess_language.__wrapped__("Drik vand.") == alone


def test_a_render_worker_starts_without_the_model_and_clear_english_never_loads_it() -> None:
    code = (
        "import sys, bulkvid_pipeline.rendering.worker\n"
        "from bulkvid_pipeline.rendering.language import guess_language\n"
        "guess_language('You can do this with what you have: fill the kettle for the day and it will be your tea.')\n"
        "print('py3langid' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
