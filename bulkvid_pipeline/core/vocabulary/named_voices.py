"""Names of the voices of known providers, and the character of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bulkvid_pipeline.core.options import Voice
from bulkvid_pipeline.core.vocabulary.words import key_of, listed_words, without_parentheses

_F, _M, _N = Voice.FEMALE, Voice.MALE, Voice.NEUTRAL


@dataclass(frozen=True)
class NamedVoice:
    """A provider's voice. `character` is None where its name does not tell it to us."""

    provider: str
    """openai, elevenlabs, azure, google, polly or piper."""
    name: str
    """As its provider writes it."""
    character: Voice | None = None


_NAMES: dict[str, dict[Voice, str]] = {
    "openai": {
        _F: "coral, nova, sage, shimmer, marin",
        _M: "ash, ballad, cedar, echo, onyx, verse",
        _N: "alloy, fable",
    },
    "elevenlabs": {
        _F: """
            Rachel, Domi, Bella, Elli, Sarah, Laura, Charlotte, Alice, Matilda, Jessica, Lily, Aria, Dorothy, Grace,
            Freya, Nicole, Glinda, Emily, Gigi, Mimi, Serena
        """,
        _M: """
            Antoni, Josh, Arnold, Adam, Sam, Charlie, George, Callum, Liam, Will, Eric, Chris, Brian, Daniel, Bill,
            Roger, Thomas, Dave, Fin, Clyde, Ethan, Giovanni, Harry, James, Jeremy, Joseph, Michael, Patrick, Paul
        """,
        _N: "River",
    },
    "polly": {
        _F: """
            Joanna, Salli, Kimberly, Kendra, Ivy, Ruth, Danielle, Emma, Amy, Olivia, Aditi, Raveena, Kajal, Lucia,
            Conchita, Lupe, Mia, Vicki, Marlene, Celine, Lea, Bianca, Carla, Camila, Vitoria, Ines, Mizuki, Zhiyu,
            Seoyeon, Tatyana, Filiz, Lotte, Ewa
        """,
        _M: """
            Matthew, Joey, Justin, Kevin, Stephen, Gregory, Russell, Geraint, Enrique, Miguel, Hans, Mathieu, Giorgio,
            Ricardo, Cristiano, Takumi, Maxim, Ruben, Jacek
        """,
    },
}
"""Names that stand alone. OpenAI: platform.openai.com/docs/guides/text-to-speech; ElevenLabs' default voices; Amazon
Polly's list of voices. A name that two providers share has one character in both."""

_AZURE: dict[Voice, str] = {
    _F: """
        Jenny, Aria, Ava, Emma, Michelle, Nancy, Sara, Amber, Ana, Ashley, Cora, Elizabeth, Jane, Monica, Sonia,
        Libby, Maisie, Natasha, Neerja, Clara, Katja, Amala, Elke, Seraphina, Denise, Eloise, Vivienne, Elvira, Dalia,
        Ximena, Francisca, Thalita, Raquel, Fernanda, Elsa, Isabella, Swara, Ananya, Zariyah, Salma, Fatima, Xiaoxiao,
        Xiaoyi, Xiaohan, Xiaomo, HsiaoChen, Nanami, Mayu, Shiori, SunHi, Svetlana, Dariya, Emel, Colette, Fenna,
        Zofia, Agnieszka
    """,
    _M: """
        Guy, Davis, Andrew, Brian, Christopher, Eric, Jacob, Jason, Roger, Steffan, Tony, Ryan, Thomas, William,
        Prabhat, Liam, Conrad, Killian, Florian, Henri, Remy, Alvaro, Jorge, Antonio, Duarte, Diego, Giuseppe,
        Benigno, Madhur, Hamed, Shakir, Hamdan, Yunxi, Yunyang, Yunjian, YunJhe, Keita, Daichi, InJoon, Hyunsu,
        Dmitry, Ahmet, Maarten, Marek
    """,
}
_GOOGLE_ENGLISH = {"a": _M, "b": _M, "c": _F, "d": _M, "e": _F, "f": _F, "g": _F, "h": _F, "i": _M, "j": _M}
"""Of `en-US-Wavenet-*`, `-Neural2-*` and `-Standard-*`; other languages give the letters otherwise."""
_PIPER: dict[Voice, str] = {
    _F: """
        amy, lessac, kathleen, kristin, ljspeech, hfc_female, alba, cori, jenny_dioco, southern_english_female, eva_k,
        kerstin, ramona, siwis, paola, irina, lisa, mls_female, kareem_female, nathalie, gosia, huayan, xiao_ya,
        harri_female, natia, berta, maya
    """,
    _M: """
        ryan, joe, danny, john, kusal, norman, bryce, hfc_male, alan, northern_english_male, thorsten,
        thorsten_emotional, karlsson, pavoque, gilles, tom, davefx, carlfm, riccardo, faber, edresson, cadu, jeff,
        denis, dmitri, ruslan, kareem, chaowen, pim, ronnie, rdh, darkman, mc_speech, fahrettin, fettah, dfki,
        pratham, rohan, sam
    """,
}

