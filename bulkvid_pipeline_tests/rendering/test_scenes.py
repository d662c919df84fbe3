from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkvid_pipeline.rendering.model import Scene, SceneKind
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.script.dialect import parse_script
from bulkvid_pipeline.rendering.script.emphasis import emphasis_of
from bulkvid_pipeline.rendering.script.sentences import LONGEST_SECONDS, estimated_seconds, sentences_of
from bulkvid_pipeline.rendering.script.statements import display_width
from bulkvid_pipeline.rendering.spoken import spoken_form

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
    assert card == Scene(SceneKind.TITLE, heading="A title", subheading="What it is", leaves=True)


def test_an_empty_script_is_a_title_card_alone() -> None:
    assert [scene.kind for scene in split_scenes("T", "", " \n\n ...\n")] == [SceneKind.TITLE]


def test_each_sentence_of_some_length_is_a_scene_and_very_short_ones_share_one() -> None:
    scenes = spoken(ESSAY)
    assert all(2.5 <= estimated_seconds(scene.text) <= 6.5 for scene in scenes)
    assert [len(sentences_of(scene.text)) for scene in scenes] == [1, 1, 2, 1, 1]
    assert scenes[2].heading == "It works for one video. It does not work for a hundred."
    assert " ".join(scene.text for scene in scenes).split() == ESSAY.split()
    assert any(scene.text.startswith("Bulk video starts") for scene in scenes), "a paragraph begins a scene"


@pytest.mark.parametrize("text", ["ကျပ်သာ။ မြန်မာ။", "ดื่มน้ำ 2 แก้ว ได้", "好。来吧。"])
def test_sentences_on_one_card_keep_what_stands_between_them(text: str) -> None:
    assert [scene.text for scene in split_scenes("A", "", text)[1:]] == [text]


def test_a_long_thai_sentence_is_parted_at_its_blanks() -> None:
    text = "คุณสมชายกล่าวว่าความพยายามอยู่ที่ไหน ความสำเร็จอยู่ที่นั่นเสมอ และเราจะทำงานหนักต่อไปทุกวันเพื่อความสำเร็จ"
    scenes = spoken(text)
    assert len(scenes) > 1
    assert " ".join(scene.text for scene in scenes) == text


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
    scenes = spoken("First, boil the water. Second, add the pasta. Finally, enjoy it.")
    assert scenes[-1].items == ("Boil the water", "Add the pasta", "Enjoy it")
    text = "\n".join(scene.text for scene in scenes)
    assert text == "First, boil the water.\nSecond, add the pasta.\nFinally, enjoy it."


MISTAKES = (
    "Five mistakes ruin most pasta:\n1. Rinsing it. The starch is what makes the sauce cling.\n"
    "2. Too little salt. The water should taste like the sea.\n3. Oil in the pot. It keeps the sauce from sticking.\n"
    "4. A dry finish. Add a ladle of pasta water to the pan.\n5. Waiting. Serve it the moment it is done.\n"
    "And please, never break the spaghetti."
)


def test_a_list_builds_up_under_its_lead_and_what_follows_is_a_scene_of_its_own() -> None:
    lead, *entries, last = spoken(MISTAKES)
    assert (lead.kind, lead.heading) == (SceneKind.BODY, "Five mistakes ruin most pasta")
    room, details = (16, 16, 16, 16, 8), (40, 40, 32, 40, 32)
    assert {(scene.kind, scene.heading) for scene in entries} == {(SceneKind.LIST, lead.heading)}
    assert {(scene.room, scene.detail_room) for scene in entries} == {(room, details)}, "they keep size and place"
    heads = ("Rinsing it", "Too little salt", "Oil in the pot", "A dry finish", "Waiting")
    assert [scene.items for scene in entries] == [heads[: count + 1] for count in range(5)]
    assert [scene.item_numbers for scene in entries] == [tuple(range(1, count + 2)) for count in range(5)]
    assert [scene.spoken_from for scene in entries] == [scene.standing for scene in entries] == [0, 1, 2, 3, 4]
    assert entries[1].detail == "The water should taste like the sea"
    assert (last.kind, last.items) == (SceneKind.BODY, ())


