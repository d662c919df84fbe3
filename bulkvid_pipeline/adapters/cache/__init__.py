"""Pieces of videos kept for another time: narration, pictures, encoded scenes, found again by what they are made of.

pieces = open_pieces(PiecesPlace(folder="/var/cache/bulkvid", max_bytes=5_000_000_000))
scenes = PiecesOfKind(pieces, "scene", salt="engine 1")
"""

from bulkvid_pipeline.adapters.cache.contract import KindStatistics, Pieces, PiecesOfKind, Statistics
from bulkvid_pipeline.adapters.cache.folder import FolderPieces
from bulkvid_pipeline.adapters.cache.layers import BucketPieces, LayeredPieces
from bulkvid_pipeline.adapters.cache.opening import PiecesPlace, open_pieces
from bulkvid_pipeline.adapters.cache.utterances import UtterancePieces

__all__ = [
    "BucketPieces",
    "FolderPieces",
    "KindStatistics",
    "LayeredPieces",
    "Pieces",
    "PiecesOfKind",
    "PiecesPlace",
    "Statistics",
    "UtterancePieces",
    "open_pieces",
]