_PROVIDERS = {
    "openai": "openai",
    "chatgpt": "openai",
    "elevenlabs": "elevenlabs",
    "11labs": "elevenlabs",
    "11elevenlabs": "elevenlabs",
    "polly": "polly",
    "amazonpolly": "polly",
    "awspolly": "polly",
    "amazon": "polly",
    "aws": "polly",
    "azure": "azure",
    "microsoft": "azure",
    "microsoftazure": "azure",
    "ms": "azure",
    "google": "google",
    "googlecloud": "google",
    "googletts": "google",
    "piper": "piper",
}
_PROVIDER = re.compile(
    r"\s*(open ?ai|chatgpt|eleven[ _-]?labs|11 ?labs|(?:amazon|aws) polly|polly|amazon|aws|microsoft azure|azure|"
    r"microsoft|ms|google(?: cloud| tts)?|piper)\b(?:\s+(?:tts|voice))?[\s:/|_,–—-]*",
    re.IGNORECASE,
)
_VOICE_WORD = re.compile(r"(?i)^voice\s*[:=-]?\s+|^voice\s*[:=]\s*|\s+(?:voice|please)$")
_AZURE_NAME = re.compile(r"[a-z]{2,3}-[a-z]{2,4}(?:-[a-z]+)??-([a-z]+?)(?:multilingual|turbo)*neural(?::.*)?")
_GOOGLE_NAME = re.compile(
    r"(?:([a-z]{2,3}-[a-z]{2})-)?(?:wavenet|standard|neural2|studio|polyglot|news|casual|journey|chirp[a-z0-9-]*)-([a-z]+)"
)
_ELEVENLABS_ID = re.compile(r"[A-Za-z0-9]{20}")
_PIPER_NAME = re.compile(r"([a-z]{2,3}_[a-z]{2})-([a-z0-9_]+)-(?:x_low|low|medium|high)")


def _by_key(names: dict[Voice, str]) -> dict[str, tuple[str, Voice]]:
    return {key_of(name): (name, voice) for voice, listed in names.items() for name in listed_words(listed)}


_ALONE: dict[str, tuple[NamedVoice, ...]] = {}
for _provider, _listed in _NAMES.items():
    for _key, (_name, _voice) in _by_key(_listed).items():
        _ALONE[_key] = (*_ALONE.get(_key, ()), NamedVoice(_provider, _name, _voice))
_AZURE_BY_KEY, _PIPER_BY_KEY = _by_key(_AZURE), _by_key(_PIPER)


def named_voices(cell: str) -> tuple[NamedVoice, ...]:
    """The voices that a cell may name, `Rachel`, `nova`, `en-US-JennyNeural`: one for each provider that has it."""
    text = " ".join(without_parentheses(cell).split())
    provider = _PROVIDER.match(text)
    name = _VOICE_WORD.sub("", text[provider.end() :] if provider else text).strip(" -–—:/|,.")
    for wanted in dict.fromkeys((name, re.split(r"\s*(?:\s[-–—|]|[,;/])\s*", name)[0])):  # `Rachel - calm`
        found = tuple(_found(wanted, _PROVIDERS[key_of(provider[1])] if provider else None))
        if found:
            return found
    return ()


def _found(text: str, provider: str | None) -> Iterator[NamedVoice]:
    """The voices of one name, of all providers or of the one that stands before it."""
    lower, key = text.casefold(), key_of(text)
    yield from (voice for voice in _ALONE.get(key, ()) if provider in (None, voice.provider))
    if key in _AZURE_BY_KEY and (provider == "azure" or (provider is None and key not in _ALONE)):
        yield NamedVoice("azure", *_AZURE_BY_KEY[key])
    if (azure := _AZURE_NAME.fullmatch(lower)) is not None:
        yield NamedVoice("azure", text, _AZURE_BY_KEY.get(key_of(azure[1]), ("", None))[1])
    elif (google := _GOOGLE_NAME.fullmatch(lower)) is not None:
        character = _GOOGLE_ENGLISH.get(google[2]) if google[1] == "en-us" else None
        yield NamedVoice("google", text, character)
    elif (piper := _PIPER_NAME.fullmatch(lower)) is not None:
        character = _PIPER_BY_KEY.get(key_of(piper[2]), ("", None))[1]
        yield NamedVoice("piper", text, character)
    elif _ELEVENLABS_ID.fullmatch(text) and not (text.isalpha() or text.isdecimal()):
        yield NamedVoice("elevenlabs", text)