@pytest.mark.parametrize(
    ("marks", "numbers"),
    [
        (("1.", "2.", "3."), (1, 2, 3)),
        (("3.", "2.", "1."), (3, 2, 1)),
        (("6)", "7)", "8)"), (6, 7, 8)),
        (("1.", "1.", "1."), (1, 2, 3)),
        (("-", "-", "-"), (1, 2, 3)),
        (("2.", "-", "4."), (1, 2, 3)),
    ],
)
def test_entries_keep_the_numbers_that_the_script_gives_them(marks: tuple[str, ...], numbers: tuple[int, ...]) -> None:
    script = "\n".join(f"{mark} This is what the entry has to tell us all" for mark in marks)
    assert spoken(script)[-1].item_numbers == numbers


@pytest.mark.parametrize(("count", "cards"), [(6, [6]), (7, [4, 3]), (9, [5, 4]), (12, [6, 6]), (13, [5, 4, 4])])
def test_a_long_list_is_divided_evenly_into_cards(count: int, cards: list[int]) -> None:
    scenes = spoken(
        "\n".join(f"{number}. Entry {number} has something to tell us all" for number in range(1, count + 1))
    )
    last_of_cards = [scene for scene, after in itertools.pairwise(scenes) if not after.standing] + [scenes[-1]]
    assert [len(scene.items) for scene in last_of_cards] == cards
    assert [number for scene in last_of_cards for number in scene.item_numbers] == list(range(1, count + 1))
    assert {len(scene.room) for scene in scenes} == {cards[0]}, "all cards are laid out alike"


def test_a_changed_entry_leaves_the_scenes_before_it_as_they_are() -> None:
    before, after = spoken(MISTAKES), spoken(MISTAKES.replace("A dry finish", "A soggy finish"))
    assert before[:4] == after[:4]
    assert before[4] != after[4]


@pytest.mark.parametrize(
    ("heading", "phrases"),
    [
        ("Revenue grew 18 percent, to 42.5 million dollars", ("18 percent", "42.5 million dollars")),
        ("Freight costs fell by more than ninety percent", ("ninety percent",)),
        ("Next quarter we expect between 44 and 46 million dollars", ("44 and 46 million dollars",)),
        ("We paid $3.50 for it", ("$3.50",)),
        ("Only 61% of us agree", ("61%",)),
        ("And please, never break the spaghetti", ("never",)),
        ("Die Kosten fielen um neunzig Prozent", ("neunzig Prozent",)),
        ("Si no duermes en veinte minutos", ("veinte minutos",)),
        ("放入三克茶叶，水温控制在八十五度左右", ("三克", "八十五度")),
        ("第一泡只要二十秒", ("二十秒",)),
        ("先用热水温一下茶壶", ()),
        ("يكفي 20 دقيقة كل يوم", ("20 دقيقة",)),
        ("ابدأ بخمس كلمات كل صباح", ("بخمس كلمات",)),
        ("Keep one list and review it", ()),
        ("Ninety percent", ()),
    ],
)
def test_figures_with_their_units_are_set_off(heading: str, phrases: tuple[str, ...]) -> None:
    assert emphasis_of(heading) == phrases


def test_what_the_author_marked_bold_goes_before_figures() -> None:
    (scene,) = spoken("Water should taste like **the open sea** for 9 minutes.")
    assert scene.emphasis == ("the open sea",)


@given(st.text(max_size=90), st.text(max_size=120))
def test_emphasis_is_always_part_of_the_heading(heading: str, text: str) -> None:
    assert all(phrase and phrase in heading for phrase in emphasis_of(heading, text))


ADDED = "\n\nHere is something new that nobody has said before today.\n\n"


