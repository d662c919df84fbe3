"""Small words that belong to what follows or precedes them, so that lines and captions do not part the two."""

from __future__ import annotations

_LISTED = """
a an the this that these those my your his her its our their of in on at to for from with by into onto over under
about as than and or but nor so because if when while who which whose where whether is are was were be been will would
can could should must may might not no very more most every each some any per via mr mrs dr der die das den dem
des ein eine einen einem einer eines mein dein sein ihr unser euer im am zum zur vom beim auf aus bei mit nach von zu
vor für über unter durch gegen ohne um und oder aber denn weil dass wenn als wie ob nicht sehr jede jeder jedes le la
les l un une du de au aux et ou mais donc que qui dont où dans sur sous avec sans pour par chez vers mon ma mes ton ta
tes son sa ses notre votre leur leurs ce cet cette ces ne pas très plus el los las una unos unas del al y o u pero
sino porque si cuando con sin sobre entre hacia hasta desde según mi tu su nuestro vuestra este esta estos estas ese
esa muy más cada il lo gli uno dello della dei degli delle nel nella nei sul sulla dal dalla alla allo ai agli alle e
ed perché se quando che chi cui senza tra fra questo questa questi queste molto più ogni os uma uns umas do da dos na
nos nas ao à pelo pela em com sem sob até mas meu minha seu sua muito het een van voor naar met op uit bij tot tegen
en maar omdat dat deze dit mijn jouw zijn haar ons onze niet zeer elke ett det och eller men för att som om av till
från med utan på i vid w we z ze od po za dla przez przed nad pod bez lub ale że czy oraz nie в во на с со к ко о об
от до для по за из у при без над под про и а но или что чтобы как если не ни bir ve veya ama çok
έχει να θα με σε από για και ή αλλά ο η το οι τα του της των τον την στο στη στην στον
في من على إلى عن مع أن إن التي الذي هذا هذه لا لم لن قد ثم أو كل در از به با که این آن هر برای یا
של את על עם אל או כי לא כל גם אם
एक और कि यह वह इस उस हर बहुत न या 한 두 세 네 그 이 저 못 더 và của là những các một cho với
"""
_CLINGING = frozenset(_LISTED.split())
_TAKEN_WITH_STOP = frozenset({"mr", "mrs", "ms", "dr", "st"})
_TRAILING_LISTED = """
में को से का की के पर ने है हैं था थी थे हो तक भी ही میں کو سے کا کی کے پر نے ہے ہیں را است için gibi ile kadar mı mi mu mü
수 것 때 뒤 전 중
"""
_TRAILING = frozenset(_TRAILING_LISTED.split())
_OPENING_LISTED = """
and or but nor so because if when while who which whose where whether that of in on at to for from with by into onto
over under about than und oder aber denn weil dass wenn als ob mit nach von für et ou mais donc que qui dont dans sur
avec sans pour par y pero sino porque si cuando con sin ma perché se quando che mas com sem en maar omdat met och men
som i lub ale że и а но или что чтобы если для
"""
_OPENING = frozenset(_OPENING_LISTED.split())


def clings(word: str) -> bool:
    """Whether a word, as it stands in its text, is better followed by another one on the same line."""
    bare = word.strip("\"'“”‘’«»„([{").casefold()
    return bare in _CLINGING or (bare.endswith(".") and bare[:-1] in _TAKEN_WITH_STOP)


def trails(word: str) -> bool:
    """Whether a word belongs to the one before it, such as a postposition, so that no line should begin with it."""
    return word.rstrip("।.,،۔!?؟") in _TRAILING


def opens(word: str) -> bool:
    """Whether a new line may well begin with a word: a conjunction or a preposition."""
    return word.strip("\"'“”‘’«»„([{").casefold() in _OPENING
