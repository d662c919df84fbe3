from __future__ import annotations

import io
import wave
from importlib import resources
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from bulkvid_pipeline.core.errors import TemplateInvalidError
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm
from bulkvid_pipeline.rendering.music.compose import composed, write_opus
from bulkvid_pipeline.rendering.sound.beds import Bed, load_bed, load_music, looped
from bulkvid_pipeline.rendering.sound.loudness import block_energies, integrated_lufs, per_step, true_peak_dbtp
from bulkvid_pipeline_tests.rendering.sound.signals import pink_noise, seconds, stereo, tone


def _write(path: Path, container: str, codec: str, pcm: Pcm, rate: int = SAMPLE_RATE) -> Path:
    with av.open(path, "w", format=container) as sink:
        stream = sink.add_stream(codec, rate=rate, layout="stereo")
        assert isinstance(stream, AudioStream)
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(pcm.T), format="fltp", layout="stereo")
        frame.rate = rate
        resampler = av.AudioResampler(format=stream.format.name, layout="stereo", rate=rate)
        for part in resampler.resample(frame):
            sink.mux(stream.encode(part))
        sink.mux(stream.encode(None))
    return path


def _whole(bed: Bed) -> Pcm:
    return bed.block(0, len(bed)).T


@pytest.mark.parametrize("style", Style)
class TestBuiltInBeds:
    def test_are_20_to_40_seconds_of_stereo_in_a_small_file(self, style: Style) -> None:
        bed = _whole(load_bed(style))
        assert bed.shape[1] == 2
        assert 20 <= len(bed) / SAMPLE_RATE <= 40
        file = resources.files("bulkvid_pipeline.rendering.music") / f"{style.value}.opus"
        assert len(file.read_bytes()) <= 400_000

    def test_are_level_and_free_of_clipping(self, style: Style) -> None:
        bed = _whole(load_bed(style))
        assert -24 < integrated_lufs(bed) < -18
        assert true_peak_dbtp(bed) < -3
        per_second = np.convolve(block_energies(bed), np.ones(10) / 10, "valid")
        assert 10 * np.log10(per_second.max() / per_second.min()) < 14

    def test_leave_room_for_consonants_and_do_not_rumble(self, style: Style) -> None:
        mono = _whole(load_bed(style)).mean(axis=1)
        power = np.abs(np.fft.rfft(mono)) ** 2
        hertz = np.fft.rfftfreq(len(mono), 1 / SAMPLE_RATE)

        def share_db(low: float, high: float) -> float:
            return float(10 * np.log10(power[(hertz >= low) & (hertz < high)].sum() / power.sum()))

        assert -26 < share_db(1000, 4000) < -10
        assert share_db(0, 30) < -35
        assert share_db(8000, 24000) < -35

    def test_stay_whole_in_mono(self, style: Style) -> None:
        bed = _whole(load_bed(style))
        assert np.mean(bed.mean(axis=1) ** 2) > 0.4 * np.mean(bed**2)

    def test_loop_without_a_seam(self, style: Style) -> None:
        bed = _whole(load_bed(style))
        period = len(bed) - SAMPLE_RATE
        twice = looped(bed, 2 * period)
        second = twice[period : period + SAMPLE_RATE]
        assert np.corrcoef(second.ravel(), bed[:SAMPLE_RATE].ravel())[0, 1] > 0.98
        seam, unbroken = (sound[period - 480 : period + 480] for sound in (twice, bed))
        assert np.abs(np.diff(seam, axis=0)).max() <= 1.1 * np.abs(np.diff(unbroken, axis=0)).max()
        assert np.mean(seam**2) == pytest.approx(np.mean(unbroken**2), rel=0.1)


def test_a_bed_cannot_be_changed_by_one_of_its_users() -> None:
    with pytest.raises(ValueError, match="read-only"):
        load_bed(Style.MODERN).pcm[0] = 1


@pytest.mark.heavy
@pytest.mark.parametrize("style", Style)
def test_the_committed_beds_are_what_the_composer_writes(style: Style, tmp_path: Path) -> None:
    score = composed(style)
    write_opus(score, tmp_path / "again.opus")
    again = _whole(load_music(tmp_path / "again.opus"))
    committed = _whole(load_bed(style))
    assert committed.shape == score.shape
    assert np.corrcoef(committed.ravel(), score.ravel())[0, 1] > 0.99
    np.testing.assert_allclose(again, committed, atol=0.01)