def test_cards_leave_except_the_last_and_lists_that_go_on() -> None:
    entries = "".join(f"- Entry {number} of a list that takes a while to be read aloud\n" for number in range(5))
    shown = spoken(f"A sentence to begin with, of some length.\n\n{entries}\nAnd a sentence that ends it all, at last.")
    lists = [scene for scene in shown if scene.kind is SceneKind.LIST]
    assert len(lists) > 1
    assert [scene.leaves for scene in lists] == [False] * (len(lists) - 1) + [True]
    assert [scene.leaves for scene in (shown[0], shown[-1])] == [True, False]


def apart_from_the_last(scenes: tuple[Scene, ...]) -> list[Scene]:
    """The scenes as they are whether or not others follow: only the video's last card does not leave."""
    return [replace(scene, leaves=True) for scene in scenes]


@pytest.mark.parametrize("place", range(4))
def test_an_added_paragraph_leaves_the_scenes_around_it_as_they_are(place: int) -> None:
    paragraphs = [
        "Most teams still make product videos by hand, one after the other, all day long.",
        "- Write the script\n- Record a voice for it",
        '"The best way out is always through," said Robert Frost.',
    ]
    before = spoken("\n\n".join(paragraphs))
    after = spoken("\n\n".join([*paragraphs[:place], ADDED, *paragraphs[place:]]))
    assert len(after) == len(before) + 1
    kept = [scene for scene in apart_from_the_last(after) if scene in apart_from_the_last(before)]
    assert kept == apart_from_the_last(before)


def test_an_added_section_leaves_those_before_it_as_they_are() -> None:
    script = "# Water\nSalt it well, until it tastes like the sea.\n# Pan\nFinish the last minute in the pan, with oil."
    longer = spoken(script + "\n# Plate\nServe it hot, and serve it at once.")
    assert longer[:2] == tuple(apart_from_the_last(spoken(script)))


def test_a_single_section_is_not_numbered() -> None:
    assert {scene.number for scene in spoken("# Water\nSalt it well, until it tastes like the sea.")} == {None}


def test_an_entry_of_several_sentences_is_told_below_its_first_one_as_much_at_a_time_as_can_be_read() -> None:
    told = (
        "Nothing else matters half as much, whatever they say. A pinch is not enough. Take a whole spoon, and then "
        "take another one. The water should taste like the sea, and not like a lake in the mountains of Switzerland."
    )
    scenes = spoken(f"- Salt the water. {told}\n- Use a big pot\n- Wait")
    first = [scene for scene in scenes if scene.items == ("Salt the water",)]
    assert len(first) > 2
    assert [(scene.spoken_from, scene.standing) for scene in first] == [(0, 0)] + [(0, 1)] * (len(first) - 1)
    assert letters("".join(scene.detail for scene in first)) == letters(told)
    assert all(display_width(scene.detail) <= 100 for scene in first)
    assert "\n".join(scene.text for scene in scenes).replace("\n", " ") == f"Salt the water. {told} Use a big pot Wait"
    assert scenes[-1].items == ("Salt the water", "Use a big pot", "Wait")


def test_long_entries_become_numbered_sections() -> None:
    entry = (
        "Take ripe tomatoes, heavy in the hand, for without weight there is no juice, and without juice no sauce " * 2
    )
    scenes = spoken(f"1. {entry}\n2. Cut them.\n")
    assert {scene.kind for scene in scenes} == {SceneKind.BODY}
    assert [scene.number for scene in scenes[:-1]] == [1] * (len(scenes) - 1)
    assert (scenes[-1].number, scenes[-1].text) == (2, "Cut them.")


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
    scenes = spoken('"Stop!" he said. She laughed and went on.')
    assert {scene.kind for scene in scenes} == {SceneKind.BODY}
    assert letters("".join(scene.text for scene in scenes)) == letters('"Stop!" he said. She laughed and went on.')


QUOTED = (
    "Salt the water. It should taste like the sea, they say, and so it does, when you put in enough of it. Then wait. "
    "Nobody was ever hurt by waiting for water to boil, not in my kitchen, and not in yours. Then eat, and eat well."
)


