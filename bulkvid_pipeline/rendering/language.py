"""Which language a text is in: by its script, then by its commonest words and letters. No model, no network.

Made for titles and scripts of a few words or more; a code is one that espeak-ng knows.
"""

from __future__ import annotations

import re
from collections import Counter

from bulkvid_pipeline.adapters.speech.scripts import SCRIPT_LANGUAGE, Script, script_of

DEFAULT = "en-us"
_SAMPLE = 4000

# The commonest short words of each language, those first that few others share.
_WORDS: dict[Script, dict[str, str]] = {
    Script.LATIN: {
        "en-us": "a i the and of to is in it you that was for on are with as his they at be this have from or your "
        "not what all were we when can there an do how if will about my than its no just who why our more one out",
        "de": "der die das und ist nicht ein eine einen einer eines ich sie es von zu mit sich auf für den dem des "
        "auch wie man aus bei nach oder aber wenn wird sind wir ihr kann mehr nur noch über dass so im am zum zur ganz",
        "es": "el la los las de que y en un una es no se por con para su al lo como más pero sus le ya o este sí "
        "porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos tu cada qué del son tú",
        "fr": "le la les de des et est un une du en que qui dans il elle pas pour sur au avec ce se ne plus par je "
        "vous nous on mais ou où comme aux cette son sa ses leur votre tout être fait sont ont très même chaque",
        "it": "il lo la gli le di che e è un una in non per con si del della dei delle nel nella al alla come più ma "
        "anche da sono questo questa ha ho tuo suo ci se perché quando ogni molto mi ti ed dal dalla fa",
        "pt": "o a os as de que e é um uma em no na nos nas não do da dos das para com por se mais como mas ao à seu "
        "sua você ou quando muito já está eu também só pelo pela até isso ela ele entre depois sem mesmo são cada",
        "nl": "de het een en van is dat niet in op te zijn voor met die er aan ook als maar om bij door naar uit dan "
        "nog je jij wat wordt heeft deze dit over geen kan meer ik wij hij ze uw hoe waar al elke",
        "pl": "i w na z się nie to że do jest o jak po co ale za od przez tak dla czy był są być tylko już może ich "
        "które który która oraz gdy jego przed jeszcze bardzo każdy twój",
        "tr": "ve bir bu da de için ile çok daha ne gibi olarak en olan kadar değil mi ama sonra her var yok ben sen "
        "biz siz onun şey nasıl ki veya hem iyi günde",
        "sv": "och att det som en på är av för med till den har de inte om ett men var jag vi du från kan så när eller "
        "ut alla hur mycket ska din varje",
        "da": "og at det som en på er af for med til den har de ikke om et men var jeg vi du fra kan så når eller ud "
        "alle hvordan meget skal din hver blev",
        "nb": "og at det som en på er av for med til den har de ikke om et men var jeg vi du fra kan så når eller ut "
        "alle hvordan mye skal din hver ble",
        "fi": "ja on ei se että oli hän ovat mutta kun niin myös tai mitä joka olla jos sen voi vain minä sinä tämä "
        "kuin nyt ole kaikki",
        "cs": "a je se na v že to s z do i o jako ale za by pro tak po co jsem který která které když už nebo jen "
        "jsou byl při má jeho každý",
        "sk": "a je sa na v že to s z do aj o ako ale za by pre tak po čo som ktorý ktorá ktoré keď už alebo len sú "
        "bol pri má jeho každý",
        "hu": "a az és hogy nem is egy ez volt de meg csak van már mint ha még el ki azt minden ezt vagy kell lehet "
        "nagyon mert",
        "ro": "și în de la a cu pe nu este o un să că din pentru mai care sunt ce au fost dar se ca sau prin fi foarte "
        "când fiecare",
        "hr": "i u je se na da za od su s ne što kao ali ili koji koja koje bi sve samo već kad bio nije kako može iz",
        "id": "yang dan di ini itu dengan untuk tidak dari dalam akan pada juga saya ke karena bisa ada kita mereka "
        "anda adalah atau sudah lebih setiap",
        "vi": "và là của có không được một cho người trong các với đã này những khi đến để từ ra như bạn tôi nhiều "
        "mỗi hãy cũng",
        "ca": "el la els les de que i en un una és no per amb al del com més però són seu seva molt aquest aquesta si "
        "també hi quan o dels ha",
    },
    Script.CYRILLIC: {
        "ru": "и в не на я что он с как это по но к у из за то все она так его вы же от бы мы для о если или когда "
        "уже вас если час в до нет только меня было",
        "uk": "і в не на я що він з як це по але до у із за те всі вона так його ви же від би ми для про якщо або коли "
        "вже є та чи ще щоб",
        "bg": "и в не на аз че той с как това по но към от за то всички тя така го ви се са е да ще си или когато "
        "вече ако има много",
        "sr": "и у не на ја да он с као то по али од за све она тако га ви се је су ће или када већ ако има што",
        "be": "і ў не на я што ён з як гэта па але да у за то ўсе яна так яго вы ж ад бы мы для пра калі або ужо",
        "mk": "и во не на јас дека тој со како тоа по но од за се сите таа така го ви е да ќе си или кога веќе ако има",
        "kk": "және мен бұл үшін бір да де емес бар ол біз сіз деп оның болып жоқ қалай көп",
    },
    Script.DEVANAGARI: {
        "hi": "है हैं का की के में और से को पर यह वह नहीं एक भी कि ने तो था ही करें हर",
        "mr": "आहे आहेत चा ची चे मध्ये आणि हा ही ते तो नाही एक पण की ने मी आपण करा",
        "ne": "छ छन् को का मा र बाट लाई पनि यो त्यो हुन्छ एक भने गर्न हो",
    },
}
# Letters that few languages of the script use: each time one appears, it is worth a stop word.
_LETTERS: dict[Script, dict[str, str]] = {
    Script.LATIN: {
        "de": "ßäöü",
        "es": "ñ¿¡",
        "fr": "çœèêëîïûù",
        "pt": "ãõç",
        "pl": "łąęńśźż",
        "tr": "ğış",
        "sv": "åäö",
        "da": "æøå",
        "nb": "æøå",
        "fi": "äö",
        "cs": "řěůčšž",
        "sk": "ľĺŕôčšž",
        "hu": "őű",
        "ro": "ășțâ",
        "hr": "čćđšž",
        "vi": "đơưạảấầậắếềệọốồộớờợụủứừự",
        "it": "òìù",
        "ca": "·",
    },
    Script.CYRILLIC: {
        "ru": "ыэё",
        "uk": "їєґі",
        "be": "ўі",
        "sr": "ђћџљњј",
        "mk": "ѓќѕјљњџ",
        "kk": "әғқңөұүһ",
        "bg": "ъ",
    },
    Script.ARABIC: {"fa": "پچگژکی", "ur": "ہٹڈڑںےھپچگژکی", "ar": "ةىكيأإ"},
    Script.DEVANAGARI: {"mr": "ळ"},
}
_DEFAULTS = {Script.ARABIC: "ar"}
_SETS = {
    script: {language: frozenset(words.split()) for language, words in table.items()}
    for script, table in _WORDS.items()
}
_ADDRESS = re.compile(r"\S*(?:://|@|www\.|\.\w+/)\S*")
_PUNCTUATION = ".,;:!?…।॥،؛؟()[]{}\"'“”„‘’«»¿¡-–—*_#"


