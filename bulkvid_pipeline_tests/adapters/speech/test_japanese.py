from __future__ import annotations

from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.readings import japanese_reading
from bulkvid_pipeline.core.options import Voice

TEXT = "窓の近くに立つだけで、写真は変わります。"


def test_kanji_are_read_and_the_topic_particle_is_wa() -> None:
    reading, _ = japanese_reading(TEXT)
    assert reading.replace(" ", "").startswith("まどのちかくにたつだけで、しゃしんわかわります")


def test_each_kana_knows_its_place_in_the_text() -> None:
    reading, sources = japanese_reading(TEXT)
    assert len(sources) == len(reading)
    assert list(sources) == sorted(sources)
    assert TEXT[sources[reading.index("しゃしん")]] == "写"


def test_japanese_is_spoken_with_words_by_their_kanji(speech: EspeakSpeech) -> None:
    spoken = speech.speak(TEXT, Voice.FEMALE, "ja")
    assert {TEXT.index("窓"), TEXT.index("写")} <= {word.offset for word in spoken.words}
    assert 2 < spoken.pcm.size / 48_000 < 6
