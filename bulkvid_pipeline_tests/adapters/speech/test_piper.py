"""The real piper-tts with its own phonemizer, and onnxruntime; only the acoustic model is made here.

It gives each phoneme a tone of its own for a tenth of a second, and each mark and blank as much silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bulkvid_pipeline.adapters.speech.contract import Speech, Utterance
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.providers import Provider, SpeechChoice, check_choice, open_speech
from bulkvid_pipeline.core.errors import InvalidSpecError, NarrationError
from bulkvid_pipeline.core.options import Voice

onnx = pytest.importorskip("onnx", reason="needs the extra piper")
pytest.importorskip("piper", reason="needs the extra piper")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP  # noqa: E402

from bulkvid_pipeline.adapters.speech.piper import PiperSpeech  # noqa: E402

RATE, HOP, HOPS = 22_050, 256, 8
TEXT = "Seven bold ideas change minds."
SILENT = "_^$ .,;:!?"


def write_voice(folder: Path, name: str, language: str = "en-us", base_hz: float = 200.0, speakers: int = 1) -> Path:
    """A model file with its configuration: ids in, `HOPS * length_scale` hops of tone for each id out."""
    path = folder / f"{name}.onnx"
    size = 1 + max(number for numbers in DEFAULT_PHONEME_ID_MAP.values() for number in numbers)
    frequencies = (base_hz + 4.0 * np.arange(size)).astype(np.float32)
    for mark in SILENT:
        frequencies[DEFAULT_PHONEME_ID_MAP[mark][0]] = 0.0
    constants = {
        "table": (2 * np.pi * frequencies / RATE).astype(np.float32),
        "hops": np.float32(HOPS),
        "second": np.array(1, np.int64),
        "hop": np.int64(HOP),
        "column": np.array([-1, 1], np.int64),
        "flat": np.array([1, 1, -1], np.int64),
        "zero": np.int64(0),
        "zero_float": np.float32(0.0),
        "step": np.int64(1),
        "half": np.float32(0.5),
    }
    node = helper.make_node
    nodes = [
        node("Cast", ["input"], ["input_float"], to=TensorProto.FLOAT),
        node("Gather", ["scales", "second"], ["length_scale"]),
        node("Mul", ["length_scale", "hops"], ["width"]),
        node("Mul", ["input_float", "zero_float"], ["nothing"]),
        node("Add", ["nothing", "width"], ["widths"]),
        node("Ceil", ["widths"], ["w_ceil"]),
        node("ReduceMax", ["w_ceil"], ["most"], keepdims=0),
        node("Cast", ["most"], ["count"], to=TensorProto.INT64),
        node("Mul", ["count", "hop"], ["samples"]),
        node("Range", ["zero", "samples", "step"], ["at"]),
        node("Cast", ["at"], ["time"], to=TensorProto.FLOAT),
        node("Gather", ["table", "input"], ["turning"]),
        node("Reshape", ["turning", "column"], ["turning_column"]),
        node("Mul", ["turning_column", "time"], ["phase"]),
        node("Sin", ["phase"], ["tone"]),
        node("Mul", ["tone", "half"], ["quiet"]),
        node("Reshape", ["quiet", "flat"], ["output"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
        nodes.append(node("Cast", ["sid"], ["sid_float"], to=TensorProto.FLOAT))
    graph = helper.make_graph(
        nodes,
        "tones",
        inputs,
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "time"])],
        [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    config = {
        "audio": {"sample_rate": RATE},
        "espeak": {"voice": language},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": size,
        "num_speakers": speakers,
        "speaker_id_map": {f"speaker{number}": number for number in range(speakers)} if speakers > 1 else {},
        "hop_length": HOP,
    }
    path.with_name(path.name + ".json").write_text(json.dumps(config))
    return path


def seconds(utterance: Utterance) -> float:
    return utterance.pcm.size / 48_000


def strongest_hz(utterance: Utterance) -> float:
    spectrum = np.abs(np.fft.rfft(utterance.pcm * np.hanning(utterance.pcm.size)))
    return float(spectrum.argmax() * 48_000 / utterance.pcm.size)


Open = Callable[..., PiperSpeech]


@pytest.fixture
def piper(tmp_path: Path, speech: EspeakSpeech) -> Open:
    def opened(place: Path | None = None, voices: dict[Voice, str] | None = None) -> PiperSpeech:
        return PiperSpeech(place or write_voice(tmp_path, "en_US-tones-low"), voices or {}, speech)

    return opened


def test_speaks_with_the_model_that_it_is_given(piper: Open) -> None:
    provider: Speech = piper()
    spoken = provider.speak(TEXT, Voice.FEMALE, "en-us")
    assert provider.name == "piper"
    assert spoken.pcm.dtype == np.float32
    assert 0.2 < np.abs(spoken.pcm).max() < 0.85
    assert 4 < seconds(spoken) < 9


def test_it_is_opened_by_choice(tmp_path: Path) -> None:
    write_voice(tmp_path, "en_US-tones-low")
    choice = SpeechChoice(Provider.PIPER, {Voice.MALE: "en_US-tones-low"}, str(tmp_path))
    check_choice(choice, None)
    with open_speech(choice) as opened:
        assert opened.name == "piper"
        assert opened.speak(TEXT, Voice.MALE, "en-us").words


def test_words_are_where_the_model_says_that_it_spoke_them(piper: Open) -> None:
    spoken = piper().speak(TEXT, Voice.FEMALE, "en-us")
    assert [TEXT[word.offset :].split()[0] for word in spoken.words] == TEXT.split()
    loud = np.abs(spoken.pcm) > 0.02
    blocks = np.asarray(loud[: loud.size // 480 * 480].reshape(-1, 480).any(1))
    for word in spoken.words[1:]:
        at = round(word.seconds * 100)
        assert not blocks[at - 6 : at - 2].any()
        assert blocks[at + 2 : at + 6].any()


def test_words_are_found_by_comparison_where_the_voice_fuses_them(piper: Open) -> None:
    text = "One of the 25 ideas."
    spoken = piper().speak(text, Voice.FEMALE, "en-us")
    assert spoken.words[0].seconds < 0.3
    assert [word.seconds for word in spoken.words] == sorted(word.seconds for word in spoken.words)
    assert spoken.words[-1].seconds < seconds(spoken)


@pytest.mark.parametrize("rate", [0.85, 1.25])
def test_rate_changes_the_length_and_leaves_the_pitch(piper: Open, rate: float) -> None:
    provider = piper()
    natural, other = provider.speak(TEXT, Voice.MALE, "en-us"), provider.speak(TEXT, Voice.MALE, "en-us", rate)
    # The model's tones are whole hops long.
    assert seconds(other) == pytest.approx(seconds(natural) * np.ceil(HOPS / rate) / HOPS, rel=0.02)
    assert strongest_hz(other) == pytest.approx(strongest_hz(natural), rel=0.02)


def test_pitch_is_moved_and_the_pace_stays(piper: Open) -> None:
    provider = piper()
    natural, higher = provider.speak(TEXT, Voice.MALE, "en-us"), provider.speak(TEXT, Voice.MALE, "en-us", 1.0, 12.0)
    assert strongest_hz(higher) == pytest.approx(2 * strongest_hz(natural), rel=0.02)
    assert seconds(higher) == pytest.approx(seconds(natural), rel=0.02)
    assert higher.words[-1].seconds == pytest.approx(natural.words[-1].seconds, abs=0.05)


def test_brackets_are_text_and_no_phonemes(piper: Open) -> None:
    spoken = piper().speak("Say [[ə]] now.", Voice.MALE, "en-us")
    assert seconds(spoken) > 2


@pytest.mark.parametrize("text", ["", "...", "🥱"])
def test_nothing_to_say_is_an_empty_utterance(piper: Open, text: str) -> None:
    assert piper().speak(text, Voice.MALE, "en-us").pcm.size == 0


def test_the_model_of_the_language_is_taken_and_the_voice_that_was_chosen(tmp_path: Path, piper: Open) -> None:
    for name, language, hertz in (("a", "en-us", 200.0), ("b", "en-us", 1200.0), ("c", "de", 2400.0)):
        write_voice(tmp_path, name, language, hertz)
    provider = piper(tmp_path, {Voice.MALE: "b"})
    assert strongest_hz(provider.speak(TEXT, Voice.FEMALE, "en-us")) < 1100
    assert 1200 <= strongest_hz(provider.speak(TEXT, Voice.MALE, "en-us")) < 2400
    assert strongest_hz(provider.speak("Guten Tag", Voice.MALE, "de")) >= 2400
    with pytest.raises(NarrationError, match=r"No Piper voice speaks fr.*de, en-us"):
        provider.speak("Bonjour", Voice.MALE, "fr")


def test_a_speaker_of_a_model_is_chosen_by_name(tmp_path: Path, piper: Open) -> None:
    place = write_voice(tmp_path, "many", speakers=3)
    assert piper(place, {Voice.MALE: "many/speaker2"}).speak(TEXT, Voice.MALE, "en-us").pcm.size
    with pytest.raises(InvalidSpecError, match="speaker0, speaker1, speaker2"):
        piper(place, {Voice.MALE: "many/nobody"})


def test_a_missing_or_broken_model_is_named(tmp_path: Path, piper: Open) -> None:
    with pytest.raises(InvalidSpecError, match="no Piper model"):
        piper(tmp_path / "none.onnx")
    place = write_voice(tmp_path, "broken")
    place.write_bytes(b"not a model")
    with pytest.raises(NarrationError, match="broken failed"):
        piper(place).speak(TEXT, Voice.MALE, "en-us")
    place.with_name("broken.onnx.json").write_text("{}")
    with pytest.raises(InvalidSpecError, match=r"broken\.onnx\.json"):
        piper(place)


def test_another_model_is_another_version(tmp_path: Path, piper: Open) -> None:
    place = write_voice(tmp_path, "voice")
    first = piper(place).version
    assert piper(place).version == first
    write_voice(tmp_path, "voice", base_hz=210.0)
    assert piper(place).version != first
