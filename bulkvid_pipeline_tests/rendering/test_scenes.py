from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkvid_pipeline.rendering.model import Scene, SceneKind
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.sentences import LONGEST_SECONDS, estimated_seconds, sentences_of
from bulkvid_pipeline.rendering.spoken import spoken_form
from bulkvid_pipeline.rendering.statements import display_width, statement

ESSAY = (
    "Most teams still make product videos by hand. They open an editor, paste the script, record a voice, and wait for "
    "the export. It works for one video. It does not work for a hundred.\n\nBulk video starts from the sheet you "
    "already have. Each row holds a title and a script, and each row becomes a finished video."
)


def spoken(script: str) -> tuple[Scene, ...]:
    return split_scenes("Title", "Description", script)[1:]


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Stop. Go! Why? Fine…", ["Stop.", "Go!", "Why?", "Fine…"]),
        (
            "Dr. Smith paid $3.50 at 5 p.m. on Oct. 3. Then he left.",
            ["Dr. Smith paid $3.50 at 5 p.m. on Oct. 3.", "Then he left."],
        ),
        ("The U.S. Army and J. R. Smith e.g. agree. Yes.", ["The U.S. Army and J. R. Smith e.g. agree.", "Yes."]),
        ("Wait... what? Well...  Yes.", ["Wait... what?", "Well...", "Yes."]),
        ("He said “Stop.” Then left.", ["He said “Stop.”", "Then left."]),
        ('"Stop!" he said. (Really?) Yes.', ['"Stop!" he said.', "(Really?)", "Yes."]),
        ("Version 2.0 is out at example.com today.", ["Version 2.0 is out at example.com today."]),
        ("Am 3. Mai kam er z.B. mit Dr. Mai. Gut.", ["Am 3. Mai kam er z.B. mit Dr. Mai.", "Gut."]),
        ("¿Y tú? ¡Sí! Bien.", ["¿Y tú?", "¡Sí!", "Bien."]),
        ("先用热水。放入三克！真的？好。", ["先用热水。", "放入三克！", "真的？", "好。"]),
        ("「もう一枚。」次に。", ["「もう一枚。」", "次に。"]),
        ("هل هذا صحيح؟ نعم. حسنا!", ["هل هذا صحيح؟", "نعم.", "حسنا!"]),
        ("गहरी साँस लें। हाथ उठाएँ।", ["गहरी साँस लें।", "हाथ उठाएँ।"]),
        ("Tired 🥱. Really. 🧠", ["Tired 🥱.", "Really. 🧠"]),
    ],
)
def test_sentences_end_where_readers_see_them_end(text: str, sentences: list[str]) -> None:
    assert list(sentences_of(text)) == sentences


def test_the_first_scene_is_the_title_card() -> None:
    card = split_scenes(" A\ntitle ", "What it is", "Text.")[0]
    assert card == Scene(SceneKind.TITLE, heading="A title", subheading="What it is")


def test_an_empty_script_is_a_title_card_alone() -> None:
    assert [scene.kind for scene in split_scenes("T", "", " \n\n ...\n")] == [SceneKind.TITLE]


def test_sentences_that_belong_together_share_scenes_of_a_comfortable_length() -> None:
    scenes = spoken(ESSAY)
    assert all(3.5 <= estimated_seconds(scene.text) <= 10 for scene in scenes)
    assert " ".join(scene.text for scene in scenes).split() == ESSAY.split()
    assert any(scene.text.startswith("Bulk video starts") for scene in scenes), "a paragraph begins a scene"


def test_a_very_long_sentence_is_parted_at_its_clauses() -> None:
    clause = "and then we walked along the quiet river until the evening came"
    scenes = spoken(", ".join([clause] * 8) + ".")
    assert len(scenes) >= 3
    assert all(estimated_seconds(scene.text) <= LONGEST_SECONDS for scene in scenes)
    assert all(scene.text.endswith((",", ".")) for scene in scenes)


@pytest.mark.parametrize("script", ["A" * 400, "茶" * 200, "word " * 300, "ก" * 500])
def test_text_without_any_punctuation_is_parted_too(script: str) -> None:
    scenes = spoken(script)
    assert all(estimated_seconds(scene.text) <= LONGEST_SECONDS for scene in scenes)
    assert letters("".join(scene.text for scene in scenes)) == letters(script)


@pytest.mark.parametrize(
    "marks", [("- ", "- ", "- "), ("* ", "* ", "* "), ("1. ", "2. ", "3. "), ("1) ", "2) ", "3) ")]
)
def test_marked_lines_become_a_list_led_in_by_the_line_before(marks: tuple[str, str, str]) -> None:
    entries = ["Salt the water", "Use a big pot", "Never break it"]
    script = "Three things matter:\n" + "\n".join(mark + entry for mark, entry in zip(marks, entries, strict=True))
    (scene,) = spoken(script)
    assert scene.kind is SceneKind.LIST
    assert scene.items == tuple(entries)
    assert scene.heading == "Three things matter"
    assert scene.text.split("\n") == ["Three things matter:", *entries]


