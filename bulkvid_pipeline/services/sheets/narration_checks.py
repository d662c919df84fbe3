"""What of a row's narration can be known before it is rendered: its language, its voice, its length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bulkvid_pipeline.adapters.speech.contract import Speech
from bulkvid_pipeline.adapters.speech.espeak import shortcomings, unread
from bulkvid_pipeline.adapters.speech.providers import Provider
from bulkvid_pipeline.adapters.speech.voices import speech_code
from bulkvid_pipeline.core.columns import LANGUAGE, SAY_AS
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.languages import language_name
from bulkvid_pipeline.core.options import ValidationLevel
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.pronunciations import Pronunciation, merged
from bulkvid_pipeline.core.validation import RowProblem
from bulkvid_pipeline.rendering.language import Guess, guess_language, narration_language, text_of
from bulkvid_pipeline.rendering.narration import ScriptLength
from bulkvid_pipeline.rendering.spoken import spoken_form
from bulkvid_pipeline.rendering.timeline import Feasibility
from bulkvid_pipeline.rendering.voice_gaps import VoiceGaps, spoken_phrases, used_in, voice_gaps
from bulkvid_pipeline.settings import Settings

NOWHERE: frozenset[ValidationLevel] = frozenset()
STRICT = frozenset({ValidationLevel.STRICT})
NOT_PERMISSIVE = frozenset({ValidationLevel.STRICT, ValidationLevel.MODERATE})
EVERYWHERE = frozenset(ValidationLevel)
"""Levels at which a problem is an error; at the others it is a warning."""

_SURE_OF_ANOTHER = 0.95
_ENOUGH_LETTERS = 25
_MOST_TOLD = 3
_OTHER_VOICE = "Use another voice provider (BULKVID_SPEECH_PROVIDER)"


@dataclass(frozen=True)
class Narrator:
    """Who will speak, as far as validation has to know: it asks no server, and is free."""

    provider: Provider = Provider.ESPEAK
    families: frozenset[str] = frozenset()
    """Languages (`de`) that the models of a provider speak which has some for each language."""

    @classmethod
    def of(cls, settings: Settings) -> Narrator:
        """The narrator that the settings choose; models that cannot be read are complained of where they are used."""
        provider = Provider(settings.speech_provider)
        if provider is not Provider.PIPER or settings.piper_model is None:
            return cls(provider)
        from bulkvid_pipeline.adapters.speech.piper import piper_models

        models = piper_models(Path(settings.piper_model).expanduser())
        return cls(provider, frozenset(model.family for model in models))


def with_narration(plan: VideoPlan, narrator: Narrator) -> VideoPlan:
    """The plan with its likeliest language and the pronunciations that its script uses; silent if nobody can read it.

    A language that it names and that makes no difference to the voice is left out, as are pronunciations that are not
    used, those of the template included: so what changes nothing renders nothing anew. Only permissive accepts a script
    that nobody can read.
    """
    guess = guess_language(text_of(plan))
    named = plan.language if plan.language and speech_code(plan.language) != guess.code else None
    plan = replace(plan, pronunciations=_pronunciations(plan), likely_language=guess.tag)
    if not plan.is_silent and _left_out(plan, narrator).is_too_much:
        plan = replace(plan, is_silent=True, pronunciations=())
    return replace(plan, language=named)


def _pronunciations(plan: VideoPlan) -> tuple[Pronunciation, ...]:
    """The row's and the template's pairs that its script uses."""
    if plan.is_silent:
        return ()
    tag = plan.language or guess_language(text_of(plan)).tag
    return used_in(plan.script, merged(plan.template.settings.audio.pronunciations_in(tag), plan.pronunciations))


def _left_out(plan: VideoPlan, narrator: Narrator) -> VoiceGaps:
    """What the narrator leaves out of a plan with all its pronunciations; known of the offline voice alone."""
    code = narration_language(plan)
    said = " ".join((plan.script, *(pair.spoken for pair in plan.pronunciations)))
    if narrator.provider is not Provider.ESPEAK or not unread(said, code):
        return VoiceGaps.of("", 0)
    return voice_gaps(spoken_phrases(plan.script), code, plan.pronunciations)


def language_problems(plan: VideoPlan) -> Iterator[RowProblem]:
    """A guess that is in doubt, and a named language that the text clearly is not in."""
    if plan.is_silent:
        return
    guess = guess_language(text_of(plan))
    if plan.language is None:
        if guess.is_doubtful:
            yield _doubt(plan, guess)
        return
    code = speech_code(plan.language)
    name = language_name(plan.language)
    if code is None:
        problem = f"No voice speaks {name}; the voice of {language_name(guess.tag)} would"
        yield RowProblem(LANGUAGE, name, problem, "Write another language", "LANGUAGE_UNSPOKEN", NOT_PERMISSIVE)
    elif _family(guess.code) != _family(code) and _is_surely_another(plan, guess):
        yield RowProblem(
            LANGUAGE,
            name,
            f"The script reads like {language_name(guess.tag)}; it will be spoken as {name}",
            f"Write {guess.tag}, unless {name} is meant",
            "LANGUAGE_UNLIKELY",
            NOWHERE,
        )


def _doubt(plan: VideoPlan, guess: Guess) -> RowProblem:
    perhaps = f", perhaps {language_name(guess.other)}" if guess.other else ""
    return RowProblem(
        "script_content",
        plan.script,
        f"The language was guessed: {language_name(guess.tag)}{perhaps}",
        f"Add a column {LANGUAGE} that says which it is, such as {guess.tag}",
        "LANGUAGE_DOUBTFUL",
        NOWHERE,
    )


def _is_surely_another(plan: VideoPlan, guess: Guess) -> bool:
    return guess.confidence >= _SURE_OF_ANOTHER and sum(map(str.isalpha, text_of(plan))) >= _ENOUGH_LETTERS


def _family(code: str) -> str:
    return code.partition("-")[0]


def voice_problems(plan: VideoPlan, narrator: Narrator) -> Iterator[RowProblem]:
    """A script that the voice cannot read is an error; one that is hard to understand is warned of."""
    if plan.is_silent:
        return
    code = narration_language(plan)
    if narrator.provider is Provider.PIPER and _family(code) not in narrator.families:
        spoken = ", ".join(sorted(narrator.families)) or "none"
        yield RowProblem(
            "script_content",
            plan.script,
            f"No Piper voice speaks {code}; there are voices for {spoken}",
            "Put a model for the language into the folder of BULKVID_PIPER_MODEL, set "
            "BULKVID_SPEECH_PROVIDER=espeak, or write silent in the column voice_preference",
            "NARRATION_MISSING",
            EVERYWHERE,
        )
    if narrator.provider is not Provider.ESPEAK:
        return
    pairs = _pronunciations(plan)
    left_out = _left_out(replace(plan, pronunciations=pairs), narrator)
    if left_out.is_too_much:
        yield RowProblem(
            "script_content", plan.script, left_out.problem, left_out.fix, "NARRATION_MISSING", NOT_PERMISSIVE
        )
        return
    said = (
        " ".join(spoken_form(words, code, pairs).text for words in spoken_phrases(plan.script))
        if pairs
        else plan.script
    )
    for told in shortcomings(said, code)[:_MOST_TOLD]:
        problem, _, fix = told.partition("; ")
        fix = fix[:1].upper() + fix[1:] or _OTHER_VOICE
        yield RowProblem("script_content", plan.script, problem, fix, "NARRATION_POOR", NOWHERE)


def say_as_problems(plan: VideoPlan) -> Iterator[RowProblem]:
    """Pairs of the row that are found nowhere in its script."""
    used = used_in(plan.script, plan.pronunciations)
    unused = [pair.written for pair in plan.pronunciations if pair not in used]
    if unused:
        named = ", ".join(f"'{shortened(written, 40)}'" for written in unused[:_MOST_TOLD])
        more = f" and {len(unused) - _MOST_TOLD} more" if len(unused) > _MOST_TOLD else ""
        yield RowProblem(
            SAY_AS,
            "; ".join(f"{pair.written} = {pair.spoken}" for pair in plan.pronunciations),
            f"Not found in the script: {named}{more}",
            "Write the words as the script has them: whole words, and capitals alone are found as capitals alone",
            "SAY_AS_UNUSED",
            NOWHERE,
        )


def speech_length(plan: VideoPlan, speech: Speech, narrator: Narrator) -> Feasibility:
    """Whether a plan's script fits its time, found by speaking it.

    Raises:
        NarrationError: the voice failed.
    """
    language, script = script_length(plan, narrator)
    pitch = plan.template.settings.audio.voice_settings.pitch
    return script.fits(lambda text, rate: speech.speak(text, plan.voice, language, rate, pitch).pcm.size)


def script_length(plan: VideoPlan, narrator: Narrator) -> tuple[str, ScriptLength]:
    """The language in which the plan's script is spoken, and the question whether it fits its time."""
    plan, spoken = with_narration(plan, narrator), plan.template.settings.audio.voice_settings
    language = narration_language(plan)
    return language, ScriptLength(
        plan.title,
        plan.description,
        plan.script,
        None if plan.is_silent else plan.voice,
        plan.target_seconds,
        may_be_shorter=plan.target_is_limit,
        language=language,
        template_speed=spoken.speed,
        pitch=spoken.pitch,
        pronunciations=plan.pronunciations,
        limit=plan.longest_seconds,
    )


def length_verdict(plan: VideoPlan, found: Feasibility) -> Iterator[RowProblem]:
    """What a feasibility means for its row: one that does not fit its time is refused at strict, one that fits no
    video at every level."""
    wanted = plan.target_seconds
    column, value = ("duration_seconds", f"{wanted:g}") if wanted else ("script_content", plan.script)
    if not found.ok:
        fix = found.fix[:1].upper() + found.fix[1:]
        levels = STRICT if found.renders else EVERYWHERE
        yield RowProblem(column, value, found.problem, fix, "DURATION_INFEASIBLE", levels)
    elif found.hurry:
        yield RowProblem(
            column,
            value,
            found.hurry,
            "Cut the script or ask for a longer time, if that is too fast",
            "SPEECH_HURRIED",
            NOWHERE,
            informs=not found.is_much_hurried,
        )
