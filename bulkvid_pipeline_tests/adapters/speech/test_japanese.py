from __future__ import annotations

import importlib.util

import pytest

from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.readings import japanese_reading
from bulkvid_pipeline.core.errors import NarrationError
from bulkvid_pipeline.core.options import Voice

INSTALLED = importlib.util.find_spec("pykakasi") is not None
with_dictionary = pytest.mark.skipif(not INSTALLED, reason="pykakasi is not installed")
TEXT = "窓の近くに立つだけで、写真は変わります。"


@with_dictionary
def test_kanji_are_read_and_the_topic_particle_is_wa() -> None:
    reading, _ = japanese_reading(TEXT)
    assert reading.replace(" ", "").startswith("まどのちかくにたつだけで、しゃしんわかわります")


@with_dictionary
def test_each_kana_knows_its_place_in_the_text() -> None:
    reading, sources = japanese_reading(TEXT)
    assert len(sources) == len(reading)
    assert list(sources) == sorted(sources)
    assert TEXT[sources[reading.index("しゃしん")]] == "写"


@with_dictionary
def test_japanese_is_spoken_with_words_by_their_kanji(speech: EspeakSpeech) -> None:
    spoken = speech.speak(TEXT, Voice.FEMALE, "ja")
    assert {TEXT.index("窓"), TEXT.index("写")} <= {word.offset for word in spoken.words}
    assert 2 < spoken.pcm.size / 48_000 < 6


@pytest.mark.skipif(INSTALLED, reason="pykakasi is installed")
def test_without_the_dictionary_japanese_is_an_error_not_garbage(speech: EspeakSpeech) -> None:
    with pytest.raises(NarrationError, match="pykakasi"):
        speech.speak(TEXT, Voice.FEMALE, "ja")
