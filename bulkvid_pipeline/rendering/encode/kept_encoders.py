"""Encoders that stay open between scenes, because opening one takes as long as coding a picture."""

from __future__ import annotations

from collections import OrderedDict

from av.video.frame import VideoFrame

from bulkvid_pipeline.rendering.encode.codecs import EncoderSettings, encode_picture, open_encoder


class Encoder:
    """An open encoder, and the number of pictures that it has coded."""

    def __init__(self, settings: EncoderSettings, width: int, height: int) -> None:
        self._context = open_encoder(settings, width, height)
        self._given = 0

    def encode(self, picture: VideoFrame, *, key: bool) -> bytes:
        """The packet of one picture; see `encode_picture`."""
        self._given += 1
        return encode_picture(self._context, picture, self._given - 1, key=key)


class KeptEncoders:
    """The most recently used encoders by settings and size. For one thread at a time.

    Args:
        most: largest number of encoders that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: OrderedDict[tuple[EncoderSettings, int, int], Encoder] = OrderedDict()

    def encoder(self, settings: EncoderSettings, width: int, height: int) -> Encoder:
        """An encoder whose next picture must be a key frame; a new one if earlier pictures would affect the output."""
        if not settings.forgets:
            return Encoder(settings, width, height)
        key = (settings, width, height)
        encoder = self._open.pop(key, None) or Encoder(settings, width, height)
        self._open[key] = encoder
        if len(self._open) > self._most:
            self._open.popitem(last=False)
        return encoder
