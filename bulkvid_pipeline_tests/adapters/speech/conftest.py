from __future__ import annotations

from collections.abc import Iterator

import pytest

from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech


@pytest.fixture(scope="module")
def speech() -> Iterator[EspeakSpeech]:
    with EspeakSpeech() as espeak:
        yield espeak
