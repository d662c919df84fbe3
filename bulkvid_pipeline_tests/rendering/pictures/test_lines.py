"""Lines of laid-out texts, read from the layout."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import skia
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import Scene, SceneKind
from bulkvid_pipeline.rendering.pictures.accents import accented
from bulkvid_pipeline.rendering.pictures.composer import Composer
from bulkvid_pipeline.rendering.pictures.film import scene_film
from bulkvid_pipeline.rendering.pictures.scripts import display_text, han_variant
from bulkvid_pipeline.rendering.pictures.themes import THEMES
from bulkvid_pipeline.rendering.pictures.typefaces import Cut
from bulkvid_pipeline.rendering.pictures.typesetting import LINE_END, SetText, Span, TextLook, set_text
from bulkvid_pipeline.rendering.script.emphasis import emphasis_of
from bulkvid_pipeline.rendering.script.tokens import UnitKind, units_of
from bulkvid_pipeline_tests.rendering.pictures import scenes

LOOK = TextLook(Cut("Inter", 700), (0, 0, 0), 80, 40, line_height=1.15)

TEXTS = {
    "english": "It opened at 4 p.m. in the U.S. for J. K. Rowling at $1.2bn, 12.5 % more than on March 14th, 2025.",
    "german": "Rund 1,2 Mio. Menschen zahlen am 24. Dezember um 18:30 Uhr 12,50 € für Wi-Fi mit z. B. 5 GB.",
    "french": "Il ne faut pas oublier de payer 1 234,56 € à 18h30 !",
    "chinese": "今年茶叶出口达到4.15亿元，同比增长5.7%，版本v2.0将于18:30上线，访问example.com了解更多。",
    "japanese": "カメラなしで写真がうまくなる方法は12,800円で、売上は4.15億円です。3分で説明します。",
    "korean": "올해 수출은 4.15억 원으로 5.7% 늘었고 한 잔에 1,980원, 세트는 12,800원입니다.",
    "thai": "อย่ากดชาแรงเกินไปเพราะจะทำให้ขม ราคา 1,500 บาท หรือ 4.15 ล้านบาทต่อปี",
    "khmer": "ព្រឹកនេះខ្ញុំផឹកតែក្តៅជាមួយមិត្តភក្តិ។ ស្ត្រីខ្មែរធ្វើការ",
    "burmese": "လက်ဖက်ရည်ကို မနက်တိုင်း သောက်ပါ။ ကောင်းပါတယ်။",
    "lao": "ຕອນເຊົ້າດື່ມຊາຮ້ອນ ຢູ່ບ້ານນີ້ ທຸກໆມື້",
    "hindi": "₹1,00,000 की बचत और 85% लोगों को हर दिन दस मिनट योग से लाभ मिलता है।",
    "tamil": "தினமும் பத்து நிமிடம் ₹5,000 சேமிக்கலாம், 85% பேர் சொல்கிறார்கள்",
    "arabic": "اشرب كوباً من الماء قبل الساعة 10:30 في الصباح كما يفعل 85٪ من الناس.",
    "hebrew": "שתו כוס מים לפני 10:30 בבוקר, ולא אחרי הארוחה, במשך 30 יום.",
    "keycaps": "1️⃣ Fill the kettle 2️⃣ Wait 10 minutes 3️⃣ Pour 👩🏽‍🚀 🇯🇵🇩🇪 🏳️‍🌈",
    "address": "Call +49 30 1234567 or write to first_last@example.com, or see example.com/free-guide #tea_break_2024",
}


def fitted(text: str, width: float = 640, height: float = 900, lines: int = 9, look: TextLook = LOOK) -> SetText:
    stressed = emphasis_of(text)
    return set_text(text, look, width, height, max_lines=lines, variant=han_variant(text), together=stressed)


def drawn(block: SetText) -> NDArray[np.uint8]:
    pixels = np.zeros((int(block.height) + 200, int(block.width) + 200, 4), np.uint8)
    info = skia.ImageInfo.Make(pixels.shape[1], pixels.shape[0], skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
    block.paint(skia.Surface.MakeRasterDirect(info, pixels, pixels.shape[1] * 4).getCanvas(), 100, 100)
    return pixels


@pytest.mark.parametrize("width", [420, 640, 1100])
@pytest.mark.parametrize("name", TEXTS)
def test_lines_hold_the_whole_text_and_no_unit_goes_over_two(name: str, width: float) -> None:
    text = display_text(TEXTS[name])
    block = fitted(text, width)
    assert block.words == text
    assert "".join(block.line_texts).replace(" ", "") == text.replace(" ", "")
    for unit in units_of(text):
        if unit.kind not in (UnitKind.EMOJI, UnitKind.ADDRESS):
            assert any(unit.text in line for line in block.line_texts), unit


@pytest.mark.parametrize("name", TEXTS)
def test_every_line_fits_and_the_height_is_that_of_the_lines(name: str) -> None:
    block = fitted(display_text(TEXTS[name]))
    assert block.paragraph.LongestLine <= block.width <= 640
    assert block.paragraph.Height == pytest.approx(block.height, abs=0.5)
    assert len(block.line_texts) == block.lines


@pytest.mark.parametrize("name", TEXTS)
def test_colours_change_no_letter_and_no_place(name: str) -> None:
    block = fitted(display_text(TEXTS[name]))
    halves = [block.text[at : at + 3] for at in range(0, len(block.text), 3)]
    colored = block.in_colors([Span(half, block.look.color) for half in halves])
    np.testing.assert_array_equal(drawn(colored), drawn(block))


@pytest.mark.parametrize("name", TEXTS)
def test_emphasis_paints_the_same_ink_in_another_colour(name: str) -> None:
    text = display_text(TEXTS[name])
    block = fitted(text)
    stressed = emphasis_of(text) or (text.split(" ")[0],)
    colored = accented(block, stressed, (200, 30, 30))
    plain, painted = drawn(block), drawn(colored)
    # Skia makes the edges of light and dark letters a little bolder or thinner, but no ink comes or goes.
    assert not ((plain[..., 3] == 0) & (painted[..., 3] > 90)).any()
    assert not ((painted[..., 3] == 0) & (plain[..., 3] > 90)).any()
    assert (painted[..., :3] != plain[..., :3]).any()


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("How to Improve Productivity with AI Tools", 700, ("How to Improve", "Productivity", "with AI Tools")),
        ("Put the phone away: it is the first thing you should do", 900, None),
        ("ฉันรักประเทศไทยและอาหารไทย", 700, ("ฉันรักประเทศไทย", "และอาหารไทย")),
        (
            "カメラなしで写真がうまくなる方法を紹介します。",
            760,
            ("カメラなしで", "写真がうまくなる", "方法を紹介します。"),
        ),
        ("今年茶叶出口达到4.15亿元，同比增长5.7%。", 640, ("今年茶叶出口", "达到4.15亿元，", "同比增长5.7%。")),
        ("천 리 길도 한 걸음부터 시작됩니다", 480, None),
    ],
)
def test_lines_end_where_readers_pause(text: str, width: float, lines: tuple[str, ...] | None) -> None:
    block = fitted(text, width, lines=4)
    assert lines is None or block.line_texts == lines
    for line in block.line_texts[:-1]:
        assert line.split(" ")[-1].lower() not in {"the", "a", "of", "to", "with", "is", "it"}


@pytest.mark.parametrize("width", [520, 640, 800])
def test_the_last_line_is_no_lonely_short_word(width: float) -> None:
    for text in (
        "Most of us lose two hours a day to small tasks.",
        "Write down three things that went well today.",
        "Never open the oven before the bread has risen for it.",
    ):
        *_, last = fitted(text, width).line_texts
        assert " " in last or len(last) > 8, last


def test_an_address_that_fits_on_a_line_is_whole() -> None:
    block = fitted("Visit example.com/free-guide for tea", 700)
    assert any("example.com/free-guide" in line for line in block.line_texts)


@pytest.mark.parametrize(
    "address",
    ["https://www.example.com/guides/tea/how-to-brew-green-tea?lang=en&size=large", "Self-improvement/self-care"],
)
def test_a_long_address_is_broken_at_its_marks_only(address: str) -> None:
    block = fitted(f"Visit {address} now", 330)
    assert block.words == f"Visit {address} now"
    for line, after in itertools.pairwise(block.line_texts):
        assert line == "Visit" or line[-1] in "/-?&=_" or after[0] == "." or after.startswith("now"), block.line_texts


def test_an_address_gets_no_hyphens() -> None:
    block = fitted("Write to abcdefghijklmnopqrst@verylongdomainname.example.com", 330)
    assert not any(line.endswith("-") for line in block.line_texts)


def test_type_gets_smaller_before_anything_is_cut_off() -> None:
    text = "Every morning she opened the window and put the kettle on the stove. " * 6
    block = fitted(text.strip(), 500, 300)
    assert block.words == text.strip()
    assert block.look.size < LOOK.least_size


def test_more_lines_than_wanted_are_better_than_small_type() -> None:
    text = "Every morning she opened the window and put the kettle on the stove before anyone else was up."
    assert fitted(text, 700, 700, lines=2).look.size > 1.3 * fitted(text, 700, 120, lines=2).look.size


def test_a_line_end_keeps_the_direction_of_what_is_quoted_across_it() -> None:
    block = fitted("قال لي: hello, my dear old friend, how are you today? ثم ذهب", 420)
    assert block.right_to_left
    assert LINE_END in block.text
    assert "\n" not in block.text


LONG = {
    "english": (
        "Every morning she opened the window, put the kettle on the stove, and waited for the birds to "
        "begin their long conversation about the weather, the worms of the garden, and the neighbour's "
        "cat, who never once looked up from her place on the wall, not even for tea."
    ),
    "german": (
        "Die Donaudampfschifffahrtsgesellschaft und ihre Lebensversicherungsgesellschaften empfehlen "
        "Geschwindigkeitsbegrenzungen für alle Kraftfahrzeughaftpflichtversicherungen, weil sie das "
        "Risiko um 12,5 % senken und jedes Jahr 1,2 Mio. € sparen, sagt Prof. Müller."
    ),
    "arabic": (
        "في كل صباح تفتح النافذة وتضع الإبريق على النار وتنتظر الطيور حتى تبدأ حديثها الطويل عن الطقس "
        "وديدان الحديقة، ولا تنسى أن تشرب كوبين من الماء قبل الساعة 10:30، لأن 85٪ من الناس لا يشربون ما "
        "يكفي من الماء في اليوم حسب دراسة جديدة."
    ),
    "chinese": (
        "每天早上她打开窗户，把水壶放在炉子上，等待鸟儿开始它们关于天气和花园里虫子的漫长谈话，今年茶叶出"
        "口达到4.15亿元，同比增长5.7%，水温控制在85.5度左右，泡20.5秒，访问example.com了解更多，早上7:30起"
        "床，晚上11:00睡觉。"
    ),
    "thai": (
        "ทุกเช้าเธอเปิดหน้าต่าง วางกาน้ำบนเตา และรอให้นกเริ่มบทสนทนายาวเกี่ยวกับสภาพอากาศและหนอนในสวน "
        "อย่ากดชาแรงเกินไปเพราะจะทำให้รสชาติขมมากขึ้นกว่าเดิม ราคา 1,500 บาท หรือ 4.15 ล้านบาทต่อปี"
    ),
    "hindi": (
        "हर सुबह वह खिड़की खोलती है, केतली को चूल्हे पर रखती है, और पक्षियों के मौसम और बगीचे के कीड़ों "
        "के बारे में अपनी लंबी बातचीत शुरू करने की प्रतीक्षा करती है। ₹1,00,000 की बचत और 85% लोगों को "
        "हर दिन योग से लाभ मिलता है।"
    ),
}


@pytest.mark.parametrize("fmt", [scenes.WIDE, scenes.TALL, scenes.REELS, scenes.SHORTS, scenes.SQUARE], ids=str)
@pytest.mark.parametrize("style", list(Style))
def test_long_cards_show_every_word_in_type_that_can_be_read(
    style: Style, fmt: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks: list[SetText] = []
    put = Composer.text

    def noted(self: Composer, block: SetText, *args: object, **more: object) -> None:
        blocks.append(block)
        put(self, block, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Composer, "text", noted)
    for text in LONG.values():
        blocks.clear()
        shown = display_text(text)
        film = scene_film(scenes.timed(Scene(SceneKind.BODY, shown, heading=shown)), fmt, THEMES[style])  # type: ignore[arg-type]
        film.text_boxes(0)
        (block,) = [block for block in blocks if block.words == shown]
        assert block.look.size * 1080 / 720 >= 40


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.integers(60, 900), st.integers(30, 400), st.integers(1, 5))
def test_any_text_is_laid_out_inside_its_box_without_loss(text: str, width: int, height: int, lines: int) -> None:
    shown = display_text(text)
    block = set_text(shown, LOOK, width, height, max_lines=lines, variant=han_variant(shown))
    if not block.words.endswith("…"):
        assert "".join(block.line_texts).replace(" ", "").replace("-", "") == shown.replace(" ", "").replace("-", "")
    assert block.width <= width


def test_the_same_words_have_the_same_lines_in_every_colour() -> None:
    red = replace(LOOK, color=(200, 0, 0))
    for text in TEXTS.values():
        assert fitted(text).line_texts == fitted(text, look=red).line_texts
