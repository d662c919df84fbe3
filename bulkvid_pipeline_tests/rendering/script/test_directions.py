from __future__ import annotations

import pytest

from bulkvid_pipeline.rendering.script.dialect import parse_script
from bulkvid_pipeline.rendering.script.remarks import RemarkKind


def said(script: str) -> str:
    return " / ".join(text.words for text in parse_script(script).spoken)


DIRECTIONS = (
    "[upbeat music]", "[Music]", "(music fades in)", "(laughs)", "[laughs softly]", "(smiling)", "[cut to: kitchen]",
    "{{b-roll}}", "[B-ROLL: coffee being poured]", "[SFX: bell]", "(to camera)", "[whispers]", "[Scene 2: the office]",
    "[Text on screen: 50% off]", "[00:15]", "[0:00-0:05]", "[HOOK]", "[Musik]", "[Música alegre]", "(risas)", "[Rires]",
    "(lacht)", "[Cena 1: cozinha]", "[Musica]", "[संगीत]", "[موسيقى]", "【音乐】", "（笑）", "【効果音】",
    "[画面：厨房]", "<beat>", "*(sighs)*", "**[CUT TO: street]**",
)  # fmt: skip


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_stage_directions_are_left_out_and_remarked_upon(direction: str) -> None:
    script = parse_script(f"Welcome back. {direction} Today we bake bread.")
    assert [text.words for text in script.spoken] == ["Welcome back.", "Today we bake bread."]
    assert len(script.remarks) == 1


@pytest.mark.parametrize(
    "line",
    [
        "Narrator: Hello there.", "VO: Hello there.", "V.O.: Hello there.", "HOST (smiling): Hello there.",
        "HOOK: Hello there.", "CTA: Hello there.", "INTRO: Hello there.", "Voiceover: Hello there.",
        "**Hook:** Hello there.", "SARAH (whispering): Hello there.", "HOOK (0-3s): Hello there.",
        "[0:00-0:03] HOOK: Hello there.", "SCENE 1:\nHello there.", "SCENE 2: KITCHEN\nHello there.",
        "INT. KITCHEN - DAY\nHello there.", "HOOK\nHello there.", "# Intro\nHello there.", "Narrador: Hello there.",
        "Sprecher: Hello there.", "Voix off : Hello there.", "Narratore: Hello there.", "Locução: Hello there.",
        "旁白：Hello there.", "ナレーション：Hello there.", "الراوي: Hello there.", "सूत्रधार: Hello there.",
        "B-ROLL: a cup\nHello there.", "- VO: Hello there.", "0:00 - 0:05 Hello there.", "(0:30) Hello there.",
        "FADE IN:\nHello there.", "画面：厨房\nHello there.", "[Chorus]\nHello there.", "(Verse 2)\nHello there.",
        "[Regie: leise] Hello there.", "(тихо) Hello there.", "//pause// Hello there.", "<<pause>> Hello there.",
        "On screen: 50% off\nHello there.", "【画面】茶园\n【旁白】Hello there.", "[VISUAL] a cup\n[VO] Hello there.",
        "[Speaker 2] Hello there.", "[VO] Hello there.", "[music] [VO] Hello there.",
    ],
)  # fmt: skip
def test_labels_and_times_before_what_is_said_are_left_out(line: str) -> None:
    script = parse_script(line)
    assert [text.words for text in script.spoken] == ["Hello there."]
    assert script.remarks


@pytest.mark.parametrize(
    "line",
    [
        "It is near (about 3 km).", "He said so [sic] twice.", "Note: drink water.", "Warning: hot!",
        "Q: What is tea?", "A: A drink.", "Ingredients: tea.", "Time: 10:30 sharp.", "We open early (10:30) today.",
        "Music: the language of all.", "The bar (live music) is open.", "Is 3 < 5 and x <3 you?", "Go <-- back.",
        "Use {curly} braces.", "7:30 Wake up.", "Dr. Weber: it is fine.", "Fact: tea is old.", "Day 1: rest.",
        "See [1] there.", "(music for the soul) plays a part.", "The rule: never stop.", "At 18:30: dinner.",
        "See //server/share and https://example.com//x//.", "Shift 1<<2 or 8 >> 3.", "Call __init__.py first.",
    ],
)  # fmt: skip
def test_what_is_doubtful_stays_text(line: str) -> None:
    assert said(line).replace(" / ", " ") == line


def test_names_that_take_turns_are_speakers() -> None:
    assert said("ANNA: Hello.\nTOM: Hi.\nANNA: Bye.\nTOM: Bye now.") == "Hello. / Hi. / Bye. / Bye now."
    assert said("Myth: a lie.\nFact: the truth.\nMyth: more.\nFact: enough.").startswith("Myth: a lie.")


@pytest.mark.parametrize(
    ("direction", "seconds"),
    [
        ("(pause)", 1.0), ("(beat)", 0.5), ("[pause 2s]", 2.0), ("[2 second pause]", 2.0), ("(long pause)", 1.8),
        ('<break time="1s"/>', 1.0), ('<break time="500ms" />', 0.5), ('<break strength="strong"/>', 1.2),
        ("[pause 99 seconds]", 10.0), ('<break time="60s"/>', 10.0), ("（停顿）", 1.0),
        ("(Pausa)", 1.0), ("[توقف]", 1.0),
    ],
)  # fmt: skip
def test_pauses_are_silence_of_their_length(direction: str, seconds: float) -> None:
    script = parse_script(f"Welcome back. {direction} Today we bake bread.")
    first, second = script.spoken
    assert (first.words, second.words) == ("Welcome back.", "Today we bake bread.")
    assert [pause.seconds for pause in first.pauses] == [seconds]
    assert not second.pauses
    assert [each.kind for each in script.remarks] == [RemarkKind.PAUSE]


def test_a_pause_on_a_line_of_its_own_follows_what_was_said_before() -> None:
    first, _ = parse_script("Welcome back.\n(pause)\nToday we bake bread.").spoken
    assert [pause.seconds for pause in first.pauses] == [1.0]


@pytest.mark.parametrize(
    "cues",
    [
        "1\n00:00:05,000 --> 00:00:07,000\nWelcome back to\n\n2\n00:00:07,000 --> 00:00:09,000\nthe kitchen.",
        "WEBVTT\n\n00:05.000 --> 00:07.000 align:start\nWelcome back to\n\n00:07.000 --> 00:09.000\nthe kitchen.",
    ],
)
def test_pasted_subtitles_are_their_text(cues: str) -> None:
    assert said(cues) == "Welcome back to the kitchen."


def test_chapters_from_zero_are_times_of_the_video() -> None:
    assert said("0:00 Boil the water.\n1:25 Set the cup.") == "Boil the water. / Set the cup."


def test_remarks_name_the_line_in_the_cell() -> None:
    script = parse_script("<p>One.</p>\nTwo.\n\n[music] Three. {{first_name}}")
    found = [(each.kind, each.line) for each in script.remarks if each.kind is not RemarkKind.TAG]
    assert found == [(RemarkKind.PLACEHOLDER, 4), (RemarkKind.DIRECTION, 4)]
