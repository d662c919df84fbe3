from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.peers.speech_server import SpeechServer
from bulkvid_pipeline_tests.services.doctor.conftest import Look

KEY = "sk-test-key"


@pytest.fixture
def server() -> Iterator[SpeechServer]:
    with SpeechServer(KEY) as running:
        yield running


def remote(server: SpeechServer, **more: str) -> dict[str, str]:
    return {
        "BULKVID_SPEECH_PROVIDER": "openai",
        "BULKVID_SPEECH_BASE_URL": server.base_url,
        "BULKVID_SPEECH_API_KEY": KEY,
        **more,
    }


def test_the_offline_voice_speaks_every_language_that_it_claims(look: Look) -> None:
    told = look("voices")

    assert told.status == "ok"
    assert "22 languages" in told.found


def test_an_offline_voice_without_its_library_is_broken(
    look: Look, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "espeakng_loader.py").write_text("raise ImportError('libespeak-ng.so is missing')\n")
    monkeypatch.syspath_prepend(folder)

    told = look("voices")

    assert told.status == "broken"
    assert "espeak" in told.found


def test_names_of_voices_are_of_no_use_to_the_offline_voice(look: Look) -> None:
    told = look("voices", BULKVID_SPEECH_VOICES='{"female": "nova"}')

    assert told.status == "warning"
    assert "BULKVID_SPEECH_VOICES" in str(told.mend)


def test_a_paid_voices_key_is_checked_without_a_cost(look: Look, server: SpeechServer) -> None:
    told = look("voices", **remote(server))

    assert told.status == "ok"
    assert "nothing was spent" in told.found
    assert server.heard == []


def test_with_leave_a_paid_voice_says_a_word(look: Look, server: SpeechServer) -> None:
    told = look("voices", paid=True, **remote(server))

    assert told.status == "ok"
    assert [heard.fields["input"] for heard in server.heard] == ["Hi"]
    assert look("voices", paid=True, BULKVID_SPEECH_VOICES='{"male": "nobody"}').status == "broken"


def test_a_key_that_is_refused_is_broken_and_not_told(look: Look, server: SpeechServer) -> None:
    told = look("voices", **remote(server, BULKVID_SPEECH_API_KEY="sk-wrong-key-9"))

    assert told.status == "broken"
    assert "401" in told.found
    assert "BULKVID_SPEECH_API_KEY" in str(told.mend)
    assert "sk-wrong-key-9" not in told.model_dump_json()


def test_a_model_that_the_server_does_not_have_is_told(look: Look, server: SpeechServer) -> None:
    told = look("voices", **remote(server, BULKVID_SPEECH_MODEL="tts-9"))

    assert told.status == "warning"
    assert "tts-1" in str(told.mend)


def test_a_server_that_lists_no_models_cannot_be_judged_for_free(look: Look, server: SpeechServer) -> None:
    server.lists_models = False

    told = look("voices", **remote(server))

    assert told.status == "skipped"
    assert "--paid" in told.found


def test_a_server_that_is_gone_or_silent_is_broken(look: Look, server: SpeechServer, silent_address: str) -> None:
    with SpeechServer(KEY) as other:
        gone = other.base_url

    assert look("voices", **remote(server, BULKVID_SPEECH_BASE_URL=gone)).status == "broken"
    told = look("voices", limit_s=1.0, BULKVID_SPEECH_BASE_URL=f"{silent_address}/v1")
    assert told.status == "broken"
    assert "answer" in told.found


def test_a_paid_voice_without_a_key_is_broken(look: Look) -> None:
    told = look("voices", BULKVID_SPEECH_PROVIDER="openai")

    assert told.status == "broken"
    assert told.mend == "Set BULKVID_SPEECH_API_KEY."


def test_a_piper_model_that_is_not_there_is_broken(look: Look, folder: Path) -> None:
    pytest.importorskip("piper", reason="needs the extra piper")

    told = look("voices", BULKVID_SPEECH_PROVIDER="piper", BULKVID_PIPER_MODEL=str(folder / "none.onnx"))

    assert told.status == "broken"
    assert "BULKVID_PIPER_MODEL" in str(told.mend)


def test_a_piper_model_speaks_and_a_damaged_one_is_broken(look: Look, folder: Path) -> None:
    pytest.importorskip("piper", reason="needs the extra piper")
    from bulkvid_pipeline_tests.adapters.speech.test_piper import write_voice

    model = write_voice(folder, "en_US-tones-medium")

    told = look("voices", BULKVID_SPEECH_PROVIDER="piper", BULKVID_PIPER_MODEL=str(folder))
    assert told.status == "ok"
    assert "en-us" in told.found
    assert "nobody" in look("voices", BULKVID_SPEECH_VOICES='{"female": "nobody"}').found
    model.write_bytes(model.read_bytes()[:500])
    assert look("voices", BULKVID_SPEECH_VOICES="{}").status == "broken"
