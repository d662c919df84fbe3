"""Rows as they should be pass the checks of their words, in many scripts, in all styles, wide and tall."""

from __future__ import annotations

import unicodedata

import pytest

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import VideoFormat
from bulkvid_pipeline_tests.rendering.quality.rehearsal import TALL, WIDE, rehearsal

SCRIPTS = {
    "latin": "Revenue grew 18 percent to $1.2bn in 2024, never less. Call +1 555 010 0199 or write to a.b@example.com.",
    "arabic": "تعلّم لغة جديدة في ثلاثين يوماً. ادفع 15 ريال فقط.",
    "chinese": "公司收入增长18%，达到4.15亿元。这是最好的一年，我们会继续努力。",
    "japanese": "カメラなしで写真がうまくなる方法です。料金は12,800円だけ。",
    "thai": "ฉันรักประเทศไทยและอาหารไทย ราคา 250 บาท",
    "emoji": "Good morning 👋🏽 from 🇪🇸 with ❤️ and 👨‍👩‍👧‍👦. Step 1️⃣ is tea.",
    "chinese bold": "它能让你**精神焕发**，也能省下**三百元**。第1届，NO.1，3月15号，面积960万km²。",
    "japanese signs": "がぎぐげご、ぱぴぷぺぽ。①②③は番号、価格は5〜10万円です。",
    "korean in parts": unicodedata.normalize("NFD", "김치찌개를 끓여 봅시다. 재료비는 12,800원."),
    "burmese": "ယခုနှစ် အရောင်း ၁၈.၆% တိုးပြီး ကျပ် ၄,၁၅၀,၀၀၀ ရောက်ရှိခဲ့သည်။ ဈေးနှုန်း 19,800 ကျပ်သာ။",
    "hindi bold": "रोज़ **जल्दी सोएँ**। फिर **आठ गिलास**! हाँ।",
    "russian": "Ниже №5. Цена от 5 до 10 тыс. руб./мес. «Успех», — сказал он.",
    "list": "Three tips:\n1. Keep one list\n2. Review it every morning\n3. Automate the rest",
    "quote": '"Finish the last minute in the pan," said Anna Rossi. Then rest.',
    "headings": "# Morning\nDrink water first.\n\n# Evening\nRead a book.",
}


@pytest.mark.parametrize("fmt", [WIDE, TALL], ids=["16:9", "9:16"])
@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("name", SCRIPTS)
def test_all_words_are_said_captioned_and_drawn(name: str, style: Style, fmt: VideoFormat) -> None:
    row = rehearsal(
        SCRIPTS[name], title="A title of four words", description="And what it is about", style=style, fmt=fmt
    )
    assert row.faults() == {}
