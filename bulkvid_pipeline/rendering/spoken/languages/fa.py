"""How Persian is read."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken import cldr
from bulkvid_pipeline.rendering.spoken.counting import NUMBER, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words

_JALALI = (
    *("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن"),
    "اسفند",
)


def _date(year: int | None, month: int, day: int) -> str:
    """A year between 1200 and 1500 is one of the Persian calendar."""
    if year is not None and 1200 < year < 1500:
        return f"{day} {_JALALI[month - 1]} {year}"
    return cldr.long_date("fa", year, month, day)


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    return f"{hour} و {minute} دقیقه" if minute else str(hour)


READINGS = Readings(
    locale="fa",
    words=Words(
        dot="نقطه",
        at="ات",
        slash="اسلش",
        dash="خط تیره",
        underscore="آندرلاین",
        hashtag="هشتگ",
        number="شماره",
        point="نقطه",
        to="تا",
        ratio="به",
        score="",
        out_of="ممیز",
        minus="منفی",
        plus="به علاوه",
        times="ضرب در",
        fold="برابر",
        equals="مساوی",
        less="کمتر از",
        more="بیشتر از",
        at_most="حداکثر",
        at_least="حداقل",
        about="حدود",
        ampersand="و",
        with_cents=" و ",
        with_fraction=" و ",
        and_a_half=" و نیم",
        percent="درصد",
    ),
    grouping=",٬",
    spoken_decimal=" ممیز ",
    money={
        "IRR": forms("ریال"),
        "USD": forms("دلار"),
        "EUR": forms("یورو"),
        "GBP": forms("پوند"),
        "TRY": forms("لیر"),
        "JPY": forms("ین"),
        "CNY": forms("یوان"),
        "AED": forms("درهم"),
    },
    small_money={"USD": forms("سنت"), "EUR": forms("سنت")},
    scales={word: forms(word) for word in ("هزار", "میلیون", "میلیارد", "تریلیون")},
    units={"%": forms("درصد"), "٪": forms("درصد"), "°C": forms("درجه سانتی‌گراد"), "کیلومتر": forms("کیلومتر")},
    fraction=lambda upper, lower: {
        (1, 2): "نیم",
        (1, 3): "یک سوم",
        (2, 3): "دو سوم",
        (1, 4): "یک چهارم",
        (3, 4): "سه چهارم",
    }.get((upper, lower)),
    date=_date,
    time=_time,
    before_phones="تلفن|شماره|تماس",
    abbreviations={"ق.م": "پیش از میلاد", "24/7": "شبانه‌روزی"},
    rules=(
        Rule(re.compile(rf"(?<![\d.,])[%٪](?P<number>{NUMBER})"), lambda match: f"{match['number']} درصد", digits=True),
    ),
)
