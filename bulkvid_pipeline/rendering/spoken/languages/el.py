"""How Greek is read. Numbers stay in the neuter, in which the voice counts."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_VALUES = dict(zip("ΑΒΓΔΕϚΖΗΘΙΚΛ", (*range(1, 11), 20, 30), strict=True))
_GREEK = "(?:ΣΤ|[ΑΒΓΔΕϚΖΗΘΙΚΛ]){1,3}"
_GENDERS = {"ος": "masculine", "ός": "masculine", "η": "feminine", "ή": "feminine", "ο": "neuter", "ό": "neuter"}
_WOMEN = frozenset({"Ελισάβετ"})


def _ordinal(number: int, gender: str) -> str:
    return spelled(number, "el", f"ordinal-{gender}")


def _said_ordinal(number: int, end: str) -> str:
    if end in _GENDERS:
        return _ordinal(number, _GENDERS[end])
    genitive = {"ος": "ου", "ός": "ού"}
    return " ".join(word[:-2] + genitive.get(word[-2:], word[-2:]) for word in _ordinal(number, "masculine").split())


def _greek_value(numeral: str) -> int:
    return sum(_VALUES[letter] for letter in numeral.replace("ΣΤ", "Ϛ"))


def _gender(word: str) -> str:
    if word in _WOMEN or word[-1] in "αηάή":
        return "feminine"
    return "masculine" if word.endswith(("ος", "ής", "ης", "άς", "ας", "ός", "ους")) else "neuter"


def _after_name(match: re.Match[str]) -> str:
    said = _ordinal(_greek_value(match["numeral"]), _gender(match["name"]))
    return f"{match['name']} {said.title()}"


def _before_noun(match: re.Match[str]) -> str:
    return _ordinal(_greek_value(match["numeral"]), _gender(match["noun"])).title()


def _roman(match: re.Match[str]) -> str:
    number = roman_value(match["roman"])
    if match["noun"]:
        return f"{_ordinal(number, 'masculine')} {match['noun']}"
    return str(number)


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    return f"{hour} και {minute}" if minute else str(hour)


READINGS = Readings(
    locale="el",
    words=Words(
        dot="τελεία",
        at="παπάκι",
        slash="κάθετος",
        dash="παύλα",
        underscore="κάτω παύλα",
        hashtag="χάσταγκ",
        number="νούμερο",
        point="τελεία",
        to="έως",
        ratio="προς",
        score="",
        out_of="στα",
        minus="μείον",
        plus="συν",
        plus_minus="συν πλην",
        times="επί",
        fold="φορές",
        equals="ίσον",
        less="μικρότερο από",
        more="μεγαλύτερο από",
        at_most="το πολύ",
        at_least="τουλάχιστον",
        about="περίπου",
        ampersand="και",
        section="παράγραφος",
        per="ανά",
        with_cents=" και ",
        with_fraction=" και ",
        and_a_half=" και μισό",
        percent="τοις εκατό",
    ),
    money={
        "EUR": forms("ευρώ"),
        "USD": forms("δολάριο", "δολάρια"),
        "GBP": forms("λίρα", "λίρες"),
        "JPY": forms("γιεν"),
        "TRY": forms("λίρα", "λίρες"),
        "CHF": forms("φράγκο", "φράγκα"),
    },
    small_money={"EUR": forms("λεπτό", "λεπτά"), "USD": forms("σεντ"), "GBP": forms("πένα", "πένες")},
    scales={
        "χιλ.": forms("χιλιάδες"),
        "χιλιάδες": forms("χιλιάδες"),
        "εκ.": 6,
        "εκατ.": 6,
        "δισ.": 9,
        "δις": 9,
        "τρισ.": 12,
    },
    units={
        "%": forms("τοις εκατό"),
        "χλμ.": forms("χιλιόμετρο", "χιλιόμετρα"),
        "χλμ": forms("χιλιόμετρο", "χιλιόμετρα"),
        "χμ": forms("χιλιόμετρο", "χιλιόμετρα"),
        "μ.": forms("μέτρο", "μέτρα"),
        "εκ": forms("εκατοστό", "εκατοστά"),
        "χλμ/ώρα": forms("χιλιόμετρα την ώρα"),
        "km/h": forms("χιλιόμετρο την ώρα", "χιλιόμετρα την ώρα"),
        "κ.": forms("κιλό", "κιλά"),
        "γρ.": forms("γραμμάριο", "γραμμάρια"),
        "γρ": forms("γραμμάριο", "γραμμάρια"),
        "λ.": forms("λίτρο", "λίτρα"),
        "kg": forms("κιλό", "κιλά"),
        "τ.μ.": forms("τετραγωνικό μέτρο", "τετραγωνικά μέτρα"),
        "°C": forms("βαθμός Κελσίου", "βαθμοί Κελσίου"),
    },
    ordinal_ends="ος|ός|ου|ού|η|ή|ο|ό",
    ordinal=_said_ordinal,
    fraction=lambda upper, lower: {
        (1, 2): "μισό",
        (1, 3): "ένα τρίτο",
        (2, 3): "δύο τρίτα",
        (1, 4): "ένα τέταρτο",
        (3, 4): "τρία τέταρτα",
        (1, 5): "ένα πέμπτο",
    }.get((upper, lower)),
    before_dates="στις|τις|έως|από|μέχρι",
    time=_time,
    before_phones=r"τηλ\.?|τηλέφωνο|καλέστε",
    abbreviations={
        "π.χ.": "παραδείγματος χάριν",
        "κ.λπ.": "και λοιπά",
        "κ.ά.": "και άλλα",
        "κτλ.": "και τα λοιπά",
        "κλπ.": "και λοιπά",
        "κλπ": "και λοιπά",
        "δηλ.": "δηλαδή",
        "μ.μ.": "μετά μεσημβρίαν",
        "π.μ.": "προ μεσημβρίας",
        "μ.Χ.": "μετά Χριστόν",
        "π.Χ.": "προ Χριστού",
        "κ.": "κύριος",
        "κα": "κυρία",
        "δρ.": "δόκτωρ",
        "Δρ.": "δόκτωρ",
        "vs.": "εναντίον",
        "vs": "εναντίον",
        "24/7": "όλο το εικοσιτετράωρο",
    },
    before_numbers={"αρ.": "αριθμός", "σελ.": "σελίδα", "τηλ.": "τηλέφωνο", "αρ": "αριθμός"},
    rules=(
        Rule(
            re.compile(
                rf"(?<!\w)(?P<name>[Α-ΩΆΈΉΊΌΎΏ][α-ωά-ώΐΰ]{{2,20}})[{BLANKS}](?P<numeral>{_GREEK})[΄´ʹʼ'’](?!\w)"
            ),
            _after_name,
        ),
        Rule(
            re.compile(rf"(?<!\w)(?P<numeral>{_GREEK})[΄´ʹʼ'’](?=[{BLANKS}](?P<noun>[Α-Ωα-ωΆ-Ώά-ώ]{{3,20}}))"),
            _before_noun,
        ),
        Rule(re.compile(rf"(?<!\w)(?P<roman>[IVX]{{1,6}})(?:ος)?[{BLANKS}](?P<noun>αιώνας|αιώνα)(?!\w)"), _roman),
        Rule(re.compile(r"(?<![\w.,])['’](?=\d0(?!\w))"), "", digits=True),
    ),
)
