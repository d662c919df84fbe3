from __future__ import annotations

import random
import unicodedata
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.script.blocks import Heading, ItemList, Paragraph
from bulkvid_pipeline.rendering.script.dialect import parse_script, plain_text, shown_text
from bulkvid_pipeline.rendering.script.phrases import phrases_of
from bulkvid_pipeline.rendering.script.remarks import RemarkKind
from bulkvid_pipeline.rendering.script.text import Pause
from bulkvid_pipeline_tests.cpu_time import least_cpu_seconds


def said(script: str) -> str:
    return " / ".join(text.words for text in parse_script(script).spoken)


def items(script: str) -> list[str]:
    (found,) = [block for block in parse_script(script).blocks if isinstance(block, ItemList)]
    return [item.shown.words for item in found.items]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**Three habits** save time.", "Three habits save time."),
        ("The __second__ and *third* and _fourth_.", "The second and third and fourth."),
        ("***All*** ~~struck~~ `plan_day.txt` here.", "All struck plan_day.txt here."),
        ("Read [our guide](https://example.com/g?id=7) first.", "Read our guide first."),
        ("Go to <https://example.com/a> now.", "Go to https://example.com/a now."),
        ("As said[^1] before.", "As said before."),
        ("See [the docs][d] now.\n\n[d]: https://example.com", "See the docs now."),
        ("Look ![photo](img/cup.png) here.", "Look here."),
        ("Run ```npm install``` now.", "Run npm install now."),
        ("<p>We <b>bake</b> bread &amp; butter&nbsp;now.</p>", "We bake bread & butter now."),
        ("<speak>Say <prosody rate=\"slow\">this</prosody> now.</speak>", "Say this now."),
        ("One <!-- not this --> two.", "One two."),
        ("这是**重要**的事。", "这是重要的事。"),
        ("**bold over\nlines** ends here.", "bold over / lines ends here."),
        ("Not \\*bold\\* at all.", "Not *bold* at all."),
    ],
)  # fmt: skip
def test_marks_are_neither_shown_nor_said(written: str, shown: str) -> None:
    assert said(written) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Follow @tea_time_daily for more.", "Write first_last@example.com now.", "Open my_plan_v2.xlsx today.",
        "Use #tea_break_2024 there.", "Multiply 2*3*4 and get 24.", "Get 5* service.", "What the f*** is oolong?",
        "The snake_case_name word.", "Is a < b and b > c?", "x <3 y", "Go from A --> B.", "2 * 3 * 4 is 24.",
        "A lone *star here.", "AT&T & more.", "if a<b and c>d then.",
    ],
)  # fmt: skip
def test_signs_inside_words_and_alone_stay(text: str) -> None:
    assert said(text) == text


def test_bold_words_are_set_off_on_the_card() -> None:
    for script in ("Do **the open sea** for 9 minutes.", "Do <b>the open sea</b> for 9 minutes."):
        assert split_scenes("T", "", script)[1].emphasis == ("the open sea",)


@pytest.mark.parametrize("rule", ["---", "***", "___", "===", "* * *", "- - -", "<hr>"])
def test_rules_part_scenes_and_are_not_said(rule: str) -> None:
    blocks = parse_script(f"Pack the night before.\n{rule}\nThe bag goes by the door.").blocks
    assert [type(block) for block in blocks] == [Paragraph, Paragraph]


@pytest.mark.parametrize("script", ["# Water\nSalt it.", "Water\n=====\nSalt it.", "<h2>Water</h2>\nSalt it."])
def test_headings_are_shown_and_not_said(script: str) -> None:
    heading, _ = parse_script(script).blocks
    assert isinstance(heading, Heading)
    assert heading.text.words == "Water"
    assert said(script) == "Salt it."


@pytest.mark.parametrize(
    "marks",
    [
        ("✅", "✅", "❌"), ("👉", "➡️", "➤"), ("①", "②", "③"), ("1/", "2/", "3/"), ("1 -", "2 -", "3 -"),
        ("a)", "b)", "c)"),
        ("1️⃣", "2️⃣", "3️⃣"), ("- [ ]", "- [x]", "-"), ("•", "•", "•"), ("(1)", "(2)", "(3)"), ("1.", "2.", "3."),
        ("🔹", "🔹", "🔹"), ("[ ]", "[x]", "[ ]"), ("* ", "* ", "* "), ("Step 1:", "Step 2:", "Step 3:"),
    ],
)  # fmt: skip
def test_marked_lines_are_a_list(marks: tuple[str, ...]) -> None:
    entries = ["Drink a glass of water", "Open the window", "Write one line"]
    lines = "\n".join(f"{mark} {entry}" for mark, entry in zip(marks, entries, strict=True))
    (block,) = parse_script(f"Do this today:\n{lines}").blocks
    assert isinstance(block, ItemList)
    assert block.lead.words == "Do this today:"
    assert [item.shown.words for item in block.items] == entries
    assert block.numbers == (1, 2, 3)
    assert all(item.marker for item in block.items)