class TestLooped:
    @pytest.mark.parametrize("samples", [0, 1, seconds(3), seconds(3) + 1, seconds(31.4)])
    def test_has_the_wanted_length(self, samples: int) -> None:
        assert looped(stereo(pink_noise(3, 0.3)), samples).shape == (samples, 2)

    def test_unrelated_ends_are_blended_at_constant_power(self) -> None:
        noise = stereo(pink_noise(6, 0.3, 5), pink_noise(6, 0.3, 6))
        energies = block_energies(looped(noise, seconds(20)))
        seam = energies[45:60]
        assert 10 * np.log10(seam.mean() / energies[:45].mean()) == pytest.approx(0, abs=1.0)

    def test_ends_that_continue_are_not_changed(self) -> None:
        """440 periods a second: a tone of whole seconds repeats itself exactly."""
        expected = stereo(tone(440, 12, 0.3))
        np.testing.assert_allclose(looped(expected[: seconds(5)], seconds(12)), expected, atol=2e-3)

    def test_nothing_repeated_is_silence(self) -> None:
        assert not looped(np.zeros((0, 2), np.float32), 100).any()

    @pytest.mark.parametrize("length", [0.5, 3.0, 31.4])
    def test_is_read_in_blocks_as_it_is_as_a_whole(self, length: float) -> None:
        bed = Bed.of(stereo(pink_noise(3, 0.3, 5), pink_noise(3, 0.3, 6)))
        repeated = bed.looped(seconds(length))
        blocks = [repeated.block(start, start + 28_800) for start in range(0, seconds(length), 28_800)]
        assert np.array_equal(np.concatenate(blocks, axis=1), repeated.block(0, seconds(length)))

    def test_has_the_energies_that_are_told_of_it(self) -> None:
        bed = Bed.of(stereo(pink_noise(3, 0.3, 5), pink_noise(3, 0.1, 6)))
        for length in (2.0, 17.0):
            told = per_step(bed.looped(seconds(length)).energies())
            measured = block_energies(looped(bed, seconds(length)))
            np.testing.assert_allclose(told, measured, rtol=0.02)


def test_music_beyond_full_scale_keeps_its_shape() -> None:
    loud = stereo(np.concatenate([tone(440, 1, 0.4), tone(440, 1, 3.0)]))
    np.testing.assert_allclose(_whole(Bed.of(loud)), loud, atol=1e-4)


class TestMusicOfTheUser:
    @pytest.mark.parametrize(
        ("name", "container", "codec", "rate"),
        [
            ("a.wav", "wav", "pcm_s16le", 44_100),
            ("a.mp3", "mp3", "libmp3lame", 44_100),
            ("a.m4a", "ipod", "aac", 48_000),
            ("a.aac", "adts", "aac", 44_100),
            ("a.flac", "flac", "flac", 48_000),
            ("a.ogg", "ogg", "libopus", 48_000),
            ("a.aiff", "aiff", "pcm_s16be", 22_050),
            ("wrong.txt", "flac", "flac", 48_000),
        ],
    )
    def test_is_read_whatever_its_format(
        self, tmp_path: Path, name: str, container: str, codec: str, rate: int
    ) -> None:
        time = np.arange(2 * rate) / rate
        source = stereo((0.3 * np.sin(2 * np.pi * 500 * time)).astype(np.float32))
        music = _whole(load_music(_write(tmp_path / name, container, codec, source, rate)))
        assert music.dtype == np.float32
        assert len(music) == pytest.approx(seconds(2), abs=seconds(0.08))
        middle = music[seconds(0.5) : seconds(1.5), 0]
        assert np.argmax(np.abs(np.fft.rfft(middle))) == pytest.approx(500, abs=2)
        assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.08)  # LAME scales by 0.95

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"this is a text",
            b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n",
            b"ffconcat version 1.0\nfile /etc/hostname\n",
            b"RIFF\x00\x00\x00\x00WAVE",
            b"ID3" + bytes(400),
            b"fLaC" + bytes(64),
            b"OggS" + bytes(64),
            b"\x89PNG\r\n\x1a\n" + bytes(64),
        ],
    )
    def test_that_is_not_audio_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "music.mp3"
        path.write_bytes(content)
        with pytest.raises(TemplateInvalidError, match=r"music\.mp3") as caught:
            load_music(path)
        assert "MP3" in caught.value.fix

    def test_is_decoded_once_for_all_rows_but_anew_when_it_was_changed(self, tmp_path: Path) -> None:
        path = _write(tmp_path / "music.wav", "wav", "pcm_s16le", stereo(tone(440, 2, 0.3)))
        first = load_music(path)
        assert load_music(path) is first
        _write(path, "wav", "pcm_s16le", stereo(tone(440, 3, 0.3)))
        assert len(load_music(path)) == seconds(3)

    def test_that_is_missing_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(TemplateInvalidError, match="no such file"):
            load_music(tmp_path / "nowhere.mp3")
        with pytest.raises(TemplateInvalidError, match="directory"):
            load_music(tmp_path)

    def test_with_pictures_but_no_sound_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "film.mp4"
        with av.open(path, "w") as sink:
            stream = sink.add_stream("mpeg4", rate=30)
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
            sink.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
            sink.mux(stream.encode(None))
        with pytest.raises(TemplateInvalidError, match="no sound"):
            load_music(path)

    @pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
    def test_with_samples_that_are_no_sound_is_refused(self, tmp_path: Path, value: float) -> None:
        sound = stereo(tone(440, 2, 0.3))
        sound[5000] = value
        path = _write(tmp_path / "float.wav", "wav", "pcm_f32le", sound)
        with pytest.raises(TemplateInvalidError, match="not valid sound"):
            load_music(path)

    def test_longer_than_ten_minutes_is_refused(self, tmp_path: Path) -> None:
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as sink:
            sink.setnchannels(1)
            sink.setsampwidth(1)
            sink.setframerate(8000)
            sink.writeframes(b"\x80" * (8000 * 601))
        (tmp_path / "long.wav").write_bytes(buffer.getvalue())
        with pytest.raises(TemplateInvalidError, match="10 minutes"):
            load_music(tmp_path / "long.wav")

    def test_shorter_than_a_second_is_refused(self, tmp_path: Path) -> None:
        _write(tmp_path / "short.flac", "flac", "flac", stereo(tone(440, 0.3, 0.3)))
        with pytest.raises(TemplateInvalidError, match="1 second"):
            load_music(tmp_path / "short.flac")
