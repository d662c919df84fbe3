"""Words that say that a cell is empty."""

from __future__ import annotations

import re
from enum import StrEnum

from bulkvid_pipeline.core.vocabulary.words import Vocabulary


class Empty(StrEnum):
    """Why a cell counts as empty."""

    PLACEHOLDER = "placeholder"
    """The text is still to come, or there is none: true of any column."""
    NO_WISH = "no wish"
    """The writer leaves the choice to us: true of columns of options only; a title may well be "None"."""
    AS_BEFORE = "as before"
    """Whether as in the row above or as usual, nobody can tell: no empty cell."""


EMPTIES: Vocabulary[Empty] = Vocabulary(
    {
        Empty.PLACEHOLDER: """
            n/a, n.a., n/d, n.d., s/d, tbd, wip, xxx, placeholder, to be written, to be added,
            to be done later, to follow, to come, will follow, later, script tbd, script to come,
            script to follow, script to be written, script pending, text to follow, needs script, no script,
            no script yet, insert script, insert script here, add script, add script here, write script,
            write script here, script here, script goes here, your script here, insert text here, add text here,
            your text here, insert title here, title tbd, title here, sin definir, por escribir,
            pendiente de escribir, pendiente de guion, à rédiger, à écrire, à venir, folgt, text folgt,
            skript folgt, noch zu schreiben, da scrivere, a escrever, por fazer, in arrivo, लिखना बाकी है,
            जल्द आ रहा है, قيد الكتابة, سيضاف لاحقا, 待写, 待填, 待填写, 待补, 待撰写, 待编写, 未記入, 後で記入,
            後日, 追って記入, 작성 예정, 추후 작성, напишу позже, позже, t.b.d., tbc, tba, tbs, todo, to do,
            to be defined, to be decided, to be determined, to be confirmed, to be done, lorem ipsum,
            coming soon, por definir, por confirmar, a definir, a confirmar, pendiente de definir, à définir,
            à confirmer, àc, à compléter, k.a., k. a., keine angabe, entfällt, noch offen, wird noch festgelegt,
            folgt noch, da definire, da confermare, da decidere, a ser definido, não aplicável, no aplica,
            sans objet, s.o., non applicable, non applicabile, nicht zutreffend, लागू नहीं, तय नहीं, बाद में,
            غير متاح, لا ينطبق, لم يحدد بعد, يحدد لاحقا, 待定, 不适用, 不適用, 未定, 暂无, 待补充, 該当なし,
            該当無し, 미정, 해당 없음, 해당없음, не указано, н/д, будет уточнено, belirlenecek, n.v.t., nvt,
            nog te bepalen, do ustalenia, nie dotyczy, -, --, ---, –, —, ―, ー, －, _, __, ., .., ..., …, ?, ??,
            ???, ？, ~, *, /, \\, ·, •, ×
        """,
        Empty.NO_WISH: """
            none, no, null, nil, nan, undefined, nothing, nothing special, leave blank, leave empty,
            leave it blank, you decide, you pick, you guys decide, as you like, as you wish, as you prefer,
            your call, your pick, dealer's choice, whatever you think, whatever works, whatever fits, whichever,
            don't mind, i don't mind, don't know, dont know, not sure, not sure yet, unsure, unknown, idk,
            no idea, undecided, not decided, not decided yet, no selection, select, choose, please select,
            select one, choose one, lo que sea, como quieras, indistinto, no sé, comme tu veux,
            comme vous voulez, je ne sais pas, weiß nicht, wie du willst, wie ihr wollt, offen, não sei, non so,
            come vuoi, come preferisci, ナシ, 特に無し, 不限, 无所谓, 都行, 看着办, не знаю, на ваше усмотрение,
            ваш выбор, empty, blank, default, the default, use default, auto, automatic, automatically, any,
            anything, any voice, any style, any is fine, whatever, either, either is fine, doesn't matter,
            don't care, no preference, no pref, your choice, you choose, up to you, not specified, unspecified,
            not set, unset, optional, not applicable, not available, -none-, ninguno, ninguna, nada, vacío,
            predeterminado, por defecto, cualquiera, da igual, sin preferencia, automático, aucun, aucune, vide,
            rien, par défaut, défaut, n'importe, n'importe lequel, peu importe, sans préférence, indifférent,
            au choix, automatique, keine, kein, keiner, keins, nichts, leer, standardeinstellung, voreinstellung,
            vorgabe, egal, beliebig, automatisch, keine präferenz, nenhum, nenhuma, vazio, padrão, qualquer,
            tanto faz, sem preferência, por padrão, nessuno, nessuna, niente, vuoto, predefinito, predefinita,
            qualsiasi, indifferente, nessuna preferenza, automatico, कोई नहीं, कोई भी, डिफ़ॉल्ट, डिफॉल्ट, स्वतः, खाली,
            لا شيء, لا يوجد, بدون, افتراضي, الافتراضي, أي, تلقائي, فارغ, 无, 無, 没有, 空, 默认, 預設, 任意,
            随意, 随便, 都可以, 自动, 自動, なし, 無し, 特になし, デフォルト, 既定, 何でも, なんでも, どれでも,
            おまかせ, お任せ, 指定なし, 없음, 기본, 기본값, 아무거나, 자동, 상관없음, нет, по умолчанию, любой,
            любая, любое, все равно, авто, не важно, пусто, varsayılan, herhangi, otomatik, fark etmez, geen,
            standaardinstelling, willekeurig, maakt niet uit, yok, brak, żaden, domyślny, domyślna, domyślnie,
            dowolny, dowolna, obojętnie, automatycznie
        """,
        Empty.AS_BEFORE: """
            same, same as above, same as before, as above, as before, see above, ditto, idem, dito, 〃, igual,
            lo mismo, igual que arriba, el mismo, le même, pareil, comme ci-dessus, gleich, wie oben, siehe oben,
            o mesmo, mesmo, stesso, lo stesso, come sopra, वही, ऊपर जैसा, समान, نفسه, نفس الشيء, كما سبق, 同上, 同样,
            一样, 同じ, 上と同じ, 동일, 위와 같음, то же, как выше, aynı, zelfde, hetzelfde, to samo, jak wyżej
        """,
    }
)
_DUMMY_TEXT = re.compile(r"\W*lorem ipsum\b", re.IGNORECASE)
_ONLY_DASHES = re.compile(r"[\s\-‐-―−ー－_.…·•*/\\?？~]{1,40}")
AS_BEFORE_PROBLEM = "Could mean what the row above says, or the usual one"
AS_BEFORE_FIX = "Write the value itself"


def is_as_before(cell: str) -> bool:
    """Whether a cell of options refers to something without saying what: `same`, `ditto`."""
    return EMPTIES.meaning(cell) is Empty.AS_BEFORE


def _emptiness(cell: str) -> Empty | None:
    """Why a cell counts as empty. `#N/A` does not: a formula has failed there, which wants mending."""
    if cell.lstrip().startswith("#"):
        return None
    return Empty.PLACEHOLDER if _ONLY_DASHES.fullmatch(cell) else EMPTIES.meaning(cell)


def is_empty_option(cell: str) -> bool:
    """Whether a cell of options says that it is empty: `n/a`, `TBD`, `-`, `none`, `default`, `any`."""
    return not cell.strip() or _emptiness(cell) in {Empty.PLACEHOLDER, Empty.NO_WISH}


def is_empty_text(cell: str) -> bool:
    """Whether a text is only a mark for a text that is not there: `TBD`, `n/a`, `-`. A title "None" is a title."""
    if _DUMMY_TEXT.match(cell):
        return True
    return not cell.strip() or (len(cell) <= 60 and _emptiness(cell) is Empty.PLACEHOLDER)