@pytest.mark.parametrize(
    "script",
    [
        "Do this today: 👉 Drink water ➡️ Open the window ✅ Done",
        "Do this today: 1️⃣ Drink water 2️⃣ Open the window 3️⃣ Done",
        "<ul><li>Drink water</li><li>Open the window</li><li>Done</li></ul>",
        "✅ Drink water\n\n✅ Open the window\n\n✅ Done",
        "1. Drink water\n\n2. Open the window\n\n3. Done",
        "1、Drink water\n2、Open the window\n3、Done",
    ],
)
def test_lists_on_one_line_or_with_blank_lines_are_lists(script: str) -> None:
    assert items(script) == ["Drink water", "Open the window", "Done"]


def test_keycaps_inside_prose_are_no_list() -> None:
    script = "Choose 1️⃣ for tea or 2️⃣ for coffee."
    assert said(script) == script


def test_a_table_is_a_list_of_its_rows() -> None:
    script = "Here is the plan.\n| Day | Task |\n|-----|------|\n| Mon | Shop |\n| Tue | Cook |\nThat is the week."
    assert items(script) == ["Mon: Shop", "Tue: Cook"]
    assert [each.kind for each in parse_script(script).remarks] == [RemarkKind.TABLE]


def test_short_code_is_said_and_long_code_left_out() -> None:
    short = parse_script("Type this once:\n```bash\nnpm install tea_timer*\n```\nThen press enter.")
    assert [text.words for text in short.spoken] == ["Type this once:", "npm install tea_timer*", "Then press enter."]
    long = parse_script("Look:\n~~~\n" + "x = 1\n" * 9 + "~~~\nDone.")
    assert [text.words for text in long.spoken] == ["Look:", "Done."]
    assert [each.kind for each in (*short.remarks, *long.remarks)] == [RemarkKind.CODE, RemarkKind.LONG_CODE]


def test_titles_lose_their_marks_too() -> None:
    assert plain_text("**Tea** &amp;\n <b>me</b> @tea_time_daily") == "Tea & me @tea_time_daily"


def test_scenes_hold_the_pauses_of_their_words() -> None:
    (scene,) = split_scenes("T", "", "Well <break time='2s'/> yes. (pause) Bye.")[1:]
    assert scene.text == "Well yes. Bye."
    assert scene.pauses == (Pause(4, 2.0), Pause(9, 1.0))


def test_phrases_are_said_with_the_silence_around_them() -> None:
    phrases = phrases_of("Well yes. Bye.\nEnd", (Pause(0, 0.5), Pause(4, 2.0), Pause(9, 1.0)))
    assert [(each.words, each.before, each.after, each.goes_on, each.gap) for each in phrases] == [
        ("Well", 0.5, 2.0, True, " "),
        ("yes.", 0.0, 1.0, False, " "),
        ("Bye.", 0.0, 0.0, False, "\n"),
        ("End", 0.0, 0.0, False, None),
    ]


def letters(text: str) -> Counter[str]:
    """Scripts are read in NFC, where U+F900 is U+8C48: letters that are canonically the same count as one."""
    return Counter(filter(str.isalnum, unicodedata.normalize("NFD", text)))


BITS = st.sampled_from(
    [
        "word", "Tea.", "4.15亿元", "茶。", "**", "*", "_", "`", "```", "~~", "[", "]", "(", ")", "[a](b)", "(pause)",
        "[music]", "{{x}}", "<b>", "</b>", "<br>", "<break time='1s'/>", "&amp;", "|", "| a | b |", "|---|---|", "# ",
        "- ", "1. ", "✅ ", "① ", "> ", "---", "HOST: ", "VO: ", "0:00 ", "ก", "1️⃣", "“Go!” said Ann.", "First, ",
        "Second, ", "\\", "!", ":", "[^1]", "[a]: http://b", "00:01 --> 00:02",
    ]
)  # fmt: skip