@pytest.mark.parametrize(
    "script", [f'Anna Rossi once said: "{QUOTED}"', f'"{QUOTED}" said Anna Rossi.', f"> {QUOTED}\n> — Anna Rossi"]
)
def test_a_long_quotation_keeps_all_its_sentences_on_cards_that_all_name_its_source(script: str) -> None:
    cards = spoken(script)
    assert len(cards) > 1
    assert {(card.kind, card.subheading) for card in cards} == {(SceneKind.QUOTE, "Anna Rossi")}
    assert " ".join(card.heading for card in cards) == QUOTED
    assert letters("".join(card.text for card in cards)) == letters(script)


def test_heading_lines_are_shown_over_the_first_scene_of_their_section_and_number_it() -> None:
    scenes = spoken("# Water\nSalt it until it tastes like the sea.\n\n## Pan\nFinish the last minute in the pan.")
    assert [(scene.section, scene.number) for scene in scenes] == [("Water", 1), ("Pan", 2)]
    assert [scene.heading for scene in scenes] == [
        "Salt it until it tastes like the sea", "Finish the last minute in the pan"
    ]  # fmt: skip
    assert "Water" not in scenes[0].text


def test_a_heading_over_a_list_stays_as_long_as_the_list_does() -> None:
    scenes = spoken(
        "# Pack\n" + "\n".join(f"- A thing to take along, number {index}" for index in range(5)) + "\n\nGo."
    )
    assert len(scenes) > 2
    assert [scene.section for scene in scenes] == ["Pack"] * (len(scenes) - 1) + [""]


@pytest.mark.parametrize(
    ("sentence", "heading"),
    [
        ("Most of it is salt.", "Most of it is salt"),
        ("We meet at 5 p.m.", "We meet at 5 p.m."),
        ("She moved to the U.S.", "She moved to the U.S."),
        ("Salt, oil, etc.", "Salt, oil, etc."),
        ("And then…", "And then…"),
        ("Wait...", "Wait..."),
        ("You got an A-", "You got an A-"),
        ("先用热水温一下茶壶。", "先用热水温一下茶壶"),
        ("गहरी साँस लें।", "गहरी साँस लें"),
        ("Why?", "Why?"),
    ],
)
def test_a_card_has_all_words_of_its_sentence_without_the_stop_unless_that_belongs_to_a_word(
    sentence: str, heading: str
) -> None:
    assert spoken(sentence)[0].heading == heading


def test_cards_have_all_words_of_their_scenes() -> None:
    scenes = spoken(ESSAY + " " + " ".join([ESSAY.replace("\n", " ").replace(". ", ", and ")] * 2))
    assert len(scenes) > 12
    for scene in scenes:
        assert scene.heading.split()[:-1] == scene.text.split()[:-1]
        assert scene.text.startswith(scene.heading)
        assert len(scene.text) <= 210


def test_no_card_is_gone_before_it_can_be_read() -> None:
    long = "Most teams still make product videos by hand, one after the other, all day and all night long"
    for tiny in ("Why?", "Visit.", "No.", "Go now."):
        for script in (f"{long}. {tiny}", f"{tiny} {long}.", f"{long}. {tiny} {long}.", f"{tiny} {tiny} {tiny}"):
            assert all(estimated_seconds(scene.text) > 1 for scene in spoken(script)), script


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        ("A short guide", "A short guide"),
        ("One sentence. " + "Another one goes on. " * 9, "One sentence. " + "Another one goes on. " * 7),
        ("A sentence that never ends and " * 20, ""),
    ],
)  # fmt: skip
def test_a_title_card_shows_whole_sentences_of_a_long_description(description: str, shown: str) -> None:
    assert split_scenes("T", description, "Text.")[0].subheading == shown.strip()


