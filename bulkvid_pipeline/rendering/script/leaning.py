"""Words that lean on a neighbour: an article on its noun, a preposition on what follows, an ending on what it ends.

Closed classes only. The tables of all languages are used together: a word that leans in one of them and not in another
costs little, and the language of a short text is often not known.
"""

from __future__ import annotations

import re

_WORDS_BEFORE_OTHERS = """
    a an the my your his her its our their this that these those of to in on at by for from with as into onto over per
    than and or but nor not no if is are was were be i'm don't can't won't very so too
    der die das den dem des ein eine einen einem einer eines kein keine mein dein sein ihr unser im am vom zum zur ins
    und oder aber nicht von zu mit für auf bei nach aus um als wie sehr de het een van voor met op te naar niet geen
    le la les un une du au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs et ou ne
    pas sans sous sur par pour dans avec chez à
    el los las una unos unas lo al del y o ni su sus mi mis tu tus con sin para entre hasta desde que os um uma uns umas
    do da dos das na nas ao às pelo pela e não com sem seu sua muito
    il gli i uno nel nella nei sul sulla dal dalla dei delle degli ed non di per tra fra
    ett det och eller inte att på av till med som ikke til
    w z u od po za ze we nie lub dla przy pod nad bez s k v ve ke se bir bu şu ile için çok
    в на с к у о и а не ни но по из за от до для при под над без об со во ко или з із та й є що
    ο η το οι τα του της των τον την ένας μια ένα και ή να θα δεν μη σε στο στη στον στην από με για ως
    في من على إلى عن مع أن لا لم لن ما هذا هذه ذلك كل أو ثم بعد قبل در از به با که این هر
    การ ความ ที่ และ ใน ของ ไม่ จะ ให้ เพราะ กับ เป็น ต้อง อย่า ทุก និង ក្នុង ដែល មិន ជា នៃ ໃນ ແລະ ບໍ່ ການ ຄວາມ
    של את על אל עם לא זה זו כל או גם אם מה כי không một các những và của cho với để trong yang ke dan untuk tidak dari
    under about because when while who which whose where whether been will would can could should must may might
    more most every each some any via mr mrs dr euer beim vor über unter durch gegen ohne denn weil dass wenn ob
    jede jeder jedes l mais donc qui dont où vers très plus pero sino porque si cuando sobre hacia según nuestro
    vuestra este esta estos estas ese esa muy más cada dello della alla allo ai agli alle perché quando che chi cui
    senza questo questa questi queste molto più ogni em sob até mas meu minha uit bij tot tegen en maar omdat dat
    deze dit mijn jouw zijn haar ons onze zeer elke men för om från utan vid przez przed ale że czy oraz про что
    чтобы как если veya ama έχει αλλά إن التي الذي قد آن برای یا एक और कि यह वह इस उस हर बहुत न या 한 두 세 네 그 이
    저 못 더 là
"""
_ONWARD = frozenset(_WORDS_BEFORE_OTHERS.split())
"""Words after which a line should not end."""

_WORDS_AFTER_OTHERS = """
    का के की को से में पर ने तक है हैं था थी थे भी ही वाला वाले वाली चा ची चे ला ना नी થી માં છે
    수 것 때 등 번 개 명 채 만 뿐 중 mı mi mu mü de da ki bn mn
    左右 以上 以下 以内 以外 之间 前後 ほど 程度 くらい ぐらい
    ไป มา แล้ว ได้ อยู่ ครับ ค่ะ คะ นะ
    ขึ้น ลง ด้วย เลย กว่า
    ကို တွင် မှ သည် များ နှင့် ၏ မှာ တယ် ပြီး တဲ့ တော့ ပါတယ်
    हो میں کو سے کا کی کے پر نے ہے ہیں را است için gibi ile kadar 뒤 전
"""
_BACKWARD = frozenset(_WORDS_AFTER_OTHERS.split())
"""Words before which a line should not end."""

_WORDS_THAT_BEGIN_PHRASES = """
    and or but nor so because if when while who which whose where whether that of in on at to for from with by into
    onto over under about than und oder aber denn weil dass wenn als ob mit nach von für et ou mais donc que qui
    dont dans sur avec sans pour par y pero sino porque si cuando con sin ma perché se quando che mas com sem en
    maar omdat met och men som i lub ale że и а но или что чтобы если для
"""
_OPENING = frozenset(_WORDS_THAT_BEGIN_PHRASES.split())
"""Conjunctions and prepositions with which a line may well begin."""

_TAKEN_WITH_STOP = frozenset({"mr", "mrs", "ms", "dr", "st"})
_HAN_ONWARD = frozenset("将在把被和与跟从到对为向往由于不没很最更是第每各这那我你他她它将会能可以要请就再又也都只")
_HAN_BACKWARD = frozenset("的了着过吗呢吧们地得上下里中内外前后年月日时分个只种次元")
_HIRAGANA = re.compile("[\u3041-\u309fー]+")
_NUMBER = re.compile("[\\d.,:]*\\d|[0-9#*]\ufe0f?\u20e3")
_CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-ÞА-Я][\w'’.-]*")
_AROUND = "\"'“”„«»()[]{}¿¡‘’"
_STOPS = "।.,،۔!?؟"


def leans_onward(word: str) -> bool:
    """Whether a reader waits for what follows the word, which has no punctuation after it but that of `Dr.`."""
    bare = word.strip(_AROUND).casefold()
    if bare in _ONWARD or bare in _HAN_ONWARD or _NUMBER.fullmatch(bare):
        return True
    return bare.endswith(".") and bare[:-1] in _TAKEN_WITH_STOP


def leans_back(word: str) -> bool:
    """Whether the word belongs to what stands before it, such as a postposition."""
    bare = word.strip(_AROUND).rstrip(_STOPS)
    return bare in _BACKWARD or bare in _HAN_BACKWARD


def begins_phrase(word: str) -> bool:
    """Whether a line may well begin with the word: a conjunction or a preposition."""
    return word.strip(_AROUND).casefold() in _OPENING


def is_particle(word: str) -> bool:
    """Japanese particles and endings, which follow the word that they belong to."""
    bare = word.strip(_AROUND + "、。")
    return 0 < len(bare) <= 3 and _HIRAGANA.fullmatch(bare) is not None


def is_name_part(word: str) -> bool:
    """Whether the word is written as names are."""
    return _CAPITALISED.fullmatch(word.strip(_AROUND)) is not None
