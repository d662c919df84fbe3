"""How Indonesian is read; `ms` has the same for Malay, with its own numbers' marks and money."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled


def _ordinal(match: re.Match[str]) -> str:
    written = match["number"]
    number = int(written) if written.isdecimal() else roman_value(written)
    return spelled(number, "id", "ordinal")


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    return f"{hour} lewat {minute} menit" if minute else str(hour)


def _hours(match: re.Match[str]) -> str:
    first = _time(int(match["first"]), int(match["minute"]), "")
    return f"{first} sampai {_time(int(match['last']), int(match['end']), '')}"


READINGS = Readings(
    locale="id",
    words=Words(
        dot="titik",
        at="et",
        slash="garis miring",
        dash="strip",
        underscore="garis bawah",
        hashtag="tagar",
        number="nomor",
        point="titik",
        to="sampai",
        ratio="banding",
        score="",
        out_of="dari",
        minus="minus",
        plus="tambah",
        plus_minus="plus minus",
        times="kali",
        equals="sama dengan",
        less="kurang dari",
        more="lebih dari",
        at_most="paling banyak",
        at_least="paling sedikit",
        about="sekitar",
        ampersand="dan",
        section="pasal",
        per="per",
        with_fraction=" ",
        and_a_half=" setengah",
        percent="persen",
    ),
    money={
        "IDR": forms("rupiah"),
        "USD": forms("dolar"),
        "EUR": forms("euro"),
        "GBP": forms("pound"),
        "JPY": forms("yen"),
        "MYR": forms("ringgit"),
        "SGD": forms("dolar Singapura"),
    },
    small_money={"MYR": forms("sen"), "USD": forms("sen"), "EUR": forms("sen")},
    scales={"rb": 3, "ribu": 3, "jt": 6, "juta": 6, "M": 9, "miliar": 9, "milyar": 9, "triliun": 12, "T": 12},
    units={"%": forms("persen"), "km/jam": forms("kilometer per jam"), "org": forms("orang"), "mnt": forms("menit")},
    fraction=lambda upper, lower: {
        (1, 2): "setengah",
        (1, 3): "sepertiga",
        (2, 3): "dua pertiga",
        (1, 4): "seperempat",
        (3, 4): "tiga perempat",
        (1, 5): "seperlima",
    }.get((upper, lower)),
    before_dates="tanggal|pada|sampai|sejak|mulai",
    time=_time,
    before_times="pukul|jam",
    before_phones=r"telp\.?|telepon|hubungi|wa|hp",
    abbreviations={
        "dll.": "dan lain-lain",
        "dll": "dan lain-lain",
        "dsb.": "dan sebagainya",
        "dst.": "dan seterusnya",
        "yg": "yang",
        "dgn": "dengan",
        "utk": "untuk",
        "tsb.": "tersebut",
        "s.d.": "sampai dengan",
        "a.n.": "atas nama",
        "Jl.": "jalan",
        "dr.": "dokter",
        "Dr.": "doktor",
        "Prof.": "profesor",
        "vs.": "lawan",
        "vs": "lawan",
        "24/7": "24 jam",
    },
    before_numbers={"No.": "nomor", "no.": "nomor", "hlm.": "halaman", "hal.": "halaman"},
    rules=(
        Rule(
            re.compile(
                r"(?<![\d.,:])(?P<first>[01]\d|2[0-3])\.(?P<minute>[0-5]\d)[ ]?[-–][ ]?"
                r"(?P<last>[01]\d|2[0-4])\.(?P<end>[0-5]\d)(?![\d.,])"
            ),
            _hours,
            digits=True,
        ),
        Rule(re.compile(r"(?<!\w)[Kk]e-(?P<number>\d{1,3}|(?=[IVX])[IVX]{1,6})(?!\w)"), _ordinal),
        Rule(
            re.compile(
                rf"(?<!\w)(?P<noun>[Aa]bad|[Bb]ab|[Bb]agian|[Jj]ilid)[{BLANKS}](?P<roman>(?=[IVX])[IVX]{{1,6}})(?!\w)"
            ),
            lambda match: f"{match['noun']} {roman_value(match['roman'])}",
        ),
    ),
)
