"""The event renderer: encodes only pictures that change, and writes repeat frames itself, without an encoder."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Protocol

from bulkvid_pipeline.core.errors import EncoderError, RenderCancelledError
from bulkvid_pipeline.core.options import AudioCodec, VideoCodec
from bulkvid_pipeline.rendering.encode.codecs import event_settings
from bulkvid_pipeline.rendering.encode.h264 import ParameterSets, idr_pic_id, with_idr_pic_id
from bulkvid_pipeline.rendering.encode.mux import write_file
from bulkvid_pipeline.rendering.encode.renderer import Programme, Progress, Renderer
from bulkvid_pipeline.rendering.encode.scene import AccessUnit, EncodedScene, SceneCoders, encode_scene
from bulkvid_pipeline.rendering.encode.sound import Sound, encode_sound
from bulkvid_pipeline.rendering.encode.spool import SceneSpool
from bulkvid_pipeline.rendering.model import Film, VideoFormat

_POLL_S = 0.1


class SceneStore(Protocol):
    """A store of encoded scenes under their hash. Called from several threads at once."""

    def get(self, key: str) -> bytes | None:
        """The stored bytes, or None."""
        ...

    def put(self, key: str, piece: bytes) -> None:
        """Store the bytes."""
        ...


class EventRenderer(Renderer):
    """Encodes every scene separately, several at a time, and joins them without re-encoding.

    Args:
        scene_store: where encoded scenes are kept between renders; None: they are not kept.
        threads: number of scenes that are encoded at a time.
    """

    def __init__(self, scene_store: SceneStore | None = None, *, threads: int = 1) -> None:
        self._store = scene_store
        self._threads = max(1, threads)
        self._idle: list[SceneCoders] = []
        self._last_sound: tuple[weakref.ref[Sound], AudioCodec, bytes] | None = None

    def _write(self, programme: Programme, part: Path, progress: Progress, cancelled: Callable[[], bool]) -> None:
        with SceneSpool(part) as spool:
            sound = self._encode(programme, spool, progress, cancelled)
            if len(spool.heads) > 1:
                raise EncoderError(
                    "Joining the scenes failed: their parameter sets differ",
                    fix='Clear the scene store, or render with the renderer "graph"',
                )
            ((_codec, head),) = spool.heads
            write_file(part, programme.fmt, head, _joined(spool.scenes()), sound, programme.metadata)

    def _encode(
        self, programme: Programme, spool: SceneSpool, progress: Progress, cancelled: Callable[[], bool]
    ) -> bytes:
        """Encode all scenes into the spool, and the sound; the calling thread reports progress and checks for stops."""
        stop = threading.Event()
        done = [0] * len(programme.films)

        def encode(index: int, film: Film) -> None:
            def report(frames: int) -> None:
                done[index] = frames

            spool.put(index, self._scene(film, programme.fmt, report, stop.is_set))
            done[index] = film.frames

        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="encode")
        try:
            scenes = [pool.submit(encode, index, film) for index, film in enumerate(programme.films)]
            sound = pool.submit(self._sound, programme.sound, programme.fmt.audio_codec, stop.is_set)
            waiting: set[Future[Any]] = {*scenes, sound}
            while waiting:
                finished, waiting = wait(waiting, timeout=_POLL_S, return_when=FIRST_EXCEPTION)
                for future in finished:
                    future.result()
                if cancelled():
                    raise RenderCancelledError("Rendering was stopped on request")
                progress(sum(done), programme.frames)
            return sound.result()
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _sound(self, sound: Sound, codec: AudioCodec, stopped: Callable[[], bool]) -> bytes:
        """The encoded sound; the last one is kept, since all platforms of a row have the same sound."""
        kept = self._last_sound
        if kept is not None and kept[0]() is sound and kept[1] is codec:
            return kept[2]
        encoded = encode_sound(sound, codec, cancelled=stopped)
        self._last_sound = (weakref.ref(sound), codec, encoded)
        return encoded

    def _scene(
        self, film: Film, fmt: VideoFormat, report: Callable[[int], None], stopped: Callable[[], bool]
    ) -> EncodedScene:
        """The scene from the store if it is there and intact; else it is encoded and stored."""
        if self._store is None:
            return self._encoded(film, fmt, report, stopped)
        key = scene_key(film, fmt)
        piece = self._store.get(key)
        if piece is not None:
            try:
                return EncodedScene.from_bytes(piece)
            except ValueError:
                pass  # A damaged entry is a miss: the scene is encoded again and the entry replaced.
        scene = self._encoded(film, fmt, report, stopped)
        self._store.put(key, scene.to_bytes())
        return scene

    def _encoded(
        self, film: Film, fmt: VideoFormat, report: Callable[[int], None], stopped: Callable[[], bool]
    ) -> EncodedScene:
        """The newly encoded scene; encoders left open by an earlier scene are used again."""
        coders = self._idle.pop() if self._idle else SceneCoders()
        scene = encode_scene(film, fmt, coders=coders, progress=report, cancelled=stopped)
        self._idle.append(coders)
        return scene


def scene_key(film: Film, fmt: VideoFormat) -> str:
    """The key of an encoded scene: hash of its pictures, its size, the settings and the encoder's build."""
    settings = event_settings(fmt.video_codec, film.material).fingerprint
    document = f"{film.fingerprint}\n{film.frames}\n{fmt.width}x{fmt.height}\n{settings}"
    return hashlib.blake2b(document.encode(), digest_size=16).hexdigest()


def _joined(scenes: Iterable[EncodedScene]) -> Iterator[AccessUnit]:
    """The access units of all scenes."""
    before: int | None = None
    for scene in scenes:
        sets = ParameterSets.of(scene.head.parameter_sets) if scene.codec is VideoCodec.H264 else None
        for unit in scene.access_units():
            if sets is None or not unit.key:
                before = None
                yield unit
                continue
            number = idr_pic_id(unit.data, sets)
            if number is not None and number == before:
                # After a scene of one frame there are two IDR pictures in a row, each numbered by another encoder.
                number = 1 - number
                unit = AccessUnit(with_idr_pic_id(unit.data, sets, number), True)
            before = number
            yield unit
