"""What the coders leave of the sound."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest

from bulkvid_pipeline.core.options import AudioCodec, Style
from bulkvid_pipeline.rendering.encode.sound import encode_sound
from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm
from bulkvid_pipeline.rendering.sound.beds import Bed, load_bed
from bulkvid_pipeline.rendering.sound.mix import programme_sound
from bulkvid_pipeline_tests.rendering.sound.signals import ffmpeg_ebur128, pink_noise, seconds, speech, stereo, tone

SILENCE = np.zeros(seconds(12), np.float32)


def _decoded(file: bytes) -> Pcm:
    with av.open(io.BytesIO(file), "r") as source:
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
        frames = [part.to_ndarray() for frame in source.decode(audio=0) for part in resampler.resample(frame)]
    return np.asarray(np.concatenate(frames, axis=1).T, np.float32)


def _error_db(sound: Pcm, decoded: Pcm, low: float, high: float) -> float:
    """The error of a band against its power, of the worse channel."""
    worst = -np.inf
    for before, after in zip(sound.T, decoded.T, strict=True):
        spectra = [np.fft.rfft(each[: len(before)]) for each in (before, before - after[: len(before)])]
        hertz = np.fft.rfftfreq(len(before), 1 / SAMPLE_RATE)
        power, error = (float((np.abs(each[(hertz >= low) & (hertz < high)]) ** 2).sum()) for each in spectra)
        worst = max(worst, 10 * np.log10(error / power))
    return float(worst)


@pytest.mark.parametrize("style", Style)
def test_the_beds_alone_keep_both_sides_in_aac(style: Style) -> None:
    sound = programme_sound(SILENCE, load_bed(style))
    assert sound.centred
    decoded = _decoded(encode_sound(sound, AudioCodec.AAC))
    for low, high, most in ((0, 1000, -35), (1000, 4000, -25), (4000, 8000, -14)):
        assert _error_db(np.asarray(sound), decoded, low, high) < most
    sides = np.asarray(sound) @ np.array([[0.5], [-0.5]], np.float32)
    assert _error_db(sides, decoded @ np.array([[0.5], [-0.5]], np.float32), 0, 4000) < -20


def test_narration_over_music_keeps_its_shape_and_loudness_in_aac() -> None:
    sound = programme_sound(speech(12, lead=1), load_bed(Style.MODERN))
    decoded = _decoded(encode_sound(sound, AudioCodec.AAC))
    for low, high, most in ((0, 1000, -28), (1000, 4000, -28)):
        assert _error_db(np.asarray(sound), decoded, low, high) < most
    loudness, peak = ffmpeg_ebur128(np.ascontiguousarray(decoded))
    assert loudness == pytest.approx(-14, abs=0.2)
    assert peak < 0


def test_music_of_one_side_alone_stays_there_in_aac() -> None:
    left = stereo(pink_noise(12, 0.5), SILENCE)
    sound = programme_sound(SILENCE, Bed.of(left))
    assert not sound.centred
    decoded = _decoded(encode_sound(sound, AudioCodec.AAC))
    assert np.abs(decoded[:, 1]).max() < 1e-3
    assert _error_db(np.asarray(sound)[:, :1], decoded[:, :1], 0, 1000) < -25


@pytest.mark.parametrize("codec", AudioCodec)
def test_it_begins_where_it_began_and_has_its_length(codec: AudioCodec) -> None:
    sound = stereo(tone(400, 3.3, 0.3))
    sound[: seconds(1)] = 0
    decoded = _decoded(encode_sound(sound, codec))
    assert len(decoded) == pytest.approx(len(sound), abs=1024)
    assert np.flatnonzero(np.abs(decoded[:, 0]) > 0.1)[0] == pytest.approx(seconds(1), abs=200)
