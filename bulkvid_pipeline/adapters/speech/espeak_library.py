"""espeak-ng's C interface through ctypes; source of the declarations: speak_lib.h of espeak-ng 1.52.

espeak keeps its state in globals, so a process holds one `EspeakLibrary` and speaks one utterance at a time. Loaded
only inside the worker process: espeak-ng is GPL software, and a crash in it must not take a render with it.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass

import espeakng_loader

from bulkvid_pipeline.core.errors import NarrationError

_SYNCHRONOUS = 2
_NO_EXIT_ON_ERROR = 0x8000
_UTF8_PLAIN_TEXT = 1  # neither espeakSSML (0x10) nor espeakPHONEMES (0x100): text is never markup
_POSITION_IN_CHARACTERS = 1
_EVENT_END_OF_LIST, _EVENT_WORD = 0, 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class EspeakError(NarrationError):
    """espeak refused; the text says what."""


@dataclass(frozen=True)
class RawSpeech:
    """What espeak returns: 16-bit mono samples as bytes, and (character offset, milliseconds) of words."""

    pcm: bytes
    words: tuple[tuple[int, int], ...]


class EspeakLibrary:
    """The loaded library. `sample_rate` is in Hz."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self.sample_rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 200, data, _NO_EXIT_ON_ERROR)
        if self.sample_rate <= 0:
            raise EspeakError("espeak-ng could not load its data files")
        self._library.espeak_Info.restype = ctypes.c_char_p
        self.version: str = self._library.espeak_Info(None).decode()
        self._library.espeak_Synth.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]
        # Reads the list of voices, 280 files, which choosing a voice does otherwise: in every fork anew.
        self._library.espeak_ListVoices.restype = ctypes.c_void_p
        self._library.espeak_ListVoices(None)
        self._pcm = bytearray()
        self._words: list[tuple[int, int]] = []
        self._callback = _Callback(self._receive)  # kept, or ctypes frees it while espeak still calls it
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if count > 0:
            self._pcm += ctypes.string_at(samples, count * 2)
        index = 0
        while (event := events[index]).type != _EVENT_END_OF_LIST:
            if event.type == _EVENT_WORD:
                self._words.append((event.text_position - 1, event.audio_position))
            index += 1
        return 0

    def speak(self, text: str, voice: str, words_per_minute: int, pitch: int, pitch_range: int) -> RawSpeech:
        """Speak with a voice named as espeak does, e.g. "en-us+f3".

        Raises:
            EspeakError: no such voice, or synthesis failed.
        """
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise EspeakError(f"espeak-ng has no voice {voice}")
        for parameter, value in ((_RATE, words_per_minute), (_VOLUME, 90), (_PITCH, pitch), (_RANGE, pitch_range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(1))
        ctypes.CDLL(None).srand(1)
        self._pcm.clear()
        self._words.clear()
        encoded = _UNSPEAKABLE.sub(" ", text).encode()
        status = self._library.espeak_Synth(
            encoded, len(encoded) + 1, 0, _POSITION_IN_CHARACTERS, 0, _UTF8_PLAIN_TEXT, None, None
        )
        if status != 0 or self._library.espeak_Synchronize() != 0:
            raise EspeakError(f"espeak-ng could not speak (status {status})")
        return RawSpeech(bytes(self._pcm), tuple(self._words))