@example([("\uf900", " ")])
@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(BITS | st.text(max_size=6), st.sampled_from([" ", "\n", "\n\n", ""])), max_size=30))
def test_no_word_is_lost_or_repeated_but_what_the_remarks_name(parts: list[tuple[str, str]]) -> None:
    script = "".join(bit + gap for bit, gap in parts).replace("&", "").replace("\ufdd0", "")
    parsed = parse_script(script)
    shown = [block.text.words for block in parsed.blocks if isinstance(block, Heading)]
    kept = letters(" ".join([*(text.words for text in parsed.spoken), *shown]))
    out = letters(" ".join(each.left_out for each in parsed.remarks))
    markers = letters(
        " ".join(
            f"{item.marker} {number}"
            for block in parsed.blocks
            if isinstance(block, ItemList)
            for item, number in zip(block.items, block.numbers, strict=True)
        )
    )
    lost = letters(script) - kept - out - markers
    # What is left is numbers and letters that mark single entries, quotations and code fences.
    assert not lost or "`" in script or "~~~" in script or set(lost) <= set("0123456789xXbrhtp①1"), lost
    assert not kept - letters(script)


@settings(max_examples=200)
@given(st.text())
def test_any_text_is_read(script: str) -> None:
    parse_script(script)


NOISE = "".join(random.Random(7).choice('ab *_`~[]()<>&|#-1.:\n"✅今ก') for _ in range(1000))
BITS_OF_LONG_SCRIPTS = (
    "plain words ", "*", "**a** ", "[", "(", "x", "a line\n", "- item\n", "> a\n", "<b>a</b> ", "<!-- ", "| a | b |\n",
    "```\n", "[pause] a. ", "NARRATOR: a\n", "今年4.15亿元，", "First, a. Second, b. ", "ตื่นเช้า", NOISE,
)  # fmt: skip


@pytest.mark.heavy
@pytest.mark.parametrize("bit", BITS_OF_LONG_SCRIPTS, ids=repr)
def test_reading_takes_time_that_grows_with_the_script(bit: str) -> None:
    def seconds(length: int) -> float:
        script = bit * (length // len(bit) + 1)
        return least_cpu_seconds(lambda number: split_scenes("Title", "", f"{script}{number}"))

    assert seconds(50_000) < 40 * max(seconds(5_000), 0.005)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("This is ==very important== now.", "This is very important now."),
        ("if a == b and c == d", "if a == b and c == d"),
        ("**bold**text", "boldtext"),
        ("2**10 is 1024.", "2**10 is 1024."),
        ("See [the guide].\n\n[the guide]: https://example.com", "See the guide."),
        ("> [!NOTE]\n> Useful words.", "Useful words."),
        (":::tip\nUseful words.\n:::", "Useful words."),
        ("{\\an8}Hello there", "Hello there"),
        ("WEBVTT\nKind: captions\n\n00:00.000 --> 00:02.000\n<v Anna>- Hello there.", "Hello there."),
        ("00:00:00:00 Hello there\n00:00:03:12 and welcome", "Hello there / and welcome"),
        ("1. Fill the kettle.", "1. Fill the kettle."),
        ("*laughs* Yes.", "Yes."),
        ("*Smile* at strangers.", "Smile at strangers."),
        ("(in a deep voice) Stop!", "Stop!"),
        ("Add the milk (slowly) and stir.", "Add the milk (slowly) and stir."),
        ("[музыка] Привет.", "Привет."),
        ("Диктор: Привет.", "Привет."),
        ("내레이션: 안녕하세요.", "안녕하세요."),
        ("场景一：厨房\n旁白：大家好。", "大家好。"),
        ("テロップ：50%オフ\nこんにちは。", "こんにちは。"),
        ("【重要】明日は休みです。", "【重要】明日は休みです。"),
    ],
)
def test_marks_of_other_kinds_are_left_out_and_look_alikes_stay(written: str, shown: str) -> None:
    assert said(written) == shown


@pytest.mark.parametrize(
    ("script", "entries"),
    [
        ("1) fill 2) boil 3) pour", ["fill", "boil", "pour"]),
        ("Do this: (1) fill the cup, (2) boil it, and (3) pour.", ["fill the cup", "boil it", "pour."]),
        ("1. Fill the cup. 2. Boil it. 3. Pour.", ["Fill the cup.", "Boil it.", "Pour."]),
        ("Do this: - fill - boil - pour", ["fill", "boil", "pour"]),
        ("①洗杯子②煮水③倒茶", ["洗杯子", "煮水", "倒茶"]),
        ("A. Fill\nB. Boil", ["Fill", "Boil"]),
        ("i. Fill\nii. Boil", ["Fill", "Boil"]),
        ("1.Fill\n2.Boil", ["Fill", "Boil"]),
        ("[1] Fill\n[2] Boil", ["Fill", "Boil"]),
        ("#3 Fill\n#2 Boil\n#1 Pour", ["Fill", "Boil", "Pour"]),
        ("・洗う\n・沸かす", ["洗う", "沸かす"]),
        ("Schritt 1: Füllen\nSchritt 2: Kochen", ["Füllen", "Kochen"]),
        ("第一，洗杯子。第二，煮水。", ["洗杯子。", "煮水。"]),
        ("الخطوة 1: املأ\nالخطوة 2: اغلي", ["املأ", "اغلي"]),
    ],
)
def test_what_counts_up_is_a_list(script: str, entries: list[str]) -> None:
    assert items(script) == entries


