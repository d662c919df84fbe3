"""How Thai is read: all numbers in words, since the offline voice reads digits one by one."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_MONTHS = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม"),
    *("พฤศจิกายน", "ธันวาคม"),
)
_LONGEST = 18


def in_words(number: str) -> str:
    """A number in digits, with or without decimals, in words; very long ones digit by digit."""
    whole, point, decimals = number.partition(".")
    digits = [spelled(int(digit), "th", "cardinal") for digit in decimals]
    if len(whole) > _LONGEST or (len(whole) > 1 and whole[0] in "0๐"):
        said = "".join(spelled(int(digit), "th", "cardinal") for digit in whole)
    else:
        said = spelled(int(whole), "th", "cardinal")
    return said + (f"จุด{''.join(digits)}" if point else "")


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{in_words(str(day))} {_MONTHS[month - 1]}"
    return said if year is None else f"{said} {in_words(str(year))}"


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    said = f"{in_words(str(hour))}นาฬิกา"
    return f"{said}{in_words(str(minute))}นาที" if minute else said


READINGS = Readings(
    locale="th",
    words=Words(
        dot="จุด",
        at="แอท",
        slash="ทับ",
        dash="ขีด",
        underscore="ขีดล่าง",
        hashtag="แฮชแท็ก",
        number="หมายเลข",
        point="จุด",
        to="ถึง",
        ratio="ต่อ",
        score="ต่อ",
        out_of="เต็ม",
        minus="ลบ",
        plus="บวก",
        plus_minus="บวกลบ",
        times="คูณ",
        fold="เท่า",
        equals="เท่ากับ",
        less="น้อยกว่า",
        more="มากกว่า",
        at_most="ไม่เกิน",
        at_least="อย่างน้อย",
        about="ประมาณ",
        ampersand="และ",
        per="ต่อ",
        with_fraction="เศษ",
        percent="เปอร์เซ็นต์",
    ),
    blank="",
    says_cents=False,
    counted=lambda number, noun: f"{number}{noun}",
    number=in_words,
    money={
        "THB": forms("บาท"),
        "USD": forms("ดอลลาร์"),
        "EUR": forms("ยูโร"),
        "GBP": forms("ปอนด์"),
        "JPY": forms("เยน"),
        "CNY": forms("หยวน"),
    },
    signs={"บาท": "THB", "บ.": "THB"},
    scales={word: forms(word) for word in ("พัน", "หมื่น", "แสน", "ล้าน", "พันล้าน", "หมื่นล้าน", "แสนล้าน", "ล้านล้าน")},
    units={
        **{"%": forms("{}เปอร์เซ็นต์"), "km": forms("{}กิโลเมตร"), "kg": forms("{}กิโลกรัม"), "กม.": forms("{}กิโลเมตร")},
        **{
            "กก.": forms("{}กิโลกรัม"),
            "ซม.": forms("{}เซนติเมตร"),
            "มล.": forms("{}มิลลิลิตร"),
            "กม./ชม.": forms("{}กิโลเมตรต่อชั่วโมง"),
        },
        **{
            "ชม.": forms("{}ชั่วโมง"),
            "°C": forms("{}องศาเซลเซียส"),
            "น.": forms("{}นาฬิกา"),
            "m": forms("{}เมตร"),
            "g": forms("{}กรัม"),
        },
        **{"cm": forms("{}เซนติเมตร"), "ml": forms("{}มิลลิลิตร"), "ก.": forms("{}กรัม"), "ม.": forms("{}เมตร")},
    },
    fraction=lambda upper, lower: (
        f"เศษ{in_words(str(upper))}ส่วน{in_words(str(lower))}" if (upper, lower) != (1, 2) else "ครึ่ง"
    ),
    date=_date,
    time=_time,
    time_mark=r"น\.",
    before_phones="โทร|โทร\\.|เบอร์|ติดต่อ",
    abbreviations={
        "ฯลฯ": "และอื่นๆ",
        "พ.ศ.": "พุทธศักราช",
        "ค.ศ.": "คริสต์ศักราช",
        "ดร.": "ด็อกเตอร์",
        "กทม.": "กรุงเทพมหานคร",
        "24/7": "ตลอดยี่สิบสี่ชั่วโมง",
    },
    rules=(
        Rule(
            re.compile(rf"(?<![\d.,:/])(?P<number>\d{{1,4}})(?=[ ]?(?:{'|'.join(_MONTHS)}))"),
            lambda match: in_words(match["number"]),
            digits=True,
        ),
    ),
)
