"""Neural voices on this machine: Piper (package piper-tts), with models that the user installs.

A model speaks one language, with one or many speakers. If it reports the lengths of phonemes, and these form as many
words as the text has, word times come from the model; else they are found by comparing the sound with the offline
voice's. Models use random noise, so the same text never sounds exactly the same twice: utterances must be cached.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bulkvid_pipeline.adapters.speech.contract import Speech, Utterance, WordTime
from bulkvid_pipeline.adapters.speech.decoding import at_engine_rate, trimmed
from bulkvid_pipeline.adapters.speech.pacing import replayed, semitones
from bulkvid_pipeline.adapters.speech.sound import RATE, audible
from bulkvid_pipeline.adapters.speech.word_alignment import carried_over
from bulkvid_pipeline.core.errors import InvalidSpecError, NarrationError
from bulkvid_pipeline.core.options import ProviderVoice, Speaker, Voice

if TYPE_CHECKING:
    from piper import AudioChunk, PiperVoice

_SETTINGS_VERSION = 1
"""Increase it with any change of trimming, level or alignment: it is part of the keys of cached utterances."""
_VOLUME = 0.7
_PHONEME_INPUT = re.compile(r"\[\[|\]\]")
"""Piper reads [[...]] as phonemes, but our input is always plain text."""
_WORD = re.compile(r"\S*\w\S*")
_SILENT_PHONEMES = frozenset("^$_ .,;:!?—–-\"'()«»¿¡…")


@dataclass(frozen=True)
class PiperModel:
    """A voice model, described by its configuration file."""

    name: str
    """The file's name without `.onnx`."""
    path: Path
    language: str
    """espeak's name, e.g. en-us."""
    speakers: Mapping[str, int]
    config: Mapping[str, Any]

    @property
    def family(self) -> str:
        return self.language.partition("-")[0]


def piper_models(place: Path) -> tuple[PiperModel, ...]:
    """The model in a file, or the models in a folder, sorted by name.

    Raises:
        InvalidSpecError: there is no model, or its configuration cannot be read.
    """
    paths = sorted(place.glob("*.onnx")) if place.is_dir() else [place]
    if not paths or not all(path.is_file() for path in paths):
        raise InvalidSpecError(
            f"There is no Piper model at {place}",
            fix="Set BULKVID_PIPER_MODEL to an .onnx file, with its .onnx.json beside it, or a folder of them",
        )
    return tuple(map(_model, paths))


