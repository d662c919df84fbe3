from __future__ import annotations

from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.rendering.script.remarks import RemarkKind
from bulkvid_pipeline.services.sheets import script_reading
from bulkvid_pipeline.services.sheets.script_reading import script_problems


def test_each_kind_of_thing_that_is_no_word_is_told_once_with_its_lines() -> None:
    script = "[music] Welcome.\n(pause)\nHOST: Look.\n[cut to: kitchen]\n| Mon | Shop |\n| Tue | Cook |"
    problems = {each.code: each for each in script_problems(VideoIdea("key", 2, "Title", script))}
    assert set(problems) == {"SCRIPT_DIRECTION", "SCRIPT_PAUSE", "SCRIPT_LABEL", "SCRIPT_TABLE"}
    assert problems["SCRIPT_DIRECTION"].value == "[music], [cut to: kitchen]"
    assert problems["SCRIPT_DIRECTION"].problem.endswith("(lines 1 to 4 of the cell)")
    assert problems["SCRIPT_DIRECTION"].informs
    assert not problems["SCRIPT_TABLE"].informs, "somebody should look at it"
    assert not any(each.error_at for each in problems.values())


def test_plain_prose_gives_no_finding() -> None:
    assert not list(script_problems(VideoIdea("key", 2, "Title", "Tea (the easy kind) is simple. Note: boil it.")))


def test_every_kind_of_remark_has_its_words() -> None:
    assert set(script_reading._MEANINGS) == set(RemarkKind)
