"""Sounds to measure, all from fixed seeds, and ffmpeg's opinion of them."""

from __future__ import annotations

import re
import subprocess

import imageio_ffmpeg
import numpy as np

from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm


def seconds(length: float) -> int:
    return int(length * SAMPLE_RATE)


def tone(hertz: float, length: float, amplitude: float, phase: float = 0.0) -> Pcm:
    time = np.arange(seconds(length)) / SAMPLE_RATE
    return np.asarray(amplitude * np.sin(2 * np.pi * hertz * time + phase), np.float32)


def pink_noise(length: float, amplitude: float, seed: int = 1) -> Pcm:
    samples = seconds(length)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, samples)
    return np.asarray(amplitude * noise / np.abs(noise).max(), np.float32)


def speech(length: float, *, lead: float = 0.0, seed: int = 2) -> Pcm:
    """Syllables of a buzzing voice with formants, words of a few syllables, pauses between words and sentences."""
    rng = np.random.default_rng(seed)
    out = np.zeros(seconds(length), np.float32)
    at = seconds(lead)
    while at < len(out):
        for _ in range(int(rng.integers(4, 9))):
            syllable = _syllable(rng)
            end = min(len(out), at + len(syllable))
            if at < end:
                out[at:end] += syllable[: end - at]
            at += len(syllable) + seconds(rng.uniform(0.0, 0.06))
        at += seconds(rng.choice([0.15, 0.5]))
    return out


def _syllable(rng: np.random.Generator) -> Pcm:
    time = np.arange(seconds(rng.uniform(0.12, 0.28))) / SAMPLE_RATE
    pitch = rng.uniform(95, 140) * (1 - 0.3 * time)
    formants = rng.uniform([400, 1000, 2300], [800, 1900, 3000])
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    partials = np.arange(1, 30)
    gains = sum(np.exp(-(((partials * 115 - formant) / 180) ** 2)) for formant in formants)
    voiced = np.sin(partials[:, None] * phase[None, :]).T @ np.asarray(gains)
    hiss = rng.standard_normal(len(time)) * np.exp(-time * 60)
    shaped = (voiced + 0.4 * hiss) * np.sin(np.pi * np.linspace(0, 1, len(time))) ** 0.5
    return np.asarray(rng.uniform(0.08, 0.16) * shaped, np.float32)


def stereo(left: Pcm, right: Pcm | None = None) -> Pcm:
    return np.stack([left, left if right is None else right], axis=1)


def ffmpeg_ebur128(pcm: Pcm) -> tuple[float, float]:
    """Integrated LUFS and true peak in dBTP as ffmpeg's ebur128 filter reports them."""
    channels = 1 if pcm.ndim == 1 else pcm.shape[1]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-f", "f32le"]
    command += ["-ar", str(SAMPLE_RATE), "-ac", str(channels), "-i", "pipe:0"]
    command += ["-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    done = subprocess.run(command, input=pcm.astype("<f4").tobytes(), capture_output=True, check=True, timeout=60)
    summary = done.stderr.decode().split("Summary:")[-1]
    loudness = re.search(r"I:\s+(\S+) LUFS", summary)
    peak = re.search(r"Peak:\s+(\S+) dBFS", summary)
    assert loudness is not None
    assert peak is not None
    return float(loudness[1]), float(peak[1])
