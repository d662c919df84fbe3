"""How Korean is read.

Counted things have native numbers ("세 개", "열 시"), everything else Sino-Korean ones, which voices read from digits.
번 and 대, which count things as well as number them, are taken as counters only where no numbered noun follows.
"""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.myriads import myriad_rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_DIGITS = str.maketrans("0123456789", "영일이삼사오육칠팔구")
_PHONE_DIGITS = str.maketrans("0123456789", "공일이삼사오육칠팔구")
_COUNTERS = (
    r"번째|개(?![월년국])|명|잔|시간(?!대)|시(?!간|속|리즈|대)|살|마리|권|병|장(?![가-힣])|그루|벌|켤레|가지|컵|송이|달(?!러|성)"
    r"|사람|배(?!럴)|통|조각|스푼|숟가락|큰술|작은술|줄|곳|군데|봉지|그릇|접시"
    r"|번(?!길|지|호|국도| ?(?:출구|버스|문제|게이트|트랙|타자|홈|방|채널|선))"
)
_MONTHS = {"6월": "유월", "10월": "시월"}
_ENDS_IN_CONSONANT = frozenset("013678")


def _number(plain: str) -> str:
    """Decimals digit by digit, since the voice leaves out the point."""
    whole, point, decimals = plain.partition(".")
    return f"{whole}점 {decimals.translate(_DIGITS)}" if point else plain


def _native(number: int, counter: str) -> str | None:
    """A counted number; 24시 and 100개 keep the digits."""
    most = {"시": 12, "시간": 20}.get(counter, 99)
    if not 1 <= number <= most:
        return None
    if counter == "번째" and number == 1:
        return "첫"
    return spelled(number, "ko", "cardinal-native-attributive")


def _counted(match: re.Match[str]) -> str | None:
    counter = match["counter"]
    last = _native(int(match["last"]), counter)
    if last is None:
        return None
    if match["first"] is None:
        return f"{last} {counter}"
    first = _native(int(match["first"]), counter)
    return None if first is None else f"{first} {counter}에서 {last} {counter}"


def _time(hour: int, minute: int, half: str) -> str:
    before = {"am": "오전 ", "pm": "오후 "}.get(half, "")
    native = _native(hour, "시")
    said = f"{before}{hour if native is None else f'{native} '}시"
    return f"{said} {minute}분" if minute else said


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{_MONTHS.get(f'{month}월', f'{month}월')} {day}일"
    return said if year is None else f"{year}년 {said}"


def _phone(match: re.Match[str]) -> str:
    return ", ".join(group.translate(_PHONE_DIGITS) for group in re.findall(r"\d{1,8}", match.group()))


def _compared(match: re.Match[str]) -> str:
    topic = "은" if match["first"][-1] in _ENDS_IN_CONSONANT else "는"
    said = {">": "보다 크다", "<": "보다 작다", "=": ""}[match["sign"]]
    return f"{match['first']}{topic} {match['second']}{said}"


RULES = (
    Rule(
        re.compile(
            r"(?<![\d.,/:A-Za-z\-])(?:0\d{1,2}-\d{3,4}-\d{4}|1[568]\d\d-\d{4}|\+82[- ]?\d{1,2}-\d{3,4}-\d{4})(?![\d\-])"
        ),
        _phone,
        digits=True,
    ),
    Rule(
        re.compile(
            rf"(?<![\d.,:/\-제])(?:(?P<first>\d{{1,2}})\s?[-–~〜～]\s?)?(?P<last>\d{{1,2}})\s?(?P<counter>{_COUNTERS})"
        ),
        _counted,
        digits=True,
    ),
    Rule(
        re.compile(r"(?<=시속)\s?(\d{1,4}(?:\.\d)?)\s?km/h"), lambda match: f" {_number(match[1])}킬로미터", digits=True
    ),
    Rule(re.compile(r"(?<=[가-힣])[~〜～](?=\d)"), "에서 ", digits=True),
    Rule(re.compile(r"(?<![\d.,])(?:6월|10월)"), lambda match: _MONTHS[match.group()], digits=True),
    Rule(
        re.compile(r"(?<![\w.])[-−](?P<degrees>\d{1,3}(?:\.\d)?)\s?(?:°\s?C|℃|°|도(?!\w))"),
        lambda match: f"영하 {_number(match['degrees'])}도",
        digits=True,
    ),
    Rule(
        re.compile(r"(?<![\d.,])(?P<first>\d{1,6})\s?(?P<sign>[<>=])\s?(?P<second>\d{1,6})(?!\d|[.,]\d)"),
        _compared,
        digits=True,
    ),
    Rule(
        re.compile(r"(?<![\d.A-Za-z+\-−])(?P<first>\d{1,6})\s?\+\s?(?=\d)"),
        lambda match: f"{match['first']} 더하기 ",
        digits=True,
    ),
)

_NAMES = {
    "KRW": forms("원"),
    "USD": forms("달러"),
    "EUR": forms("유로"),
    "GBP": forms("파운드"),
    "JPY": forms("엔"),
    "CNY": forms("위안"),
    "INR": forms("루피"),
    "HKD": forms("홍콩달러"),
    "RUB": forms("루블"),
    "THB": forms("밧"),
    "VND": forms("동"),
}

READINGS = Readings(
    locale="ko",
    words=Words(
        dot="닷",
        at="골뱅이",
        slash="슬래시",
        dash="하이픈",
        underscore="밑줄",
        hashtag="해시태그",
        number="번호",
        point="점",
        to="에서 ",
        ratio=" 대 ",
        out_of="점, 만점 ",
        minus="마이너스 ",
        plus="플러스 ",
        plus_minus="플러스마이너스 ",
        times="곱하기",
        fold="배",
        equals="는",
        less="미만 ",
        more="초과 ",
        at_most="최대 ",
        at_least="최소 ",
        about="약 ",
        ampersand="앤드",
        with_fraction="과 ",
        percent="퍼센트",
    ),
    blank="",
    says_cents=False,
    counted=lambda number, noun: f"{number}{noun}",
    number=_number,
    money=_NAMES,
    signs={"원": "KRW", "￦": "KRW"},
    scales={
        **{scale: forms(scale) for scale in ("천", "만", "억", "조", "백만", "천만", "십만", "백억", "천억")},
    },
    units={
        **{"%": forms("{}퍼센트"), "％": forms("{}퍼센트"), "℃": forms("섭씨 {}도"), "°C": forms("섭씨 {}도")},
        **{"kg": forms("{}킬로그램"), "km": forms("{}킬로미터"), "㎏": forms("{}킬로그램"), "㎞": forms("{}킬로미터")},
        **{"cm": forms("{}센티미터"), "mm": forms("{}밀리미터"), "㎝": forms("{}센티미터"), "㎡": forms("{}제곱미터")},
        **{"g": forms("{}그램"), "L": forms("{}리터"), "ml": forms("{}밀리리터"), "mL": forms("{}밀리리터")},
    },
    fraction=lambda upper, lower: f"{lower}분의 {upper}",
    date=_date,
    time=_time,
    abbreviations={"vs": "대", "vs.": "대", "VS": "대", "24/7": "24시간 연중무휴"},
    rules=(*RULES, myriad_rule(("만", "억", "조"), _NAMES, {}, _number)),
)
