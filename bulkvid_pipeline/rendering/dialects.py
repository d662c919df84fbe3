"""Distinguishes related languages: Brazilian and European Portuguese, Danish and Norwegian, kinds of Chinese."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bulkvid_pipeline.rendering.language import Guess


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORDS_THAT_TELL: dict[str, frozenset[str]] = {
    tag: _words(words)
    for tag, words in {
        "da": "af blev meget nogle nogen hvad sig mig dig vand nat lad sluk bag ugen måske før bøger mad uden op gøre "
        "penge hjælp tænd spis drik",
        "nb": "av ble mye noen hva seg meg deg vann natt la slå bok bøker kanskje mat uten opp gjøre penger hjelp "
        "drikk uken spis",
        "uk": "та що щоб твій свій щоранку їжа є й ще чи",
        "bg": "един една сън преди хляб се ще са",
        "hr": "što tko uvijek mlijeko dijete vrijeme prije tjedan kruh kava tisuća svaku",
        "sr": "šta uvek mleko dete vreme pre hleb kafa hiljada",
        "hi": "है हैं और में से नहीं पिएँ पिएं करें दें सोएँ सोएं",
        "mr": "आहे आहेत आणि मध्ये नाही करा तुम्ही आपण",
        "ne": "छ छन् गर्नुहोस् पनि हुन्छ बाट लाई",
        "id": "bisa karena saat uang ponsel kamu",
        "ms": "kerana wang awak semasa telefon boleh",
    }.items()
}
"""Words that related languages spell differently, or that only one of them uses often."""

_BRAZIL = _words(
    "você vocês celular ônibus trem geladeira banheiro sorvete suco terno esporte bebê aterrissar registro "
    "equipe gerenciar xícara açougue econômico gênero acadêmico anônimo polêmica tênis prêmio gênio "
    "quilômetro quilômetros cotidiano planejar usuário usuários tela mouse legal moça pedágio pra pro né "
    "bacana"
)
_PORTUGAL = _words(
    "tu teu tua telemóvel telemóveis autocarro comboio frigorífico gelado sumo equipa desporto bebé aterrar "
    "registo gerir chávena talho económico género académico anónimo polémica ténis prémio génio quilómetro "
    "quilómetros quotidiano planear utilizador utilizadores ecrã rato fixe rapariga portagem duche ti contigo "
    "vós facto contacto estás podes precisas"
)
_BRAZIL_PAIRS = frozenset({("a", "gente"), ("café", "da")})
_PORTUGAL_PAIRS = frozenset({("pequeno", "almoço"), ("casas", "banho")})
_UNTOLD = 0.6
"""Confidence in a dialect if no word indicates one."""
_BEING = frozenset({"estou", "está", "estás", "estamos", "estão", "estava", "estavam"})

_SIMPLIFIED = frozenset(
    "们这个来时说国为会对没过后还么开关点电话见车长门问间让给现实样头视东书学习爱业写语饭鱼马鸟龙岁龄单双听买卖钱铁银药风飞"
)
"""Common simplified characters, and (below) the traditional characters that they replace."""
_TRADITIONAL = frozenset(
    "們這個來時說國為會對沒過後還麼開關點電話見車長門問間讓給現實樣頭視東書學習愛業寫語飯魚馬鳥龍歲齡單雙聽買賣錢鐵銀藥風飛"
)
_CANTONESE = frozenset("嘅咗唔喺佢哋嚟啲嗰冇睇嘢乜咁")


def portuguese_of(words: Sequence[str], confidence: float, other: str) -> Guess:
    """Brazilian Portuguese, or European Portuguese if its words indicate it."""
    from bulkvid_pipeline.rendering.language import Guess

    known, pairs = set(words), set(itertools.pairwise(words))
    brazil = len(_BRAZIL & known) + len(_BRAZIL_PAIRS & pairs) + _gerunds(words)
    portugal = len(_PORTUGAL & known) + len(_PORTUGAL_PAIRS & pairs) + _infinitives(words)
    if portugal == brazil:
        # About four of five writers of Portuguese write Brazilian Portuguese.
        return Guess("pt-BR", min(confidence, _UNTOLD), "pt-PT")
    tag, rival = ("pt-PT", "pt-BR") if portugal > brazil else ("pt-BR", "pt-PT")
    sure = (abs(portugal - brazil) + 1) / (portugal + brazil + 1)
    return Guess(tag, min(confidence, sure), other if sure >= confidence else rival)


def _gerunds(words: Sequence[str]) -> int:
    """Number of forms like `estou fazendo`, which are Brazilian."""
    pairs = itertools.pairwise(words)
    return sum(first in _BEING and second.endswith(("ando", "endo", "indo")) for first, second in pairs)


def _infinitives(words: Sequence[str]) -> int:
    """Number of forms like `estou a fazer`, which are European."""
    triples = zip(words, words[1:], words[2:], strict=False)
    return sum(
        first in _BEING and second == "a" and third.endswith(("ar", "er", "ir")) for first, second, third in triples
    )


def chinese_of(text: str) -> Guess:
    """Chinese: Cantonese, or Mandarin in simplified or traditional characters."""
    from bulkvid_pipeline.rendering.language import Guess

    letters = set(text)
    if len(letters & _CANTONESE) >= 2:
        return Guess("yue", 0.9, "zh-Hant")
    traditional = sum(char in _TRADITIONAL for char in text)
    simplified = sum(char in _SIMPLIFIED for char in text)
    return Guess("zh-Hant" if traditional > simplified else "zh", 1.0)
