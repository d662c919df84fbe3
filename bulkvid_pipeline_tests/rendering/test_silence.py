"""Rows that ask for no voice, and rows that no voice can read."""

from __future__ import annotations

import numpy as np
import pytest

from bulkvid_pipeline.adapters.speech.contract import Utterance
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.core.errors import NarrationError
from bulkvid_pipeline.core.options import Aspect, Voice
from bulkvid_pipeline.rendering.narration import narrate
from bulkvid_pipeline.rendering.quality.captions import READABLE_CPS, reading_seconds
from bulkvid_pipeline.rendering.quality.spoken_words import spoken_faults
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.silence import read_silently

KHMER = "ចាក់ទឹកឱ្យពេញកំសៀវពីយប់។ ដាក់ពែងនៅក្បែរ។"
SCRIPT = "Fill the kettle the night before. It holds 1,200 ml. In the morning you only press one button."


class Unheard:
    """A voice that nobody may ask."""

    name, version = "unheard", "1"

    def speak(self, *_: object, **__: object) -> Utterance:
        raise AssertionError("nobody should have spoken")


@pytest.mark.parametrize("script", [SCRIPT, KHMER, "今年茶叶出口达到很多国家。第一杯茶。"])
def test_a_silent_row_shows_each_word_for_as_long_as_it_takes_to_read(script: str) -> None:
    programme = narrate(split_scenes("T", "", script), Unheard(), None)
    assert not np.any(programme.voice.block(0, len(programme.voice)))
    cues = [cue for scene in programme.for_aspect(Aspect.WIDE) for cue in scene.cues]
    shown = "".join(word.text for cue in cues for word in cue.words)
    assert shown == "".join(script.split())
    for cue in cues:
        text = " ".join(word.text for word in cue.words)
        assert (cue.end - cue.start) / 30 > 0.9 * reading_seconds(text), f"{READABLE_CPS} characters a second"


@pytest.mark.parametrize("target", [12.0, 18.0])
def test_a_silent_row_meets_its_length(target: float) -> None:
    programme = narrate(split_scenes("T", "", SCRIPT), Unheard(), None, target_seconds=target)
    assert abs(programme.seconds - target) <= 1


def test_a_text_without_words_takes_no_time() -> None:
    assert read_silently(" ", 1.0).pcm.size == 0


@pytest.mark.parametrize("script", [KHMER, f"{KHMER} iPhone", "ສະບາຍດີ ຕອນເຊົ້າກົດປຸ່ມດຽວ"])
def test_a_script_that_the_voice_cannot_read_fails(script: str) -> None:
    with EspeakSpeech() as speech, pytest.raises(NarrationError, match=r"There is no voice for (Khmer|Lao)") as refused:
        narrate(split_scenes("T", "", script), speech, Voice.FEMALE)
    assert "silent" in refused.value.fix


def test_a_single_word_that_it_cannot_read_is_a_warning() -> None:
    with EspeakSpeech() as speech:
        programme = narrate(split_scenes("T", "", f"{SCRIPT} អង្គរ is a temple."), speech, Voice.FEMALE)
    assert any("shown, not spoken" in warning for warning in programme.warnings)


def test_the_proof_of_what_is_heard_knows_what_nobody_can_read_and_what_is_to_be_silent() -> None:
    with EspeakSpeech() as speech:
        mixed = narrate(split_scenes("T", "", f"{SCRIPT} {SCRIPT} {KHMER} It is done."), speech, Voice.FEMALE)
    unread = [scene.words[index].text for scene in mixed.scenes for index in sorted(scene.unread)]
    assert "".join(unread) == "".join(KHMER.split())
    assert list(spoken_faults(mixed.scenes)) == []
    silent = narrate(split_scenes("T", "", SCRIPT), Unheard(), None)
    assert list(spoken_faults(silent.scenes, is_silent=True)) == []
    assert list(spoken_faults(silent.scenes))
