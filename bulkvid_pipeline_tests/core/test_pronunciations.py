"""Cells and template lists that tell how words are spoken."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.core.errors import TemplateInvalidError
from bulkvid_pipeline.core.pronunciations import LONGEST_FORM, MOST_PAIRS, Pronunciation, merged, read_say_as
from bulkvid_pipeline.core.templates import AudioSettings, parse_template

BOTH = {"SQL": "sequel", "Xi'an": "shee ahn"}


def pairs(cell: str) -> dict[str, str]:
    return {pair.written: pair.spoken for pair in read_say_as(cell).value or ()}


@pytest.mark.parametrize(
    "cell",
    [
        "SQL = sequel; Xi'an = shee ahn",
        "SQL=sequel\nXi'an=shee  ahn\n",
        "SQL = sequel；Xi'an ＝ shee ahn;",
        "- SQL -> sequel\r\n- Xi'an → shee ahn",
        '"SQL" = "sequel"; **Xi\'an** = shee ahn',
        "SQL: sequel\nXi'an：shee ahn",
        "SQL = sequel, Xi'an = shee ahn",
    ],
)
def test_pairs_are_read_as_people_type_them(cell: str) -> None:
    reading = read_say_as(cell)
    assert (pairs(cell), reading.problem) == (BOTH, "")


def test_a_written_form_may_have_a_colon_or_a_sign_of_equality_or_be_a_sign() -> None:
    assert pairs("10:30 = half past ten; E=mc2 = e equals m c squared; & = and") == {
        "10:30": "half past ten",
        "E=mc2": "e equals m c squared",
        "&": "and",
    }


def test_a_spoken_form_may_have_commas() -> None:
    assert pairs("NATO = nay, toe") == {"NATO": "nay, toe"}


@pytest.mark.parametrize("cell", ["", "  ", "n/a", "-", "none"])
def test_empty_cells_have_no_pairs(cell: str) -> None:
    assert (read_say_as(cell).value, read_say_as(cell).problem) == (None, "")


@pytest.mark.parametrize(
    ("pair", "problem"),
    [
        ("sequel", "'sequel' is no pair"),
        ("a=b=c", "'a=b=c' is more than one pair"),
        ("= sequel", "nothing before the ="),
        ("SQL =", "does not tell how it is said"),
        ("SQL = ...", "does not tell how it is said"),
        ("SQL = <phoneme ph='x'>sequel</phoneme>", "phonetic signs and SSML"),
        ("SQL = [[si:kw@l]]", "phonetic signs and SSML"),
        ("SQL = ˈsiːkwəl", "phonetic signs and SSML"),
        ("SQL = " + "a" * (LONGEST_FORM + 1), f"more than {LONGEST_FORM} characters"),
        ("Foo = es cue el", "'Foo' has two pairs"),
    ],
)
def test_a_faulty_pair_is_named_and_the_others_are_kept(pair: str, problem: str) -> None:
    reading = read_say_as(f"Foo = foo; {pair}")
    assert problem in reading.problem
    assert "SQL = sequel" in reading.fix
    assert pairs(f"Foo = foo; {pair}") == {"Foo": "foo"}


def test_pairs_are_bounded() -> None:
    listed = "\n".join(f"word{number} = said" for number in range(MOST_PAIRS))
    assert not read_say_as(listed).problem
    assert f"more than {MOST_PAIRS}" in read_say_as(f"{listed}\none more = said").problem


def test_a_later_list_wins_where_it_has_the_same_word() -> None:
    template = (Pronunciation("Xi'an", "wrong"), Pronunciation("SQL Server", "sequel server"))
    row = (Pronunciation("xi'an", "shee ahn"), Pronunciation("SQL", "sequel"))
    assert [pair.spoken for pair in merged(template, row)] == ["sequel server", "shee ahn", "sequel"]


def audio(**pronunciations: object) -> AudioSettings:
    document = {"settings": {"audio": {"pronunciations": pronunciations}}}
    return parse_template(document, template_id="own").settings.audio


def test_a_template_has_pairs_for_all_languages_and_for_single_ones() -> None:
    given = audio(SQL="sequel", German={"SQL": "Es Ku Ell", "Rhein": "Rain"}, pt={"SQL": "sequel"})
    assert {pair.written: pair.spoken for pair in given.pronunciations_in("de-AT")} == {
        "SQL": "Es Ku Ell",
        "Rhein": "Rain",
    }
    assert [pair.spoken for pair in given.pronunciations_in("en")] == ["sequel"]


def test_the_nearer_language_counts_more() -> None:
    given = audio(pt={"SQL": "near"}, **{"pt-BR": {"SQL": "nearest"}})
    assert [pair.spoken for pair in given.pronunciations_in("pt-BR")] == ["nearest"]
    assert [pair.spoken for pair in given.pronunciations_in("pt-PT")] == ["near"]


@pytest.mark.parametrize(
    ("listed", "named"),
    [
        ({"SQL": ""}, "'SQL ='"),
        ({"klingon": {"a": "b"}}, "'klingon' is not a language"),
        ({"de": {"a": "[[a]]"}}, "a = "),
    ],
)
def test_a_faulty_list_of_a_template_is_refused(listed: dict[str, object], named: str) -> None:
    with pytest.raises(TemplateInvalidError, match=r"settings\.audio\.pronunciations") as refused:
        audio(**listed)
    assert named in str(refused.value)
