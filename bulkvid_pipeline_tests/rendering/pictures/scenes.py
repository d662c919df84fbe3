"""Scenes and formats that the painter's tests share."""

from __future__ import annotations

from dataclasses import replace

from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.rendering.model import Cue, Scene, SceneKind, SpokenWord, TimedScene, VideoFormat

WIDE = VideoFormat(Platform.YOUTUBE, 1280, 720)
TALL = VideoFormat(Platform.TIKTOK, 720, 1280)
REELS = VideoFormat(Platform.REELS, 720, 1280)
SHORTS = VideoFormat(Platform.SHORTS, 720, 1280)
SQUARE = VideoFormat(Platform.INSTAGRAM, 720, 720)
SMALL = VideoFormat(Platform.YOUTUBE, 640, 360)

WORDS_PER_CUE = 6
FRAMES_PER_WORD = 6


def cues_of(text: str, start: int = 4) -> tuple[Cue, ...]:
    """The text's words, six a cue; every word is spoken for five frames and followed by a frame of silence."""
    words = text.split()
    cues = []
    for first in range(0, len(words), WORDS_PER_CUE):
        group = words[first : first + WORDS_PER_CUE]
        times = [start + (first + index) * FRAMES_PER_WORD for index in range(len(group))]
        spoken = tuple(SpokenWord(word, at, at + FRAMES_PER_WORD - 1) for word, at in zip(group, times, strict=True))
        cues.append(Cue(spoken, times[0], times[-1] + FRAMES_PER_WORD))
    return tuple(cues)


def timed(scene: Scene, frames: int = 0) -> TimedScene:
    cues = cues_of(scene.text)
    return TimedScene(scene, frames or max(60, cues[-1].end + 10 if cues else 0), cues)


TITLE = timed(
    Scene(
        SceneKind.TITLE,
        heading="How to Improve Productivity with AI Tools",
        subheading="Learn which small tasks to hand over first",
    )
)
BODY = timed(
    Scene(
        SceneKind.BODY,
        "Most of us lose two hours a day to small tasks.",
        heading="Let an assistant draft your replies",
        number=2,
    )
)
LIST = timed(
    Scene(
        SceneKind.LIST,
        "Keep one list, not five. Review it every morning.",
        heading="Three habits that stick",
        items=("Keep one list, not five", "Review it every morning", "Automate the task you never want to do again"),
        number=3,
    )
)
QUOTE = timed(
    Scene(
        SceneKind.QUOTE,
        "Finish the last minute in the pan.",
        heading="The starch is what makes the sauce cling.",
        subheading="Anna Rossi, head chef",
    )
)
_HEADS = ("Rinsing it", "Too little salt", "Oil in the pot", "A dry finish")


def growing(count: int) -> TimedScene:
    """The scene of a list of four in which entry `count` is spoken."""
    return timed(
        Scene(
            SceneKind.LIST,
            "It keeps the sauce from sticking.",
            heading="Four mistakes ruin most pasta",
            items=_HEADS[:count],
            item_numbers=tuple(range(1, count + 1)),
            spoken_from=count - 1,
            detail="It keeps the sauce from sticking",
            standing=count - 1,
            room=tuple(map(len, _HEADS)),
            detail_room=(0, 0, 32, 32),
        )
    )


STRESSED = timed(
    Scene(
        SceneKind.BODY,
        "Revenue grew 18 percent.",
        heading="Revenue grew 18 percent",
        emphasis=("18 percent",),
    )
)
NUMBERED_QUOTE = timed(replace(QUOTE.scene, number=9))
KINDS = {
    "title": TITLE,
    "body": BODY,
    "list": LIST,
    "quote": QUOTE,
    "growing list": growing(3),
    "stressed body": STRESSED,
    "numbered quote": NUMBERED_QUOTE,
}

SAMPLES = {
    "english": "How to improve productivity",
    "german": "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen erklärt",
    "arabic": "تعلّم لغة جديدة في ثلاثين يوماً",
    "hebrew": "איך לבחור ספר טוב",
    "hindi": "हर दिन दस मिनट योग",
    "bengali": "প্রতিদিন দশ মিনিট",
    "tamil": "தினமும் பத்து நிமிடம்",
    "telugu": "ప్రతి రోజు పది నిమిషాలు",
    "thai": "ฉันรักประเทศไทยและอาหารไทย",
    "chinese": "三分钟学会泡一杯好茶，水温控制在八十五度左右。",
    "traditional": "這個時間學習語言，讓我們開始。",
    "japanese": "カメラなしで写真がうまくなる方法",
    "korean": "천 리 길도 한 걸음부터 시작됩니다",
    "russian": "Как высыпаться каждый день",
    "greek": "Πώς να κοιμάστε καλύτερα",
    "vietnamese": "Học một ngôn ngữ mới trong ba mươi ngày",
    "georgian": "ყოველდღე ათი წუთი",
    "armenian": "Ամեն օր տասը րոպե",
    "amharic": "በየቀኑ አስር ደቂቃ",
    "emoji": "Ciencia 🥱 👨‍👩‍👧‍👦 🇪🇸 👋🏽 ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "symbols": "→ ∑ ★ ✓ ½ № ₹ € … “quotes” – ™",
}
