"""Narration with the real offline voice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from bulkvid_pipeline.adapters.speech.contract import Utterance
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.core.errors import DurationInfeasibleError
from bulkvid_pipeline.core.options import Aspect, Voice
from bulkvid_pipeline.rendering import timeline
from bulkvid_pipeline.rendering.captions import cue_text
from bulkvid_pipeline.rendering.model import FPS, SAMPLES_PER_FRAME, Scene, SceneKind
from bulkvid_pipeline.rendering.narration import Programme, duration_feasibility, narrate, utterance_key
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.script.sentences import sentences_of

SCRIPT = (
    "Most of us lose two hours a day to small tasks. Let an assistant draft your replies, and only edit what matters. "
    "Keep one list, not five. Review it every morning, before you open your inbox. At the end of the week, ask which "
    "task you never want to do again, and automate that one first."
)
SCENES = split_scenes("How to Improve Productivity", "Learn about tools", SCRIPT)


class OutputStore:
    """An utterance store in memory that counts what it is given."""

    def __init__(self) -> None:
        self.kept: dict[str, Utterance] = {}
        self.puts = 0

    def get(self, key: str) -> Utterance | None:
        return self.kept.get(key)

    def put(self, key: str, utterance: Utterance) -> None:
        self.puts += 1
        self.kept[key] = utterance


@pytest.fixture(scope="module")
def speech() -> Iterator[EspeakSpeech]:
    with EspeakSpeech() as espeak:
        yield espeak


@pytest.fixture(scope="module")
def natural(speech: EspeakSpeech) -> Programme:
    return narrate(SCENES, speech, Voice.FEMALE)


def test_each_scene_has_sound_for_exactly_its_frames(natural: Programme) -> None:
    for scene in natural.scenes:
        assert scene.voice.dtype == np.float32
        assert scene.voice.size == scene.frames * SAMPLES_PER_FRAME
    assert natural.frames == sum(scene.frames for scene in natural.scenes)


def test_the_title_card_is_silent_and_stands_long_enough_to_read(natural: Programme) -> None:
    card = natural.scenes[0]
    assert card.scene.kind is SceneKind.TITLE
    assert 1.6 * FPS <= card.frames <= 3 * FPS
    assert not card.voice.any()
    assert not card.words


def test_captions_show_every_word_of_the_script_in_order(natural: Programme) -> None:
    for aspect in Aspect:
        words = [word.text for scene in natural.for_aspect(aspect) for cue in scene.cues for word in cue.words]
        assert " ".join(words) == SCRIPT


def test_words_follow_one_another_inside_their_scene_and_over_sound(natural: Programme) -> None:
    for scene in natural.scenes[1:]:
        for before, after in itertools.pairwise(scene.words):
            assert before.start < before.end <= after.start
        assert scene.words[-1].end <= scene.frames
        for word in scene.words:
            sound = scene.voice[word.start * SAMPLES_PER_FRAME : (word.end + 2) * SAMPLES_PER_FRAME]
            assert np.abs(sound).max() > 0.02, word.text


def test_scenes_begin_and_end_with_a_breath(natural: Programme) -> None:
    for scene in natural.scenes[1:]:
        assert 5 <= scene.words[0].start <= 15
        assert scene.frames - scene.words[-1].end >= 10


def test_narrating_again_gives_the_same_sound(speech: EspeakSpeech, natural: Programme) -> None:
    again = narrate(SCENES, speech, Voice.FEMALE)
    assert again.scenes == natural.scenes
    assert all(np.array_equal(a.voice, b.voice) for a, b in zip(again.scenes, natural.scenes, strict=True))


@pytest.mark.parametrize("target", [22.0, 24.0, 25.7, 28.0, 30.0, 34.0, 40.0])
def test_a_wanted_duration_is_met_by_pace_pauses_and_holds(speech: EspeakSpeech, target: float) -> None:
    programme = narrate(SCENES, speech, Voice.FEMALE, target_seconds=target)
    assert programme.feasibility.ok
    assert programme.frames == round(target * FPS)
    assert 0.85 <= programme.rate <= 1.25
    assert 1.6 * FPS <= programme.scenes[0].frames <= 4 * FPS
    last = programme.scenes[-1]
    assert last.frames - last.words[-1].end <= (4 + 1.55) * FPS


def test_pauses_stay_within_what_listeners_bear_however_long_the_video_is_to_be(speech: EspeakSpeech) -> None:
    programme = narrate(SCENES, speech, Voice.FEMALE, target_seconds=120)
    assert not programme.feasibility.ok
    for before, after in itertools.pairwise(programme.scenes[1:]):
        assert before.frames - before.words[-1].end + after.words[0].start <= 2.6 * FPS
    for scene in programme.scenes:
        for word, following in itertools.pairwise(scene.words):
            assert following.start - word.end <= 1.6 * FPS


@pytest.mark.parametrize("target", [None, 60.0])
def test_a_sentence_goes_on_into_its_next_scene_without_a_long_pause(
    speech: EspeakSpeech, target: float | None
) -> None:
    sentence = "At the end of the week, ask which task you never want to do again, and automate that one first of all."
    scenes = split_scenes("T", "", sentence, target)
    assert [scene.continues for scene in scenes[1:]] == [False, *(True for _ in scenes[2:])]
    assert len(scenes) > 2
    programme = narrate(scenes, speech, Voice.FEMALE, target_seconds=target)
    for before, after in itertools.pairwise(programme.scenes[1:]):
        assert before.frames - before.words[-1].end + after.words[0].start < 1.1 * FPS
    assert programme.frames == sum(scene.voice.size for scene in programme.scenes) // SAMPLES_PER_FRAME


def test_pauses_are_lengthened_without_speaking_anew(speech: EspeakSpeech) -> None:
    store = OutputStore()
    narrate(SCENES, speech, Voice.FEMALE, target_seconds=40, store=store)
    rates = {timeline.pace(step).rate for step in range(timeline.CALMEST_STEP, timeline.SLOWEST_STEP + 1)}
    assert rates == {timeline.SLOWEST}
    assert store.puts <= 3 * sum(len(sentences_of(scene.text)) for scene in SCENES)


@pytest.mark.parametrize("target", [22.0, 25.7, 28.0, 30.0, 34.0])
def test_a_wanted_duration_is_mostly_found_with_one_synthesis_and_never_takes_three(
    speech: EspeakSpeech, target: float
) -> None:
    store = OutputStore()
    sentences = sum(len(sentences_of(scene.text)) for scene in SCENES)
    assert narrate(SCENES, speech, Voice.FEMALE, target_seconds=target, store=store).feasibility.ok
    assert store.puts in (sentences, 2 * sentences)


def test_a_voice_of_quite_another_pace_meets_the_duration_too(speech: EspeakSpeech) -> None:
    programme = narrate(SCENES, speech, Voice.FEMALE, target_seconds=24, language="hi")
    assert programme.frames == 24 * FPS


def test_the_whole_narration_is_that_of_its_scenes(natural: Programme) -> None:
    whole = natural.voice.block(0, len(natural.voice))
    assert np.array_equal(whole, np.concatenate([scene.voice for scene in natural.scenes]))


def test_a_duration_out_of_reach_gives_the_nearest_and_says_how_many_words(speech: EspeakSpeech) -> None:
    programme = narrate(SCENES, speech, Voice.FEMALE, target_seconds=10)
    assert not programme.feasibility.ok
    assert programme.rate == 1.25
    assert programme.seconds == programme.feasibility.nearest_seconds
    assert f"cut about {programme.feasibility.words_to_cut} words" in programme.warnings[-1]
    verdict = duration_feasibility("How to Improve Productivity", "Learn about tools", SCRIPT, Voice.FEMALE, 10, speech)
    assert verdict == programme.feasibility


def test_cutting_or_adding_as_told_makes_it_feasible(speech: EspeakSpeech) -> None:
    words = SCRIPT.split()
    cut = duration_feasibility("T", "", SCRIPT, Voice.MALE, 14, speech).words_to_cut
    assert 0 < cut < len(words)
    assert duration_feasibility("T", "", " ".join(words[: -cut - 2]), Voice.MALE, 14, speech).ok
    add = duration_feasibility("T", "", SCRIPT, Voice.MALE, 45, speech).words_to_add
    assert 0 < add < len(words)
    assert duration_feasibility("T", "", " ".join([*words, *words[: add + 2]]), Voice.MALE, 45, speech).ok


def test_without_a_target_a_script_is_hurried_only_to_stay_within_the_limit(speech: EspeakSpeech) -> None:
    store = OutputStore()
    long, too_long = " ".join([SCRIPT] * 16), " ".join([SCRIPT] * 26)
    natural = duration_feasibility("T", "", long, Voice.MALE, None, speech, limit=400, store=store)
    assert natural.ok
    assert (natural.nearest_seconds > 300, natural.hurry) == (True, "")
    hurried = duration_feasibility("T", "", long, Voice.MALE, None, speech, limit=300, store=store)
    assert hurried.ok
    assert 285 < hurried.nearest_seconds <= 300
    assert "to stay under 300 seconds" in hurried.hurry
    assert hurried.is_much_hurried
    verdict = duration_feasibility("T", "", too_long, Voice.MALE, None, speech, limit=300, store=store)
    assert not verdict.ok
    assert verdict.nearest_seconds > 300
    assert "more than the 300 allowed" in verdict.message
    with pytest.raises(DurationInfeasibleError, match="300"):
        narrate(split_scenes("T", "", too_long), speech, Voice.MALE, limit=300, store=store)


def test_nine_hundred_words_are_read_at_the_natural_rate(speech: EspeakSpeech) -> None:
    script = " ".join(["The quiet street changes an honest answer."] * 129)
    programme = narrate(split_scenes("T", "", script), speech, Voice.FEMALE)
    assert len(script.split()) > 900
    assert (programme.rate, programme.warnings) == (1.0, ())


def test_a_wanted_length_that_hurries_the_voice_is_reported(speech: EspeakSpeech) -> None:
    seconds = narrate(SCENES, speech, Voice.FEMALE).seconds
    hurried = narrate(SCENES, speech, Voice.FEMALE, target_seconds=seconds * 0.8)
    assert hurried.feasibility.ok
    assert hurried.warnings == (hurried.feasibility.hurry,)
    eased = narrate(SCENES, speech, Voice.FEMALE, target_seconds=seconds * 1.1)
    assert (eased.feasibility.hurry, eased.warnings) == ("", ())


def test_a_changed_word_changes_no_other_scene(speech: EspeakSpeech, natural: Programme) -> None:
    changed = narrate(
        split_scenes("How to Improve Productivity", "Learn about tools", SCRIPT.replace("small tasks", "tiny chores")),
        speech,
        Voice.FEMALE,
    )
    assert changed.scenes[1] != natural.scenes[1]
    for before, after in zip(natural.scenes[2:], changed.scenes[2:], strict=True):
        assert before == after
        assert np.array_equal(before.voice, after.voice)


def test_with_a_target_a_changed_word_is_taken_up_by_the_holds(speech: EspeakSpeech) -> None:
    title, text = "How to Improve Productivity", "Learn about tools"
    before = narrate(SCENES, speech, Voice.FEMALE, target_seconds=30)
    changed = split_scenes(title, text, SCRIPT.replace("a day to small tasks", "each day to small tasks"))
    after = narrate(changed, speech, Voice.FEMALE, target_seconds=30)
    assert before.frames == after.frames == 900
    assert before.rate == after.rate
    assert np.array_equal(before.scenes[2].voice, after.scenes[2].voice)


def test_stored_utterances_are_not_spoken_again(speech: EspeakSpeech, natural: Programme) -> None:
    store = OutputStore()
    narrate(SCENES, speech, Voice.FEMALE, store=store)
    first = store.puts
    again = narrate(SCENES, speech, Voice.FEMALE, store=store)
    assert first == 5
    assert store.puts == first
    assert np.array_equal(again.scenes[1].voice, natural.scenes[1].voice)
    narrate(split_scenes("T", "", SCRIPT.replace("small", "dull")), speech, Voice.FEMALE, store=store)
    assert store.puts == first + 1


def test_utterance_keys_differ_by_all_that_decides_the_sound(speech: EspeakSpeech) -> None:
    keys = {
        utterance_key(speech, voice, language, rate, pitch, text)
        for voice, language, rate, pitch, text in itertools.product(
            (Voice.MALE, Voice.FEMALE), ("de", "en-us"), (1.0, 1.01), (0.0, 1.0), ("a", "b")
        )
    }
    assert len(keys) == 32


def test_the_templates_speed_and_pitch_are_applied(speech: EspeakSpeech, natural: Programme) -> None:
    faster = narrate(SCENES, speech, Voice.FEMALE, template_speed=1.2)
    assert faster.rate == 1.2
    assert faster.frames < natural.frames * 0.93
    higher = narrate(SCENES, speech, Voice.FEMALE, pitch=3.0)
    assert not np.array_equal(higher.scenes[1].voice[:48_000], natural.scenes[1].voice[:48_000])


def test_the_voices_warnings_reach_the_user_once(speech: EspeakSpeech) -> None:
    programme = narrate(split_scenes("ספר", "", "קראו את העמוד הראשון. אל תסתכלו על הכריכה."), speech, Voice.NEUTRAL)
    assert programme.language == "he"
    assert len(programme.warnings) == 1


def test_money_and_emoji_are_captioned_as_written(speech: EspeakSpeech) -> None:
    script = "Revenue was $42.5 million 🧠 in 1956 — see https://example.com/a?b=c for more."
    programme = narrate(split_scenes("T", "", script), speech, Voice.MALE)
    shown = " ".join(word.text for scene in programme.scenes for word in scene.words)
    assert shown == script


def test_chinese_words_are_timed_by_groups(speech: EspeakSpeech) -> None:
    script = "先用热水温一下茶壶。放入三克茶叶，水温控制在八十五度左右。"
    programme = narrate(split_scenes("茶", "", script), speech, Voice.FEMALE)
    words = [word for scene in programme.scenes for word in scene.words]
    assert programme.language == "cmn"
    assert "".join(word.text for word in words) == script
    assert all(3 <= word.end - word.start <= 60 for word in words)


def test_a_row_without_speech_is_a_card() -> None:
    class Mute:
        name, version = "mute", "1"

        def speak(self, *_: object, **__: object) -> Utterance:
            raise AssertionError("there is nothing to say")

    programme = narrate((Scene(SceneKind.TITLE, heading="Hi"),), Mute(), Voice.MALE)
    assert 1.6 <= programme.seconds <= 3


def test_pauses_of_the_script_are_silence_of_their_length(speech: EspeakSpeech) -> None:
    plain = narrate(split_scenes("T", "", "Welcome back. Today we bake bread."), speech, Voice.FEMALE)
    paused = narrate(split_scenes("T", "", "Welcome back. [pause 2s] Today we bake bread."), speech, Voice.FEMALE)
    assert paused.frames - plain.frames == 2 * FPS
    words = {word.text: word for word in paused.scenes[1].words}
    gap = paused.scenes[1].voice[words["back."].end * SAMPLES_PER_FRAME : words["Today"].start * SAMPLES_PER_FRAME]
    assert words["Today"].start - words["back."].end >= 2 * FPS
    assert not np.any(gap)


def test_a_pause_inside_a_sentence_leaves_its_words_and_captions_whole(speech: EspeakSpeech) -> None:
    script = "Today we <break time='1s'/> bake bread."
    programme = narrate(split_scenes("T", "", script), speech, Voice.FEMALE)
    (scene,) = programme.for_aspect(Aspect.WIDE)[1:]
    assert [[word.text for word in cue.words] for cue in scene.cues] == [["Today", "we"], ["bake", "bread."]]
    words = programme.scenes[1].words
    assert words[2].start - words[1].end == FPS


@pytest.mark.parametrize("lead", ["", "Do these:\n"])
def test_entries_of_a_list_begin_with_their_first_words(lead: str, speech: EspeakSpeech) -> None:
    script = lead + "- Fill the kettle. Do it now\n- Set the cup\n- Press the button"
    programme = narrate(split_scenes("T", "", script), speech, Voice.FEMALE)
    begun = {"Fill", "Set", "Press"}
    seen = 0
    for narrated, timed in zip(programme.scenes[1:], programme.for_aspect(Aspect.TALL)[1:], strict=True):
        starts = [word.start for word in narrated.words if word.text in begun]
        if not lead or narrated.words[0].text != "Do":
            starts[0] = 0  # nothing was lit before
        assert timed.entries == tuple(starts)
        seen += len(starts)
    assert seen == 3


def test_entries_of_a_list_are_captions_of_their_own(speech: EspeakSpeech) -> None:
    script = "Do these:\n- Fill the kettle\n- Set the cup"
    programme = narrate(split_scenes("T", "", script), speech, Voice.FEMALE)
    texts = [" ".join(word.text for word in cue.words) for cue in programme.for_aspect(Aspect.WIDE)[1].cues]
    assert texts == ["Do these:", "Fill the kettle", "Set the cup"]


def test_a_limit_stretches_no_script_that_is_shorter(speech: EspeakSpeech) -> None:
    natural = narrate(SCENES, speech, Voice.FEMALE)
    seconds = natural.feasibility.nearest_seconds
    within = narrate(SCENES, speech, Voice.FEMALE, target_seconds=seconds + 40, may_be_shorter=True)
    assert within.feasibility == natural.feasibility
    beyond = narrate(SCENES, speech, Voice.FEMALE, target_seconds=seconds - 2, may_be_shorter=True)
    assert beyond.feasibility.nearest_seconds < seconds


@pytest.mark.parametrize("target", [None, 4.0])
def test_each_entry_of_a_list_has_a_second_for_its_caption(speech: EspeakSpeech, target: float | None) -> None:
    scenes = split_scenes("Tea", "", "Do these:\n- Tea\n- Milk\n- Bread", target)
    programme = narrate(scenes, speech, Voice.FEMALE, target_seconds=target)
    cues = [cue for scene in programme.for_aspect(Aspect.WIDE) for cue in scene.cues]
    assert [cue_text(cue) for cue in cues] == ["Do these:", "Tea", "Milk", "Bread"]
    assert all(cue.end - cue.start >= FPS for cue in cues)
    assert programme.frames == sum(scene.frames for scene in programme.scenes)
    assert all(len(scene.voice) == scene.frames * SAMPLES_PER_FRAME for scene in programme.scenes)
