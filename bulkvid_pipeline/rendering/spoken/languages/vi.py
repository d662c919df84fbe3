"""How Vietnamese is read."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{day} tháng {month}"
    return said if year is None else f"{said} năm {year}"


def _time(hour: int, minute: int, half: str) -> str:
    said = f"{hour} giờ {minute} phút" if minute else f"{hour} giờ"
    return said + {"am": " sáng", "pm": " chiều"}.get(half, "")


READINGS = Readings(
    locale="vi",
    words=Words(
        dot="chấm",
        at="a còng",
        slash="gạch chéo",
        dash="gạch ngang",
        underscore="gạch dưới",
        hashtag="hashtag",
        number="số",
        point="chấm",
        to="đến",
        ratio="trên",
        score="",
        out_of="trên",
        minus="âm",
        plus="cộng",
        plus_minus="cộng trừ",
        times="nhân",
        fold="lần",
        equals="bằng",
        less="nhỏ hơn",
        more="lớn hơn",
        at_most="tối đa",
        at_least="tối thiểu",
        about="khoảng",
        ampersand="và",
        section="điều",
        per="mỗi",
        with_fraction=" ",
        and_a_half=" rưỡi",
        percent="phần trăm",
    ),
    says_cents=False,
    money={
        "VND": forms("đồng"),
        "USD": forms("đô la"),
        "EUR": forms("euro"),
        "GBP": forms("bảng Anh"),
        "JPY": forms("yên"),
        "CNY": forms("nhân dân tệ"),
    },
    signs={"đ": "VND", "VNĐ": "VND", "vnđ": "VND"},
    scales={
        "nghìn": 3,
        "ngàn": forms("ngàn"),
        "triệu": 6,
        "tr": 6,
        "tỷ": 9,
        "tỉ": forms("tỉ"),
        "k": 3,
        "K": 3,
    },
    units={
        "%": forms("phần trăm"),
        "km/h": forms("ki lô mét trên giờ"),
        "km": forms("ki lô mét"),
        "kg": forms("ki lô gam"),
        "m": forms("mét"),
        "cm": forms("xăng ti mét"),
        "m²": forms("mét vuông"),
        "g": forms("gam"),
        "l": forms("lít"),
        "ml": forms("mi li lít"),
        "°C": forms("độ C"),
        "h": forms("giờ"),
    },
    fraction=lambda upper, lower: f"{upper} phần {lower}" if lower <= 10 or lower in {100, 1000} else None,
    date=_date,
    before_dates="ngày|hôm|từ ngày|đến ngày",
    time=_time,
    before_phones=r"đt|điện thoại|gọi|hotline|sđt",
    abbreviations={
        "TP.": "thành phố",
        "Tp.": "thành phố",
        "TS.": "tiến sĩ",
        "ThS.": "thạc sĩ",
        "GS.": "giáo sư",
        "BS.": "bác sĩ",
        "v.v.": "vân vân",
        "v.v": "vân vân",
        "VD:": "ví dụ:",
        "vs.": "với",
        "vs": "với",
        "24/7": "24 trên 7",
    },
    before_numbers={"No.": "số", "Q.": "quận", "P.": "phường", "tr.": "trang"},
    rules=(
        Rule(re.compile(r"(?<=\d)[kK](?!\w)"), " nghìn", digits=True),
        Rule(
            re.compile(
                rf"(?<!\w)(?P<noun>[Tt]hế kỷ|[Tt]hế kỉ|[Cc]hương|[Pp]hần|[Đđ]ệ|[Ll]ớp|[Qq]uý)[{BLANKS}]"
                r"(?P<roman>(?=[IVX])[IVX]{1,6})(?!\w)"
            ),
            lambda match: f"{match['noun']} {roman_value(match['roman'])}",
        ),
    ),
)