@pytest.mark.parametrize(
    "script",
    [
        "He likes 1) tea and 2) cake.",
        "1. Mai und 2. Juni sind frei.",
        "2 - 1 = 1\n3 - 1 = 2",
        "1.5 cups\n2.5 cups",
        "A. Smith wrote it.\nIt was long.",
        "10:30 Tea\n11:00 Cake",
    ],
)
def test_numbers_that_do_not_count_make_no_list(script: str) -> None:
    assert not any(isinstance(block, ItemList) for block in parse_script(script).blocks)


def test_bullets_on_one_line_are_a_list() -> None:
    for script in ("• one • two • three", "· one · two · three", "- one - two - three", "◦ one\n▪ two\n▪ three"):
        (block,) = parse_script(script).blocks
        assert isinstance(block, ItemList), script
        assert [item.spoken.words for item in block.items] == ["one", "two", "three"]
    assert isinstance(parse_script("- tea - the best").blocks[0], Paragraph)


def test_a_pause_before_the_first_word_is_kept() -> None:
    (text,) = parse_script("[pause 2s]\n\nWelcome back.").spoken
    assert (text.words, text.pauses) == ("Welcome back.", (Pause(0, 2.0),))


@pytest.mark.parametrize(
    ("script", "signs"),
    [
        ("✅ Fill\n❌ Spill", ["✅", "❌"]),
        ("👉🏽 Fill\n🇩🇪 Boil", ["👉🏽", "🇩🇪"]),
        ("- Fill\n- Boil", ["•", "•"]),
        ("a) Fill\nb) Boil", ["a", "b"]),
        ("[ ] Fill\n[x] Boil", ["☐", "☑"]),
        ("1. Fill\n2. Boil", ["", ""]),
        ("1️⃣ Fill\n2️⃣ Boil", ["1️⃣", "2️⃣"]),
        ("[1] Fill\n[2] Boil", ["", ""]),
        ("Step 1: Fill\nStep 2: Boil", ["", ""]),
    ],
)
def test_entries_keep_the_scripts_own_signs(script: str, signs: list[str]) -> None:
    assert [sign for scene in split_scenes("T", "", script) for sign in scene.item_signs] == signs


def test_what_is_shown_is_without_notes_to_the_makers() -> None:
    assert shown_text("# Tea\n[music: 𓀀] Welcome **back**.") == "Tea\nWelcome back."


@pytest.mark.parametrize(
    ("lines", "signs"),
    [
        ("١. ماء\n٢. نوم\n٣. مشي", "١٢٣"),
        ("أ) ماء\nب) نوم\nج) مشي", "أبج"),
        ("۱۔ پانی\n۲۔ نیند", "۱۲"),
        ("א. מים\nב. שינה\nג. הליכה", "אבג"),
        ("१. पानी\n२. नींद", "१२"),
        ("क) पानी\nख) नींद", "कख"),
        ("১। পানি\n২। ঘুম", "১২"),
        ("๑. น้ำ\n๒. นอน", "๑๒"),
        ("ก. น้ำ\nข. นอน", "กข"),
        ("가. 물\n나. 잠", "가나"),
        ("а) вода\nб) сон", "аб"),
        ("一、喝水\n二、睡觉", "一二"),
        ("（一）喝水\n（二）睡觉", "一二"),
    ],
)
def test_entries_show_the_letters_and_digits_of_their_own_script(lines: str, signs: str) -> None:
    (block,) = parse_script(lines).blocks
    assert isinstance(block, ItemList)
    assert "".join(item.sign for item in block.items) == signs


def test_letters_that_do_not_follow_each_other_make_no_list() -> None:
    assert not any(isinstance(block, ItemList) for block in parse_script("א. כהן גר כאן\nת. לוי גר שם").blocks)


def test_a_number_of_wide_digits_may_stand_before_a_digit() -> None:
    (block,) = parse_script("１．お湯を沸かす\n２．1分30秒待つ").blocks
    assert isinstance(block, ItemList)
    assert block.numbers == (1, 2)