def test_counting_words_make_a_list_and_are_still_spoken() -> None:
    (scene,) = spoken("First, boil the water. Second, add the pasta. Finally, enjoy it.")
    assert scene.items == ("Boil the water", "Add the pasta", "Enjoy it")
    assert scene.text == "First, boil the water.\nSecond, add the pasta.\nFinally, enjoy it."


def test_long_entries_become_numbered_sections() -> None:
    entry = (
        "Take ripe tomatoes, heavy in the hand, for without weight there is no juice, and without juice no sauce " * 2
    )
    scenes = spoken(f"1. {entry}\n2. Cut them.\n")
    assert [(scene.kind, scene.number, scene.count) for scene in scenes] == [
        (SceneKind.BODY, 1, 2),
        (SceneKind.BODY, 1, 2),
        (SceneKind.BODY, 2, 2),
    ]


@pytest.mark.parametrize(
    "script",
    [
        '"The best way out is always through," said Robert Frost.',
        "“The best way out is always through.” — Robert Frost",
        'Robert Frost once said: "The best way out is always through."',
        "> The best way out is always through.\n> — Robert Frost",
    ],
)
def test_a_quoted_sentence_with_its_source_becomes_a_quotation(script: str) -> None:
    (scene,) = spoken(script)
    assert scene.kind is SceneKind.QUOTE
    assert scene.heading.rstrip(".") == "The best way out is always through"
    assert scene.subheading == "Robert Frost"
    assert letters(scene.text) == letters(script)


def test_a_remark_in_a_story_is_no_quotation() -> None:
    assert all(scene.kind is SceneKind.BODY for scene in spoken('"Stop!" he said. She laughed and went on.'))


def test_heading_lines_are_shown_and_number_the_sections() -> None:
    scenes = spoken("# Water\nSalt it until it tastes like the sea.\n\n## Pan\nFinish the last minute in the pan.")
    assert [(scene.heading, scene.number, scene.count) for scene in scenes] == [("Water", 1, 2), ("Pan", 2, 2)]
    assert "Water" not in scenes[0].text


def test_headings_of_scenes_are_short_statements_in_the_scripts_own_words() -> None:
    for scene in spoken(ESSAY):
        assert 0 < len(scene.heading) <= 90
        assert scene.heading in scene.text
        assert not scene.heading.endswith((",", "."))


@given(st.text(min_size=1, max_size=300), st.integers(20, 90))
def test_statements_keep_within_their_width(text: str, width: int) -> None:
    assert display_width(statement(text, width)) <= max(width, 1)


def test_a_script_that_will_be_spoken_slowly_gets_more_and_shorter_scenes() -> None:
    natural = split_scenes("T", "", ESSAY)
    slow = split_scenes("T", "", ESSAY, target_seconds=60)
    assert len(slow) > len(natural)
    assert letters("".join(scene.text for scene in slow)) == letters(ESSAY)
    assert split_scenes("T", "", ESSAY, target_seconds=30) == natural


def test_a_changed_word_changes_its_own_scene_only() -> None:
    before, after = spoken(ESSAY), spoken(ESSAY.replace("finished video", "polished video"))
    assert before[:-1] == after[:-1]
    assert before[-1] != after[-1]


@pytest.mark.parametrize("bit", ['"', ". ", "a\n", "茶", "“a said ", "> ", "First, a ", "- a\n", "a-", "*a"])
def test_a_cell_filled_to_the_brim_with_anything_is_soon_done(bit: str) -> None:
    script = "x" + bit * (20_000 // len(bit)) + "x"
    scenes = spoken(script)
    assert letters(scenes[-1].text).endswith("x")
    assert letters(spoken_form(script, "en-us").text).endswith("x")


WORDS = st.sampled_from(
    ["water", "Salt.", "茶。", "هل؟", "लें।", "well,", "No.", "3.5", "“Go!”", "—", "🧠", "ก", "First,", "Second,"]
)


@settings(max_examples=150)
@given(st.lists(st.tuples(WORDS | st.text(max_size=8), st.sampled_from([" ", "\n", "\n\n", ""])), max_size=40))
def test_every_spoken_word_is_there_once_and_in_order(parts: list[tuple[str, str]]) -> None:
    # A leading letter keeps lines from being headings, lists or block quotes, whose marks are not spoken.
    script = "".join(f"x{word}{gap}" for word, gap in parts)
    script = "".join(char for char in script if char not in "#>" and not "\ud800" <= char <= "\udfff")
    assert letters("".join(scene.text for scene in spoken(script))) == letters(script)


@settings(max_examples=200)
@given(st.text(), st.text(), st.text())
def test_any_text_gives_scenes(title: str, description: str, script: str) -> None:
    scenes = split_scenes(title, description, script)
    assert scenes[0].kind is SceneKind.TITLE
    assert all(any(map(str.isalnum, scene.text)) for scene in scenes[1:])