def language_of(text: str) -> str:
    """The espeak code of the language of `text`; American English where nothing tells."""
    sample = _ADDRESS.sub(" ", text[:_SAMPLE].lower())
    counts = Counter(script_of(char) for char in sample)
    del counts[Script.COMMON]
    counts.pop(Script.OTHER, None)
    if not counts:
        return DEFAULT
    # A CJK character stands for about three letters, so a product name in Latin does not outweigh a short title.
    for dense in (Script.HAN, Script.KANA, Script.HANGUL):
        counts[dense] *= 3
    script = max(counts, key=lambda each: (counts[each], each))
    if script in {Script.HAN, Script.KANA}:
        return "ja" if 10 * counts[Script.KANA] > counts[Script.HAN] else "cmn"
    if script in _WORDS or script in _LETTERS:
        return _best(sample, script)
    return SCRIPT_LANGUAGE[script]


def _best(sample: str, script: Script) -> str:
    """The language of the script with the most evidence; ties go to the one listed first."""
    words = Counter(word.strip(_PUNCTUATION) for word in sample.split())
    score: Counter[str] = Counter()
    for language, known in _SETS.get(script, {}).items():
        score[language] += sum(count * (1 if len(word) == 1 else 2) for word, count in words.items() if word in known)
    for language, letters in _LETTERS.get(script, {}).items():
        score[language] += sum(2 * sample.count(letter) for letter in letters)
    order = list(_SETS.get(script, {})) + list(_LETTERS.get(script, {}))
    best = max(score, key=lambda each: (score[each], -order.index(each)))
    return best if score[best] else _DEFAULTS.get(script, SCRIPT_LANGUAGE[script])