def test_a_title_is_shown_whole_unless_it_is_longer_than_any_title() -> None:
    long = "How to improve the productivity of a whole team with tools that cost nothing at all " * 3
    assert split_scenes(long[:250], "", "Text.")[0].heading == long[:250].strip()
    (card, *_) = split_scenes(long * 3, "", "Text.")
    assert card.heading.endswith("…")
    assert (long * 3).startswith(card.heading.removesuffix("…"))
    assert 200 < display_width(card.heading) <= 260


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


LINES = st.sampled_from(
    [
        "- Salt the water", "- Wait. It takes time, and more.", "* a", "1. One", "2. Two. Then three.", "✅ Drink",
        "✅ Eat", "# Water", "> Be. Here. Now.", "> — Someone", '"The best way out is through. Always," said Frost.',
        "Why?", "Do this today:",
        "Most of us lose two hours a day, which is a lot, and never find them again, wherever we look.",
        "先用热水。放入三克！", "هل هذا صحيح؟ نعم.", "It is 5 p.m. in the U.S. today.", "", "a) First", "b) Second",
    ]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(LINES, max_size=14))
def test_the_cards_together_show_every_spoken_word_once_and_in_order(lines: list[str]) -> None:
    script = "\n".join(lines)
    scenes = spoken(script)
    assert letters("".join(map(newly_shown, scenes))) == letters("".join(map(said_of_its_card, scenes)))
    assert letters("".join(scene.text for scene in scenes)) == letters(
        "".join(text.words for text in parse_script(script).spoken)
    )


def newly_shown(scene: Scene) -> str:
    """What a card shows of its scene's text, apart from what stood on it before."""
    if scene.kind is not SceneKind.LIST:
        return scene.heading
    entries = scene.items[max(scene.spoken_from, scene.standing) :]
    leads_in = scene.heading and scene.text.startswith(scene.heading)
    return (scene.heading if leads_in else "") + "".join(entries) + scene.detail


def said_of_its_card(scene: Scene) -> str:
    """The text that is spoken, without who is quoted in it."""
    if scene.kind is not SceneKind.QUOTE:
        return scene.text
    start = scene.text.index(scene.heading)
    return scene.text[start : start + len(scene.heading)]


def test_lines_without_stops_are_lines_of_their_card_and_are_said_one_after_the_other() -> None:
    texts = [scene.text for scene in split_scenes("Tea", "", "Wake up early\nDrink water\nGo outside") if scene.text]
    assert texts == ["Wake up early\nDrink water\nGo outside"]


def test_sentences_on_lines_of_their_own_flow_together() -> None:
    texts = [scene.text for scene in split_scenes("Tea", "", "Wake up.\nGo out!") if scene.text]
    assert texts == ["Wake up. Go out!"]


def test_a_heading_after_which_nothing_is_said_is_said() -> None:
    scenes = split_scenes("Tea", "", "Some text.\n\n# The end")
    assert scenes[-1].text == "Some text. The end"


def test_headings_one_after_the_other_are_one_section() -> None:
    scenes = split_scenes("Tea", "", "# A\n## B\nOne text.\n# C\nAnother text.")
    assert [(scene.number, scene.section) for scene in scenes if scene.text] == [(1, "A · B"), (2, "C")]


@pytest.mark.parametrize(
    ("heading", "marked", "phrases"),
    [
        ("The commit 9fceb02d0ae5 broke it", (), ()),
        ("Half bold word", ("bo",), ("bold",)),
        ("BEFORE 31 DECEMBER 2025", (), ("31 DECEMBER 2025",)),
    ],
)
def test_words_are_set_off_whole(heading: str, marked: tuple[str, ...], phrases: tuple[str, ...]) -> None:
    assert emphasis_of(heading, marked) == phrases


def test_letters_under_numbers_are_entries() -> None:
    last = split_scenes("Tea", "", "1. First\n   a. Sub one\n   b. Sub two\n2. Second\n   a. Sub three")[-1]
    assert last.items == ("First", "Sub one", "Sub two", "Second", "Sub three")
    assert last.item_signs == ("", "a", "b", "", "a")