def _model(path: Path) -> PiperModel:
    described = path.with_name(path.name + ".json")
    try:
        config = json.loads(described.read_text("utf-8"))
        language = str(config["espeak"]["voice"])
        speakers = {str(name): int(number) for name, number in config.get("speaker_id_map", {}).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidSpecError(
            f"The Piper model {path.name} cannot be used: {described.name} is missing or broken ({error})",
            fix="Put the model's .onnx.json, as it comes with the model, beside it",
        ) from error
    return PiperModel(path.stem, path, language, speakers, config)


class PiperSpeech:
    """The provider. One thread at a time may use it; a model is loaded when it is first needed, and uses one core.

    Args:
        place: a model or a folder of models.
        voices: for female, male and neutral a model's name, or `model/speaker`; if left out, the first model of the
            language.
            reference: the voice from which word times are transferred.

    Raises:
        InvalidSpecError: there is no usable model, or `voices` names a missing one.
    """

    name = "piper"

    def __init__(self, place: Path, voices: Mapping[Voice, str], reference: Speech) -> None:
        self._models = {model.name: model for model in piper_models(place)}
        self._voices = {voice: self._named(name) for voice, name in voices.items()}
        self._reference = reference
        self._loaded: dict[str, PiperVoice] = {}

    @cached_property
    def version(self) -> str:
        """Piper's version, a hash of the models' contents and chosen voices, and the version of our settings."""
        digest = blake2b(digest_size=16)
        for model in self._models.values():
            described = model.path.with_name(model.path.name + ".json")
            for path in (model.path, described):
                with path.open("rb") as file:
                    digest.update(model.name.encode() + b"\0")
                    while block := file.read(1 << 20):
                        digest.update(block)
        chosen = {voice.value: [model.name, speaker] for voice, (model, speaker) in self._voices.items()}
        digest.update(json.dumps([chosen, self._reference.version], sort_keys=True).encode())
        return f"{installed_version('piper-tts')}-{digest.hexdigest()}-{_SETTINGS_VERSION}"

    def speak(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> Utterance:
        """See `Speech.speak`. Piper has no pitch setting: it speaks slower and is played faster, or the reverse.

        Raises:
            NarrationError: no model speaks the language, or the model failed.
        """
        if not any(char.isalnum() for char in text):
            return Utterance(np.zeros(0, np.float32), ())
        model, speaker = self._model_for(voice, language)
        factor = semitones(pitch)
        text = _PHONEME_INPUT.sub("  ", text)
        chunks = self._chunks(model, speaker, text, factor / rate)
        if not chunks:
            raise NarrationError(f'The Piper voice {model.name} finds nothing to say in "{text[:40]}"')
        sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
        raw = replayed(at_engine_rate(sound, chunks[0].sample_rate), factor)
        pcm = trimmed(raw)
        starts = _own_words(text, chunks)
        if starts is None:
            reference = self._reference.speak(text, voice, language, rate)
            return Utterance(pcm, carried_over(reference.words, reference.pcm, pcm))
        cut = audible(raw, RATE)[0] / RATE
        limit = pcm.size / RATE
        words = [
            WordTime(offset, min(limit, max(0.0, sample / chunks[0].sample_rate / factor - cut)))
            for offset, sample in starts
        ]
        return Utterance(pcm, tuple(words))

    def _chunks(self, model: PiperModel, speaker: int | None, text: str, stretch: float) -> list[AudioChunk]:
        from piper import SynthesisConfig

        natural = float(model.config.get("inference", {}).get("length_scale", 1.0))
        settings = SynthesisConfig(speaker_id=speaker, length_scale=natural * stretch, volume=_VOLUME)
        try:
            loaded = self._voice(model)
            return [
                chunk
                for chunk in loaded.synthesize(text, settings, include_alignments=True)
                if np.size(chunk.audio_float_array)
            ]
        except Exception as error:  # whatever onnxruntime and the model's graph raise
            raise NarrationError(
                f"The Piper voice {model.name} failed: {type(error).__name__}: {str(error)[:200]}",
                fix="Check that the model and its .onnx.json are whole and belong together",
            ) from error

    def _voice(self, model: PiperModel) -> PiperVoice:
        if model.name not in self._loaded:
            self._loaded[model.name] = _load(model)
        return self._loaded[model.name]

    def _named(self, name: str) -> tuple[PiperModel, int | None]:
        model_name, _, speaker = name.partition("/")
        model = self._models.get(model_name)
        if model is None or (speaker and speaker not in model.speakers):
            known = ", ".join(self._models if model is None else model.speakers) or "none"
            raise InvalidSpecError(
                f'There is no Piper voice "{name}"', fix=f"Name one of these in BULKVID_SPEECH_VOICES: {known[:300]}"
            )
        return model, model.speakers[speaker] if speaker else None

    def _model_for(self, voice: Speaker, language: str) -> tuple[PiperModel, int | None]:
        """The chosen voice if it speaks the language; else the first model that does, preferably in this dialect."""
        family = language.partition("-")[0]
        chosen = self._named(voice.provider_name) if isinstance(voice, ProviderVoice) else self._voices.get(voice)
        if chosen is not None and chosen[0].family == family:
            return chosen
        speaking = [model for model in self._models.values() if model.family == family]
        if not speaking:
            spoken = ", ".join(sorted({model.language for model in self._models.values()}))
            raise NarrationError(
                f"No Piper voice speaks {language}; there are voices for {spoken}",
                fix="Put a model for the language into the folder of BULKVID_PIPER_MODEL, or set "
                "BULKVID_SPEECH_PROVIDER=espeak",
            )
        return next((model for model in speaking if model.language == language), speaking[0]), None


def _load(model: PiperModel) -> PiperVoice:
    """The loaded model; with phoneme lengths as an output if the package onnx is installed."""
    import onnxruntime
    from piper import PiperVoice
    from piper.config import PiperConfig

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # workers already use all cores
    graph = _with_lengths(model.path) or str(model.path)
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return PiperVoice(session=session, config=PiperConfig.from_dict(dict(model.config)))


def _with_lengths(path: Path) -> bytes | None:
    """The model with phoneme lengths added as an output; None if it has that output already or cannot have it."""
    try:
        import onnx
        from piper.patch_voice_with_alignment import add_alignment_output
    except ImportError:
        return None
    graph = onnx.load(str(path))
    try:
        add_alignment_output(graph)
    except ValueError:
        return None
    return bytes(graph.SerializeToString())


def _own_words(text: str, chunks: Sequence[AudioChunk]) -> list[tuple[int, int]] | None:
    """Offset in the text and first sample of each word, as the model reports them; None if they cannot be matched."""
    written = [match.start() for match in _WORD.finditer(text)]
    spoken: list[int] = []
    at = 0
    for chunk in chunks:
        if chunk.phoneme_alignments is None:
            return None
        between = True
        position = at
        for each in chunk.phoneme_alignments:
            if each.phoneme in _SILENT_PHONEMES:
                between = True
            elif between:
                spoken.append(position)
                between = False
            position += int(each.num_samples)
        at += int(np.size(chunk.audio_float_array))
    return list(zip(written, spoken, strict=True)) if len(written) == len(spoken) else None
