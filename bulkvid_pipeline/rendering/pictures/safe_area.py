"""The part of the frame that is not covered by the platform's own buttons and texts.

Basis of the fractions (of the frame's width and height):

- YouTube and X in 16:9 and the square feed posts of Instagram, Facebook and LinkedIn have no fixed overlay: the safe
  title area of SMPTE ST 2046-1 and EBU R 95, i.e. 5 % off each side; the square keeps 6 %, as it is also shown with
  rounded corners and crops.
- TikTok: of 1080x1920 keep 150 px at the top, 440 px at the bottom (description, sound) and 150 px at the right
  (action buttons) clear, as in the published guides to its in-feed placement; TikTok itself only gives templates
  (ads.tiktok.com, "TikTok Auction In-Feed Ads") that vary with the length of the description.
- Reels: Meta's guideline for 9:16 video: 14 % at the top, 35 % at the bottom, 6 % at each side.
- Shorts: the vertical template commonly given for Google Ads: of 1080x1920 keep 288 px at the top, 672 px at the
  bottom, 48 px at the left and 192 px at the right clear.
- Stories: Meta's guideline for story placements: 14 % at the top (profile and time), 20 % at the bottom (reply bar,
  link), 6 % at each side as for Reels.
- Pinterest: it publishes no template for plain pins; an opened pin has buttons at the right and its title at the bottom
    as Shorts have, so the margins of Shorts are used.

These are the larger figures for posts with a call to action, so plain posts are safe as well. In an unusual shape of
frame (a wide TikTok) the plain title margins are used, since the platform's overlay is vertical.
"""

from __future__ import annotations

from dataclasses import dataclass

from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.rendering.pictures.geometry import Box


@dataclass(frozen=True)
class Margins:
    """Fractions of the frame's width (left, right) and height (top, bottom) to keep clear."""

    left: float
    top: float
    right: float
    bottom: float


TITLE_SAFE = Margins(0.05, 0.05, 0.05, 0.05)
SQUARE = Margins(0.06, 0.06, 0.06, 0.06)
_SHORTS = Margins(48 / 1080, 288 / 1920, 192 / 1080, 672 / 1920)
VERTICAL: dict[Platform, Margins] = {
    Platform.TIKTOK: Margins(60 / 1080, 150 / 1920, 150 / 1080, 440 / 1920),
    Platform.REELS: Margins(0.06, 0.14, 0.06, 0.35),
    Platform.SHORTS: _SHORTS,
    Platform.PINTEREST: _SHORTS,
    Platform.STORY: Margins(0.06, 0.14, 0.06, 0.20),
}


def safe_area(platform: Platform, width: int, height: int) -> Box:
    """The box for captions and cards, in whole pixels of a `width` x `height` frame."""
    margins = TITLE_SAFE
    if height > width:
        margins = VERTICAL.get(platform, TITLE_SAFE)
    elif height == width:
        margins = SQUARE
    return Box.of_edges(
        -(-width * margins.left // 1),
        -(-height * margins.top // 1),
        width * (1 - margins.right) // 1,
        height * (1 - margins.bottom) // 1,
    )
