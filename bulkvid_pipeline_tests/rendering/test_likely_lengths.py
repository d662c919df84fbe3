"""What is learnt from spoken texts."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.rendering.likely_lengths import LEAST_TEXTS, learnt

STARTS = ["A tea", "The old kettle", "Patience", "One small step", "Nobody", "Your best customer", "Time"]
ENDS = [
    "wins.",
    "waits, and decides.",
    "comes: early, always.",
    "is worth it.",
    "stays.",
    "goes, then comes.",
]
TEXTS = [f"{start} {end}" for start in STARTS for end in ENDS]


def seconds(text: str) -> float:
    return 0.25 + 0.06 * sum(map(str.isalpha, text)) + 0.3 * sum(map(text[:-1].count, ",:"))


def test_a_voice_that_keeps_to_the_rule_is_learnt_exactly() -> None:
    likely = learnt({text: seconds(text) for text in TEXTS})

    assert likely is not None
    text = "The market opens early, before sunrise."
    assert likely.seconds(text) == pytest.approx(seconds(text))
    assert likely.deviation < 1e-9


def test_too_few_texts_teach_nothing() -> None:
    assert learnt({text: seconds(text) for text in TEXTS[: LEAST_TEXTS - 1]}) is None


def test_the_bound_is_narrower_for_scripts_of_many_sentences_and_wider_for_unruly_voices() -> None:
    def bound(unruly: float, sentences: int) -> float:
        likely = learnt({text: seconds(text) * (1 + unruly * (-1) ** at) for at, text in enumerate(TEXTS)})
        assert likely is not None
        found = likely.bound(TEXTS[-1:] * sentences)
        assert found is not None
        return found

    assert bound(0.05, 9) < bound(0.05, 2) < bound(0.1, 2)


@pytest.mark.parametrize("text", ["It was 1956, then 1957, and 1958.", "The NASA and the FBI and the EU."])
def test_scripts_full_of_digits_and_capitals_are_not_estimated(text: str) -> None:
    likely = learnt({text: seconds(text) for text in TEXTS})

    assert likely is not None
    assert likely.bound([text] * 8) is None
    assert likely.bound(["The market opens early, before sunrise."] * 8) is not None
