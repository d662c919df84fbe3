"""How Arabic is read.

Nouns have their dual and plural after numbers; hours and Roman numerals are ordinals. Cases are not marked, as in most
spoken Arabic.
"""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken import cldr
from bulkvid_pipeline.rendering.spoken.counting import BLANKS, NUMBER, Forms, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_LETTERS = "\u0621-\u065f"


def _noun(one: str, two: str, few: str) -> Forms:
    return {"one": one, "two": two, "few": few, "other": one}


def _counted(number: str, noun: str) -> str:
    if number == "1":
        return f"{noun} {'واحدة' if noun.endswith('ة') else 'واحد'}"
    # The dual says its number.
    return noun if number == "2" and noun.split()[0].endswith("ان") else f"{number} {noun}"


def _time(hour: int, minute: int, half: str) -> str:
    """On a clock of twelve hours, which people say, with the half of the day where it was written or is after noon."""
    part = {"am": " صباحًا", "pm": " مساءً"}.get(half, " مساءً" if hour > 12 else "")
    on_clock = (hour - 1) % 12 + 1
    said = "الواحدة" if on_clock == 1 else spelled(on_clock, "ar", "ordinal-feminine")
    if minute:
        said += {15: " والربع", 30: " والنصف"}.get(minute, f" و {minute} دقيقة")
    return said + part


_HIJRI = (
    *("محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة"),
    *("رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة"),
)


def _date(year: int | None, month: int, day: int) -> str:
    """A year between 1300 and 1500 is one of the Hijri calendar."""
    if year is not None and 1300 < year < 1500:
        return f"{day} {_HIJRI[month - 1]} {year}"
    return cldr.long_date("ar", year, month, day)


def _ordinal_after_noun(match: re.Match[str]) -> str:
    written = match["number"]
    number = int(written) if written.isdecimal() else roman_value(written)
    return f"{match['noun']} {spelled(number, 'ar', 'ordinal-masculine')}"


READINGS = Readings(
    locale="ar",
    words=Words(
        dot="نقطة",
        at="آت",
        slash="شرطة مائلة",
        dash="شرطة",
        underscore="شرطة سفلية",
        hashtag="وسم",
        number="رقم",
        point="نقطة",
        to="إلى",
        ratio="إلى",
        score="مقابل",
        out_of="من",
        minus="سالب",
        plus="زائد",
        plus_minus="زائد أو ناقص",
        times="ضرب",
        fold="أضعاف",
        equals="يساوي",
        less="أقل من",
        more="أكثر من",
        at_most="على الأكثر",
        at_least="على الأقل",
        about="حوالي",
        ampersand="و",
        section="المادة",
        per="لكل",
        with_cents=" و ",
        with_fraction=" و ",
        and_a_half=" ونصف",
        percent="في المئة",
    ),
    grouping=",٬",
    spoken_decimal=" فاصلة ",
    counted=_counted,
    money={
        "USD": _noun("دولار", "دولاران", "دولارات"),
        "EUR": forms("يورو"),
        "GBP": _noun("جنيه إسترليني", "جنيهان إسترلينيان", "جنيهات إسترلينية"),
        "SAR": _noun("ريال", "ريالان", "ريالات"),
        "QAR": _noun("ريال", "ريالان", "ريالات"),
        "AED": _noun("درهم", "درهمان", "دراهم"),
        "MAD": _noun("درهم", "درهمان", "دراهم"),
        "EGP": _noun("جنيه", "جنيهان", "جنيهات"),
        "KWD": _noun("دينار", "ديناران", "دنانير"),
        "TRY": _noun("ليرة", "ليرتان", "ليرات"),
        "JPY": forms("ين"),
        "CNY": forms("يوان"),
        "INR": _noun("روبية", "روبيتان", "روبيات"),
    },
    small_money={
        "USD": _noun("سنت", "سنتان", "سنتات"),
        "EUR": _noun("سنت", "سنتان", "سنتات"),
        "SAR": _noun("هللة", "هللتان", "هللات"),
        "EGP": _noun("قرش", "قرشان", "قروش"),
        "AED": _noun("فلس", "فلسان", "فلوس"),
    },
    signs={
        "﷼": "SAR",
        "ر.س": "SAR",
        "ر.س.": "SAR",
        "د.إ": "AED",
        "د.إ.": "AED",
        "ج.م": "EGP",
        "ج.م.": "EGP",
        "د.ك": "KWD",
    },
    scales={
        "ألف": forms("ألف"),
        "آلاف": forms("آلاف"),
        "مليون": forms("مليون"),
        "ملايين": forms("ملايين"),
        "مليار": forms("مليار"),
        "تريليون": forms("تريليون"),
    },
    units={
        "%": forms("في المئة"),
        "٪": forms("في المئة"),
        "كم": _noun("كيلومتر", "كيلومتران", "كيلومترات"),
        "كلم": _noun("كيلومتر", "كيلومتران", "كيلومترات"),
        "كم/س": forms("كيلومتر في الساعة"),
        "سم": forms("سنتيمتر"),
        "كغ": _noun("كيلوغرام", "كيلوغرامان", "كيلوغرامات"),
        "كجم": _noun("كيلوغرام", "كيلوغرامان", "كيلوغرامات"),
        "كيلو": forms("كيلو"),
        "مل": forms("مليلتر"),
        "°م": _noun("درجة مئوية", "درجتان مئويتان", "درجات مئوية"),
    },
    fraction=lambda upper, lower: {
        (1, 2): "نصف",
        (1, 3): "ثلث",
        (2, 3): "ثلثان",
        (1, 4): "ربع",
        (3, 4): "ثلاثة أرباع",
        (1, 5): "خمس",
    }.get((upper, lower), f"{upper} على {lower}"),
    date=_date,
    before_dates="في|يوم|حتى|من|قبل|بعد|منذ",
    time=_time,
    before_phones="هاتف|الهاتف|اتصل على|اتصل بـ|رقم|الرقم|واتساب",
    abbreviations={
        "د.": "دكتور",
        "أ.د.": "أستاذ دكتور",
        "إلخ": "إلى آخره",
        "إلخ.": "إلى آخره",
        "ق.م": "قبل الميلاد",
        "ق.م.": "قبل الميلاد",
        "24/7": "على مدار الساعة",
    },
    before_numbers={"ص.": "صفحة", "ت.": "هاتف"},
    rules=(
        Rule(
            re.compile(rf"(?<![\d.,])[%٪](?P<number>{NUMBER})"),
            lambda match: f"{match['number']} في المئة",
            digits=True,
        ),
        Rule(
            re.compile(rf"(?P<noun>القرن)[{BLANKS}](?:ال[ـ]?[{BLANKS}]?)?(?P<number>\d{{1,2}}|[IVX]{{1,6}})(?![\w])"),
            _ordinal_after_noun,
        ),
        Rule(
            re.compile(
                rf"(?<![{_LETTERS}])(?P<noun>[{_LETTERS}]{{2,20}})[{BLANKS}](?P<number>(?=[IVX]{{2}})[IVX]{{2,6}})(?!\w)"
            ),
            _ordinal_after_noun,
        ),
        Rule(re.compile(rf"(?<=\d{{4}})م(?![{_LETTERS}.])"), " ميلادية", digits=True),
        Rule(re.compile(r"(?:(?<=\d)|(?<=\d ))هـ"), " هجرية", digits=True),
    ),
)
