"""Estimated lengths tell what spoken ones would tell; only what is not certain is spoken."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.cache import CacheOfKind, FolderCache
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.sound import RATE
from bulkvid_pipeline.core.options import Voice
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.likely_lengths import LEAST_TEXTS, learnt
from bulkvid_pipeline.rendering.timeline import Feasibility
from bulkvid_pipeline.services.sheets.narration_checks import Narrator, speech_length
from bulkvid_pipeline.services.sheets.speech_lengths import SpeechLengths

ENGLISH = (
    (
        "The market",
        "A good question",
        "Every small garden",
        "Your oldest customer",
        "Nobody in this team",
        "The bridge",
    ),
    ("changes", "surprises", "never forgets", "slowly teaches", "may disappoint", "is worth more than"),
    ("the whole morning", "a quick answer", "those who give up too early", "simple rules", "engineers with patience"),
    ("", "before sunrise", "because time decides", "and it costs nothing", "when the first rain has come"),
)
GERMAN = (
    ("Der Markt", "Eine gute Frage", "Jeder kleine Garten", "Ihre beste Kundin", "Niemand im Team", "Die alte Brücke"),
    ("verändert", "überrascht", "vergisst", "braucht", "enttäuscht vielleicht", "entscheidet über"),
    ("den ganzen Morgen", "eine schnelle Antwort", "einfache Regeln", "alle, die zu früh aufgeben", "viel Geduld"),
    ("", "vor Sonnenaufgang", "und kostet nichts", "weil die Zeit drängt", "wenn der erste Regen kommt"),
)
"""Sentences of four parts each, a thousand in all."""


def sentences(parts: Sequence[Sequence[str]], count: int) -> list[str]:
    chance = random.Random(count)
    made: dict[str, None] = {}
    while len(made) < count:
        comma = chance.choice([",", ""])
        start, verb, what, end = map(chance.choice, parts)
        made[f"{start} {verb} {what}{comma if end else ''} {end}".strip() + chance.choice(".!?")] = None
    return list(made)


def scripts(parts: Sequence[Sequence[str]], count: int) -> list[str]:
    told = sentences(parts, 7 * count)
    return [" ".join(told[7 * at : 7 * at + 7]) for at in range(count)]


def plans(texts: Sequence[str], seconds: Sequence[str]) -> list[VideoPlan]:
    spec = BulkJobSpec.for_input("ideas.csv")
    cells = [
        {
            "row_key": f"{at}",
            "idea_title": f"Idea {at}",
            "script_content": text,
            "duration_seconds": seconds[at % len(seconds)],
        }
        for at, text in enumerate(texts)
    ]
    ideas = [read_idea(at + 2, row) for at, row in enumerate(cells)]
    return [plan_video(idea, spec, BUILT_IN_TEMPLATES["default_template"]) for idea in ideas]


def told(found: Feasibility) -> tuple[object, ...]:
    return found.ok, found.renders, found.problem, found.fix, found.hurry, found.is_much_hurried


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are spoken to measure them."""
    texts: list[str] = []
    samples = EspeakSpeech.samples

    def counted(self: EspeakSpeech, text: str, *how: object) -> int:
        texts.append(text)
        return samples(self, text, *how)  # type: ignore[arg-type]

    monkeypatch.setattr(EspeakSpeech, "samples", counted)
    return texts


def test_what_is_told_of_scripts_is_what_speaking_all_of_them_tells() -> None:
    rows = plans([*scripts(ENGLISH, 30), *scripts(GERMAN, 20)], ["30", "24", "36", "", "20", "60"])

    with SpeechLengths(Narrator()) as lengths:
        found = lengths.of(rows)

    with EspeakSpeech() as speech:
        exact = [speech_length(row, speech, Narrator()) for row in rows]
    assert list(map(told, found)) == list(map(told, exact))
    assert len({told(answer)[2:] for answer in found}) > 5, "the scripts are of too few kinds to show anything"
    for answer, spoken_answer in zip(found, exact, strict=True):
        assert answer.nearest_seconds == pytest.approx(spoken_answer.nearest_seconds, abs=1.0, rel=0.1)


def test_scripts_with_ample_time_are_not_spoken_once_their_like_is_known(spoken: list[str]) -> None:
    rows = plans(scripts(ENGLISH, 60), ["40"])

    with SpeechLengths(Narrator()) as lengths:
        found = lengths.of(rows)

    assert all(answer.ok and not answer.hurry for answer in found)
    assert LEAST_TEXTS <= len(spoken) < 3 * LEAST_TEXTS


def test_a_script_without_a_wanted_length_is_not_spoken(spoken: list[str]) -> None:
    with SpeechLengths(Narrator()) as lengths:
        found = lengths.of(plans(scripts(ENGLISH, 5), [""]))

    assert all(answer.ok for answer in found)
    assert spoken == []


def test_what_was_spoken_once_is_not_spoken_again_in_another_process(tmp_path: Path, spoken: list[str]) -> None:
    rows = plans(scripts(ENGLISH, 12), ["18"])

    def found_by(folder: Path) -> list[Feasibility]:
        kept = CacheOfKind(FolderCache(folder, 10_000_000), "lengths", "1")
        with SpeechLengths(Narrator(), kept) as lengths:
            return lengths.of(rows)

    first = found_by(tmp_path)
    assert spoken
    spoken.clear()

    assert found_by(tmp_path) == first
    assert spoken == []


@pytest.mark.parametrize(("language", "parts"), [("en-us", ENGLISH), ("de", GERMAN)])
@pytest.mark.parametrize("voice", [Voice.FEMALE, Voice.NEUTRAL])
def test_the_error_of_estimates_stays_within_its_bound(
    language: str, parts: Sequence[Sequence[str]], voice: Voice
) -> None:
    texts = sentences(parts, 3 * LEAST_TEXTS)
    rates = (0.85, 1.0, 1.25)
    with EspeakSpeech() as speech:
        known = {(each, rate): speech.samples(each, voice, language, rate) / RATE for each in texts for rate in rates}
    likely = learnt({text: known[text, 1.0] for text in texts[:LEAST_TEXTS]})
    assert likely is not None

    for rate in rates:
        for at in range(LEAST_TEXTS, len(texts) - 6):
            script = texts[at : at + 6]
            bound = likely.bound(script)
            assert bound is not None
            assert bound < 0.15
            estimate = sum(map(likely.seconds, script)) / rate
            assert estimate == pytest.approx(sum(known[text, rate] for text in script), rel=bound)
