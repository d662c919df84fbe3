"""Music for tests."""

from __future__ import annotations

import io
import wave

import numpy as np


def tone(seconds: float, hertz: float = 440.0) -> bytes:
    """A mono WAV file with a quiet tone."""
    at = np.arange(int(seconds * 16_000)) / 16_000
    samples = (np.sin(2 * np.pi * hertz * at) * 6000).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(16_000)
        written.writeframes(samples.tobytes())
    return file.getvalue()
