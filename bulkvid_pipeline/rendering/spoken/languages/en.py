"""English: American, and British where it differs."""

from __future__ import annotations

import re
from dataclasses import replace

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, LETTER, forms, word_set
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_ORDINALS |= {"twelve": "twelfth"}
_DECADES = {"00": "hundreds", "10": "tens", "20": "twenties", "30": "thirties", "40": "forties", "50": "fifties"}
_DECADES |= {"60": "sixties", "70": "seventies", "80": "eighties", "90": "nineties"}
_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth", 16: "sixteenth"}


def cardinal(number: int) -> str:
    """A number below 10,000 in words."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    unit, word = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = f" {cardinal(number % unit)}" if number % unit else ""
    return f"{cardinal(number // unit)} {word}{rest}"


def ordinal(number: int) -> str:
    """An ordinal below 10,000 in words."""
    words = cardinal(number)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[cut:]
    said = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return words[:cut] + said


def year(number: int) -> str:
    """A year as it is said: "nineteen oh five"."""
    century, rest = divmod(number, 100)
    if 2000 <= number < 2010:
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def _date_with_month_first(in_year: int | None, month: int, day: int) -> str:
    said = f"{MONTHS[month - 1]} {ordinal(day)}"
    return said if in_year is None else f"{said}, {year(in_year)}"


def _date_with_day_first(in_year: int | None, month: int, day: int) -> str:
    said = f"the {ordinal(day)} of {MONTHS[month - 1]}"
    return said if in_year is None else f"{said}, {year(in_year)}"


def _time(hour: int, minute: int, half: str) -> str:
    if half:
        said = f"{hour}" if minute == 0 else f"{hour} {_minutes(minute)}"
        return f"{said} {half.upper()}"
    if minute == 0:
        return f"{hour} o'clock" if 1 <= hour <= 12 else "midnight" if hour in {0, 24} else f"{hour} hundred hours"
    return f"{hour} {_minutes(minute)}"


def _minutes(minute: int) -> str:
    return f"oh {minute}" if minute < 10 else str(minute)


def _fraction(upper: int, lower: int) -> str | None:
    part = _PARTS.get(lower)
    if part is None or (lower in {5, 10} and upper > 1):
        return None
    if upper == 1:
        return f"one {part}"
    return f"{cardinal(upper)} {part}s"


def _decade(match: re.Match[str]) -> str:
    century, tens = match["century"], match["tens"]
    if century is None:
        return _DECADES[tens]
    if tens == "00":
        return "two thousands" if century == "20" else f"{cardinal(int(century))} hundreds"
    return f"{cardinal(int(century))} {_DECADES[tens]}"


def _counted(number: str, noun: str) -> str:
    return f"{'one' if number == '1' else number} {noun}"


def _indian(number: int) -> str:
    parts = []
    for size, name in ((10_000_000, "crore"), (100_000, "lakh"), (1000, "thousand")):
        if number >= size:
            parts.append(_counted(str(number // size), name))
            number %= size
    if number:
        parts.append(str(number))
    return " ".join(parts) or "0"


def _regnal(number: int, _: str) -> str:
    return f"the {ordinal(number)}"


def _said_ordinal(number: int, _: str) -> str | None:
    return ordinal(number) if number < 1000 else None


_WORDS = Words(
    dot="dot",
    at="at",
    slash="slash",
    dash="dash",
    underscore="underscore",
    hashtag="hashtag",
    number="number",
    point="point",
    to="to",
    out_of="out of",
    per="per",
    minus="minus",
    plus="plus",
    plus_minus="plus or minus",
    times="times",
    by="by",
    equals="equals",
    less="less than",
    more="more than",
    is_less="is less than",
    is_more="is more than",
    at_most="at most",
    at_least="at least",
    about="about",
    ampersand="and",
    section="section",
    with_cents=" and ",
    with_fraction=" and ",
    and_a_half=" and a half",
    percent="percent",
)
_MONTHS_SHORT = {f"{month[:3]}.": month for month in MONTHS if month != "May"} | {"Sept.": "September"}
_YEAR_CONTEXT = (
    r"in|since|by|from|until|till|of|year|years|around|circa|before|after|during|early|late|mid|to|through|between|"
    r"and|class of|back in|spring|summer|autumn|fall|winter|copyright|" + "|".join(MONTHS)
)

_SHORT_MONTH = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"


def _month_and_day(match: re.Match[str]) -> str | None:
    day = int(match["day"])
    month = next(name for name in MONTHS if name.startswith(match["month"][:3]))
    if not 1 <= day <= 31:
        return None
    return f"{month} {ordinal(day)}" + (f", {year(int(match['year'][-4:]))}" if match["year"] else "")


def _day_and_month(match: re.Match[str]) -> str:
    return f"{match['day']} " + next(name for name in MONTHS if name.startswith(match["month"][:3]))


_RULES = (
    Rule(
        re.compile(
            rf"(?<![{LETTER}\d_])(?P<month>{'|'.join(MONTHS)}|(?:{_SHORT_MONTH})\.?)[{BLANKS}](?P<day>\d{{1,2}})"
            rf"(?:st|nd|rd|th)?(?![{LETTER}\d]|[.:/-]\d)(?P<year>,?[{BLANKS}](?:1[1-9]|20)\d\d(?![\d.,:/%-]\d|\d))?"
        ),
        _month_and_day,
        digits=True,
    ),
    Rule(
        re.compile(rf"(?<![{LETTER}\d_.,])(?P<day>\d{{1,2}})[{BLANKS}](?P<month>{_SHORT_MONTH})\b\.?"),
        _day_and_month,
        digits=True,
    ),
    Rule(re.compile(r"(?<=\bof )['’](?P<year>\d\d)(?![\ds])"), lambda match: cardinal(int(match["year"])), digits=True),
    Rule(
        re.compile(r"(?<![\d.,'])(?P<feet>\d{1,2})['’′][ ]?(?P<inches>\d{1,2})(?:[\"”″]|'')"),
        lambda match: f"{match['feet']} foot {match['inches']}",
        digits=True,
    ),
    Rule(re.compile(r"(?<=[a-z\d] )St\.(?![ ][A-Z])"), "Street"),
    Rule(re.compile(r"(?<=\b[Cc]all )(?:911|999|112|411)(?!\d|[-.,]\d)"), lambda m: " ".join(m.group()), digits=True),
)

_AMERICAN = Readings(
    locale="en",
    words=_WORDS,
    counted=_counted,
    cardinal=cardinal,
    indian=_indian,
    money={
        "$": forms("dollar", "dollars"),
        "£": forms("pound", "pounds"),
        "GBP": forms("pound", "pounds"),
        "¥": forms("yen", "yen"),
        "₹": forms("rupee", "rupees"),
        "INR": forms("rupee", "rupees"),
        "₽": forms("ruble", "rubles"),
        "RUB": forms("ruble", "rubles"),
        "₺": forms("lira", "lira"),
        "TRY": forms("Turkish lira", "Turkish lira"),
        "₱": forms("peso", "pesos"),
        "₩": forms("won", "won"),
        "₦": forms("naira", "naira"),
        "₫": forms("dong", "dong"),
        "₪": forms("shekel", "shekels"),
        "฿": forms("baht", "baht"),
        "₴": forms("hryvnia", "hryvnias"),
        "R$": forms("real", "reais"),
        "BRL": forms("Brazilian real", "Brazilian reais"),
        "zł": forms("zloty", "zlotys"),
        "kr": forms("krona", "kronor"),
        "kr.": forms("krone", "kroner"),
        "Kč": forms("koruna", "koruny"),
        "kč": forms("koruna", "koruny"),
        "Fr.": forms("franc", "francs"),
        "CHF": forms("Swiss franc", "Swiss francs"),
        "元": forms("yuan", "yuan"),
        "CNY": forms("yuan", "yuan"),
    },
    small_money={
        **dict.fromkeys(("USD", "EUR", "AUD", "CAD", "NZD", "HKD", "SGD", "ZAR"), forms("cent", "cents")),
        "GBP": forms("penny", "pence"),
        "INR": forms("paisa", "paise"),
        "BRL": forms("centavo", "centavos"),
        "MXN": forms("centavo", "centavos"),
        "CHF": forms("centime", "centimes"),
        "PLN": forms("grosz", "groszy"),
        "RUB": forms("kopeck", "kopecks"),
    },
    scales={
        "lakh": forms("lakh"),
        "lakhs": forms("lakh"),
        "crore": forms("crore"),
        "crores": forms("crore"),
        "cr": forms("crore"),
        "Cr": forms("crore"),
        "mil": 6,
        "hundred": forms("hundred"),
    },
    units={
        "mAh": forms("milliamp hour", "milliamp hours"),
        "fps": forms("frame per second", "frames per second"),
        "Mbps": forms("megabit per second", "megabits per second"),
        "Gbps": forms("gigabit per second", "gigabits per second"),
        "rpm": forms("revolution per minute", "revolutions per minute"),
        "bpm": forms("beat per minute", "beats per minute"),
        "dB": forms("decibel", "decibels"),
        "MW": forms("megawatt", "megawatts"),
        "MWh": forms("megawatt hour", "megawatt hours"),
        "kWh": forms("kilowatt hour", "kilowatt hours"),
        "psi": forms("pound per square inch", "pounds per square inch"),
        "pts": forms("point", "points"),
        **dict.fromkeys(("tbsp", "tbsp."), forms("tablespoon", "tablespoons")),
        **dict.fromkeys(("tsp", "tsp."), forms("teaspoon", "teaspoons")),
        "yrs": forms("year", "years"),
        "yr": forms("year", "years"),
        "mo": forms("month", "months"),
        "wk": forms("week", "weeks"),
        "°": forms("degree", "degrees"),
        "‰": forms("per mille"),
        "¢": forms("cent", "cents"),
        "ppm": forms("part per million", "parts per million"),
    },
    ordinal_ends="st|nd|rd|th",
    ordinal=_said_ordinal,
    century=ordinal,
    century_words="century|centuries",
    rulers=word_set(
        "Henry Louis Elizabeth George Charles Edward William James Richard Philip Philippe Napoleon Catherine "
        "Mary Peter Alexander Nicholas Ivan Frederick Friedrich Ludwig Wilhelm Leopold Ferdinand Alfonso Carlos "
        "Felipe Juan Joseph Francis Pius Leo Paul Benedict Gregory Clement Innocent Urban Boniface Victor Ramses "
        "Ramesses Rameses Thutmose Ptolemy Cleopatra Darius Xerxes Cyrus Mehmed Murad Selim Suleiman Baldwin "
        "Christian Gustav Haakon Harald Olaf Harold Robert David Stephen John Isabella Isabel Margaret Anne "
        "Albert Otto Rudolf Maximilian Constantine Theodosius Justinian Umberto Emmanuel Pedro Afonso Manuel Rama "
        "Mohammed Hassan Hussein Abdullah Akbar Sixtus Julius Adrian Nerva Menelik"
    ),
    regnal=_regnal,
    headings=frozenset(
        {
            "World War",
            "Chapter",
            "Part",
            "Act",
            "Scene",
            "Volume",
            "Vol.",
            "Book",
            "Section",
            "Article",
            "Title",
            "Phase",
        }
        | {"Stage", "Level", "Type", "Class", "Grade", "Appendix", "Episode", "Season", "Round", "Step", "Unit", "Mark"}
        | {"Super Bowl", "Figure", "Table", "Amendment", "Schedule", "Tier", "Group", "Final Fantasy", "WrestleMania"}
    ),
    not_counted=frozenset({"The", "This", "That", "And", "But", "For", "With", "Your", "Our", "Their", "His", "Her"}),
    after_pronoun=word_set(
        "am have had think know will would can could love like want need saw said went do did don't didn't wish hope"
    ),
    fraction=_fraction,
    year=year,
    year_context=_YEAR_CONTEXT + r"|(?:" + "|".join(MONTHS) + r") \d{1,2}(?:st|nd|rd|th)?,",
    bare_years=r"19\d\d|20[1-9]\d",
    not_after_years=r"(?!was|is|has|his|its|this|as|across|towards|always|perhaps|does|us)[a-z]+s|people|percent|men|women|"
    r"children|feet|more|euro|dollar|of|thousand|million|billion",
    decades=Rule(
        re.compile(
            rf"(?<![{LETTER}\d_.,])(?:['’‘]|(?<=\b[Tt]he )"
            rf"|(?<=\blate )|(?<=\bearly )|(?<=mid-)|(?=\d0['’]s)|(?P<century>1[1-9]|20))"
            rf"(?P<tens>\d0)['’]?s(?![{LETTER}\d_])"
        ),
        _decade,
        digits=True,
    ),
    day_first=False,
    date=_date_with_month_first,
    before_dates="on|by|until|till|since|from|before|after|through",
    time=_time,
    abbreviations={
        "e.g.": "for example",
        "i.e.": "that is",
        "etc.": "et cetera",
        "vs.": "versus",
        "vs": "versus",
        "approx.": "approximately",
        "w/o": "without",
        "w/": "with",
        "Dr.": "Doctor",
        "Dr": "Doctor",
        "Mr.": "Mister",
        "Mr": "Mister",
        "Mrs.": "Missis",
        "Mrs": "Missis",
        "Ms.": "Miz",
        "Prof.": "Professor",
        "Jr.": "Junior",
        "Sr.": "Senior",
        "St.": "Saint",
        "Mt.": "Mount",
        "Gen.": "General",
        "Capt.": "Captain",
        "Lt.": "Lieutenant",
        "Sgt.": "Sergeant",
        "Col.": "Colonel",
        "Gov.": "Governor",
        "Sen.": "Senator",
        "Rep.": "Representative",
        "Rev.": "Reverend",
        "Inc.": "Incorporated",
        "Ltd.": "Limited",
        "Corp.": "Corporation",
        "Co.": "Company",
        "dept.": "department",
        "Dept.": "Department",
        "est.": "established",
        "incl.": "including",
        "max.": "maximum",
        "min.": "minimum",
        "avg.": "average",
        "and/or": "and or",
        "24/7": "24 7",
        "50/50": "50 50",
        "WWII": "World War two",
        "WW2": "World War two",
        "WWI": "World War one",
        "WW1": "World War one",
        "9/11": "nine eleven",
        "C#": "C sharp",
        "F#": "F sharp",
        "C++": "C plus plus",
        **_MONTHS_SHORT,
    },
    before_numbers={
        "No.": "number",
        "no.": "number",
        "Nr.": "number",
        "Nos.": "numbers",
        "n°": "number",
        "Vol.": "volume",
        "vol.": "volume",
        "p.": "page",
        "pp.": "pages",
        "ch.": "chapter",
        "Ch.": "chapter",
        "Fig.": "figure",
        "fig.": "figure",
        "Sec.": "section",
        "c.": "circa",
        "ca.": "circa",
        "est.": "estimated",
        "approx.": "approximately",
        "ver.": "version",
        "ext.": "extension",
    },
    rules=_RULES,
    spelled=word_set("FAQ AWS ROI SEO UI UX OS API URL ETA EU UAE USB DIY AI UN VIP"),
)

READINGS = _AMERICAN
VARIANTS = {
    "en-gb": replace(
        _AMERICAN,
        locale="en_GB",
        day_first=True,
        date=_date_with_day_first,
        signs={"kr": "SEK"},
    )
}
