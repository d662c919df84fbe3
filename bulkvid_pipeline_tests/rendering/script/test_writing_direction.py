from __future__ import annotations

import pytest

from bulkvid_pipeline.rendering.script.writing_direction import LEFT_TO_RIGHT_MARK, with_order_kept


@pytest.mark.parametrize(
    "marked",
    [
        "رقم الهاتف |+966 50 123 4567.",
        "تلفن: |۰۲۱-۱۲۳۴۵۶۷۸",
        "אחרי |@tea_time_daily!",
        "السعر 49.99 ريال، #شاي_الصباح و info@example.com",
        "طفولة",
    ],
)
def test_phones_and_handles_keep_their_order_in_texts_from_the_right(marked: str) -> None:
    plain = marked.replace("|", "")
    assert with_order_kept(plain) == marked.replace("|", LEFT_TO_RIGHT_MARK)
