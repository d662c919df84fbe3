"""Faults that are planted in one stage of a real row, each caught by the check that is meant for it.

A fault is planted by a small change around one function or value; everything else is real: voice, layout, captions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
import skia

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import Cue, SpokenWord, TimedScene
from bulkvid_pipeline.rendering.narration import NarratedScene
from bulkvid_pipeline.rendering.pictures import captions as captions_module
from bulkvid_pipeline.rendering.pictures import composer as composer_module
from bulkvid_pipeline.rendering.pictures import film as film_module
from bulkvid_pipeline.rendering.pictures.card import parts_of
from bulkvid_pipeline.rendering.pictures.composer import Composer, Part
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.lists import ItemRow
from bulkvid_pipeline.rendering.pictures.styles import corporate
from bulkvid_pipeline.rendering.pictures.typesetting import SetText, Span, build, set_text
from bulkvid_pipeline.rendering.quality import script_words as script_words_module
from bulkvid_pipeline.rendering.quality.drawn_words import divided_figures
from bulkvid_pipeline.rendering.script.dialect import parse_script
from bulkvid_pipeline.rendering.sound.track import Piece, VoiceTrack
from bulkvid_pipeline_tests.rendering.quality.rehearsal import Rehearsal, rehearsal

FIGURES = "Revenue grew 18 percent to $1.2bn in 2024, never less."
CHINESE = "公司收入增长18%，达到4.15亿元。"
THAI = "ฉันรักประเทศไทยและอาหารไทยมาก"
ARABIC = "تعلّم لغة جديدة كل يوم."
KEYCAP = "Step 1️⃣ is tea."
LIST = "Three tips:\n1. Keep one list\n2. Review it daily\n3. Automate the rest"
QUOTE = '"Finish the last minute in the pan," said Anna Rossi.'
PHONE = "Call us any day at +1 555 010 0199 and ask for the very best tea that we have, or come and taste it at home."
TWO = "Warm the pot first. Then pour the tea."

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Planted:
    """A fault: how it is planted in a row, and what is said about it."""

    script: str
    plant: Callable[[Patch, Rehearsal], object]
    check: str
    said: str = ""
    style: Style = Style.MODERN


# In the layout.


def _painting(patch: Patch, change: Callable[[SetText, skia.Canvas, float, float], Iterator[SetText | None]]) -> None:
    """Paint the texts of cards otherwise than they are laid out."""
    real = SetText.paint

    def paint(block: SetText, canvas: skia.Canvas, left: float, top: float) -> None:
        canvas.save()
        for changed in change(block, canvas, left, top):
            real(block if changed is None else changed, canvas, left, top)
        canvas.restore()

    patch.setattr(SetText, "paint", paint)


def _clipped(share_of_width: float, lines_less: float) -> Callable[[Patch, Rehearsal], None]:
    def plant(patch: Patch, _: Rehearsal) -> None:
        def change(block: SetText, canvas: skia.Canvas, left: float, top: float) -> Iterator[None]:
            height = block.height - lines_less * block.line_height
            canvas.clipRect(skia.Rect.MakeXYWH(left - 20, top - 20, 20 + block.width * share_of_width, 20 + height))
            yield None

        _painting(patch, change)

    return plant


def _repainted(
    change: Callable[[SetText], Sequence[Span]], *, width: float = 1.0
) -> Callable[[Patch, Rehearsal], None]:
    """The paragraph is another one than the layout says."""

    def plant(patch: Patch, _: Rehearsal) -> None:
        def changed(block: SetText, *_: object) -> Iterator[SetText]:
            spans = list(change(block))
            paragraph = build(spans, block.look, right_to_left=block.right_to_left, variant=block.variant)
            paragraph.layout(block.width * width)
            yield replace(block, paragraph=paragraph)

        _painting(patch, changed)

    return plant


def _instead(old: str, new: str) -> Callable[[SetText], Sequence[Span]]:
    return lambda block: [Span(block.text.replace("\u2060", "").replace(old, new), block.look.color)]


def _colored(phrase: str) -> Callable[[SetText], Sequence[Span]]:
    def spans(block: SetText) -> Sequence[Span]:
        before, found, after = block.text.replace("\u2060", "").partition(phrase)
        red = [Span(found, (255, 0, 0))] if found else []
        return [
            *([Span(before, block.look.color)] if before else []),
            *red,
            *([Span(after, block.look.color)] if after else []),
        ]

    return spans


def _set_otherwise(change: Callable[[str], str]) -> Callable[[Patch, Rehearsal], None]:
    """The layout is given another text."""

    def plant(patch: Patch, _: Rehearsal) -> None:
        real = set_text
        patch.setattr(composer_module, "set_text", lambda text, *args, **options: real(change(text), *args, **options))

    return plant


def _parts(change: Callable[[Sequence[Part]], Sequence[Part]]) -> Callable[[Patch, Rehearsal], None]:
    def plant(patch: Patch, _: Rehearsal) -> None:
        real = parts_of
        patch.setattr(film_module, "parts_of", lambda *args: tuple(change(real(*args))))

    return plant


def _moved_text(right: float, down: float) -> Callable[[Patch, Rehearsal], None]:
    def plant(patch: Patch, _: Rehearsal) -> None:
        real = Composer.text
        patch.setattr(
            Composer,
            "text",
            lambda self, block, left, top, *args: real(self, block, left + right, top + down, *args),
        )

    return plant


def _painted_over(parts: Sequence[Part]) -> Sequence[Part]:
    """A logo where the text is, on top of it."""
    text = next(part for part in reversed(parts) if part.inscriptions)
    logo = Box(text.box.left + 20, text.box.center_y - 40, 200, 80).rounded()
    image = composer_module.painted(logo, lambda canvas: canvas.drawColor(skia.ColorRED))
    return [*parts, replace(text, image=image, box=logo, inscriptions=(), texts=())]


def _sliding(parts: Sequence[Part]) -> Sequence[Part]:
    return [_Sliding(**vars(part)) for part in parts]


class _Sliding(Part):
    def pose(self, frame: int, scene_frames: int):  # type: ignore[no-untyped-def]
        return replace(super().pose(frame, scene_frames), dx=7)


def _without_text(index: int) -> Callable[[Sequence[Part]], Sequence[Part]]:
    def change(parts: Sequence[Part]) -> Sequence[Part]:
        texts = [part for part in parts if part.inscriptions]
        return [part for part in parts if part is not texts[index % len(texts)]]

    return change


def _hero(amount: str, unit: str) -> Callable[[Patch, Rehearsal], None]:
    def plant(patch: Patch, _: Rehearsal) -> None:
        patch.setattr(corporate, "amount_and_unit", lambda _phrase: (amount, unit))

    return plant


def _other_number(patch: Patch, _: Rehearsal) -> None:
    real = Composer.ordinal
    patch.setattr(Composer, "ordinal", lambda self, canvas, _, *args: real(self, canvas, "7", *args))


def _item_without_ink(patch: Patch, _: Rehearsal) -> None:
    real = ItemRow.paint_text
    patch.setattr(ItemRow, "paint_text", lambda row, canvas: real(row, canvas) if row.index != 1 else None)


LAYOUT = {
    "the last line is dropped": Planted(FIGURES, _clipped(1.0, 1.0), "words_drawn_whole", "is cut off"),
    "the lower half of the last line is cut": Planted(CHINESE, _clipped(1.0, 0.5), "words_drawn_whole", "is cut off"),
    "the right third is clipped": Planted(FIGURES, _clipped(0.67, 0.0), "words_drawn_whole", "is cut off"),
    "a text is shifted off the frame": Planted(FIGURES, _moved_text(600, 0), "words_drawn_whole", "is cut off"),
    "a text is shifted into the captions": Planted(FIGURES, _moved_text(0, 300), "words_drawn_whole", "covered"),
    "a logo covers a word": Planted(FIGURES, _parts(_painted_over), "words_drawn_whole", "covered"),
    "a text stands beside its place": Planted(FIGURES, _parts(_sliding), "words_drawn_whole", "does not come to rest"),
    "an ellipsis takes the end": Planted(
        FIGURES, _set_otherwise(lambda text: text[:20].rstrip() + "…"), "words_drawn", "does not show"
    ),
    "a digit is another in the layout": Planted(
        FIGURES, _set_otherwise(lambda text: text.replace("18", "13")), "words_drawn", "13 percent"
    ),
    "a digit is another in the paint": Planted(
        FIGURES, _repainted(_instead("18", "13")), "words_drawn_whole", "'18' is drawn with other glyphs"
    ),
    "a word is another in Arabic paint": Planted(
        ARABIC, _repainted(_instead("لغة", "كلمة")), "words_drawn_whole", "other glyphs"
    ),
    "the words are in another order": Planted(
        FIGURES, _repainted(_instead("Revenue grew", "grew Revenue")), "words_drawn_whole", "other glyphs"
    ),
    "Arabic is laid out from left to right": Planted(
        ARABIC, _repainted(lambda block: [Span("\u202d" + block.text, block.look.color)]), "words_drawn_whole"
    ),
    "a Thai cluster is broken": Planted(
        THAI, _repainted(_instead("รัก", "ร\u25ccัก")), "words_drawn_whole", "other glyphs"
    ),
    "a keycap is a box": Planted(KEYCAP, _repainted(_instead("1️⃣", "\U0010fffd")), "words_drawn_whole", "other glyphs"),
    "a figure is half coloured": Planted(FIGURES, _repainted(_colored("$1.")), "words_drawn_whole", "two colours"),
    "a figure is half coloured in Chinese": Planted(
        CHINESE, _repainted(_colored("4.1")), "words_drawn_whole", "two colours"
    ),
    "a word that is not stressed stands out": Planted(
        FIGURES, _repainted(_colored("Revenue")), "words_drawn_whole", "'Revenue' stands out"
    ),
    "coloured text is wrapped anew": Planted(
        FIGURES, _repainted(_colored("18 percent"), width=0.7), "words_drawn_whole", ""
    ),
    "the text is painted without colour": Planted(
        FIGURES, _repainted(lambda block: [Span(" ", block.look.color)]), "words_drawn_whole", "other glyphs"
    ),
    "the statement is not painted": Planted(FIGURES, _parts(_without_text(-1)), "words_drawn", "does not show"),
    "an entry of a list is missing": Planted(LIST, _item_without_ink, "words_drawn", "'Review it daily'"),
    "entries have another number": Planted(LIST, _other_number, "words_drawn", "shows the number '7'"),
    "a quotation loses its second half": Planted(
        QUOTE, _set_otherwise(lambda text: text.replace(" in the pan", "")), "words_drawn", "in the pan"
    ),
    "a quotation's source is missing": Planted(QUOTE, _parts(_without_text(-1)), "words_drawn", "does not show"),
    "a hero figure is truncated": Planted(
        FIGURES, _hero("1.2", ""), "words_drawn", "'1.2', which is not whole", Style.CORPORATE
    ),
    "a hero figure is of something else": Planted(
        FIGURES, _hero("12", ""), "words_drawn", "'12', which is not whole", Style.CORPORATE
    ),
}


# In the captions.


def _cues(change: Callable[[tuple[Cue, ...], TimedScene], Sequence[Cue]]) -> Callable[[Patch, Rehearsal], None]:
    def plant(_: Patch, row: Rehearsal) -> None:
        row.with_timed(lambda timed: replace(timed, cues=tuple(change(timed.cues, timed))) if timed.cues else timed)

    return plant


def _words(cue: Cue, change: Callable[[SpokenWord], SpokenWord]) -> Cue:
    return replace(cue, words=tuple(map(change, cue.words)))


def _split_at(cues: tuple[Cue, ...], word: str) -> list[Cue]:
    """A cue more, which begins with the word."""
    parted: list[Cue] = []
    for cue in cues:
        at = next((index for index, each in enumerate(cue.words) if each.text == word), 0)
        if not at:
            parted.append(cue)
            continue
        middle = cue.words[at].start
        parted += [Cue(cue.words[:at], cue.start, middle), Cue(cue.words[at:], middle, cue.end)]
    return parted


def _swapped(old: str, new: str) -> Callable[[Patch, Rehearsal], None]:
    def change(word: SpokenWord) -> SpokenWord:
        return replace(word, text=word.text.replace(old, new))

    return _cues(lambda cues, _: [_words(cue, change) for cue in cues])


def _in_file(name: str, change: Callable[[str], str]) -> Callable[[Patch, Rehearsal], None]:
    def plant(_: Patch, row: Rehearsal) -> None:
        setattr(row, name, change(getattr(row, name)))

    return plant


def _painted_caption(old: str, new: str) -> Callable[[Patch, Rehearsal], None]:
    def plant(patch: Patch, _: Rehearsal) -> None:
        real = captions_module.captions_for
        patch.setattr(
            film_module,
            "captions_for",
            lambda cues, *args: real(
                [_words(cue, lambda word: replace(word, text=word.text.replace(old, new))) for cue in cues], *args
            ),
        )

    return plant


CAPTIONS = {
    "a caption is missing": Planted(PHONE, _cues(lambda cues, _: cues[1:]), "words_captioned", "'Call"),
    "the last caption is missing": Planted(PHONE, _cues(lambda cues, _: cues[:-1]), "words_captioned", "never"),
    "a caption comes twice": Planted(
        PHONE,
        _cues(lambda cues, _: [*cues, replace(cues[-1], start=cues[-1].end - 1)]),
        "words_captioned",
        "more often",
    ),
    "a unit is parted over two captions": Planted(
        PHONE, _cues(lambda cues, _: _split_at(cues, "010")), "caption_files", "parted over two captions"
    ),
    "a blank stands inside a unit": Planted(CHINESE, _swapped("4.15", "4. 15"), "words_captioned", "4. 15亿元"),
    "a word is another": Planted(PHONE, _swapped("best", "worst"), "words_captioned", "'worst' where 'best'"),
    "a caption is empty": Planted(
        PHONE, _cues(lambda cues, _: [*cues[:-1], replace(cues[-1], words=())]), "words_captioned", "empty"
    ),
    "a caption stays beyond its scene": Planted(
        PHONE, _cues(lambda cues, timed: [*cues[:-1], replace(cues[-1], end=timed.frames + 9)]), "words_captioned"
    ),
    "two captions stand at once": Planted(
        PHONE, _cues(lambda cues, _: [replace(cues[0], end=cues[0].end + 20), *cues[1:]]), "words_captioned", "outside"
    ),
    "the files differ": Planted(
        PHONE, _in_file("vtt", lambda vtt: vtt.replace("Call us", "Call  them")), "caption_files", "captions.vtt"
    ),
    "a file lacks its last caption": Planted(
        PHONE, _in_file("srt", lambda srt: srt.rstrip().rpartition("\n\n")[0]), "caption_files", "captions.srt"
    ),
    "a file is late": Planted(
        PHONE, _in_file("srt", lambda srt: srt.replace("00:00:0", "00:00:1")), "caption_files", "captions.srt"
    ),
    "a line ends inside a unit": Planted(
        CHINESE, _in_file("vtt", lambda vtt: vtt.replace("4.15", "4.\n15")), "caption_files", "4.15亿元"
    ),
    "a painted caption has another word": Planted(
        PHONE, _painted_caption("best", "worst"), "words_drawn", "the caption in the picture"
    ),
}


# In the voice and the scenes.


def _scenes(change: Callable[[NarratedScene], NarratedScene]) -> Callable[[Patch, Rehearsal], None]:
    def plant(_: Patch, row: Rehearsal) -> None:
        row.with_scenes(lambda scenes: [change(scene) if scene.words else scene for scene in scenes])

    return plant


def _track(change: Callable[[VoiceTrack], VoiceTrack]) -> Callable[[Patch, Rehearsal], None]:
    return _scenes(lambda scene: replace(scene, track=change(scene.track)))


def _hushed(track: VoiceTrack) -> VoiceTrack:
    return VoiceTrack(track.samples, tuple(Piece(piece.start, np.zeros_like(piece.pcm)) for piece in track.pieces))


def _clicks(track: VoiceTrack) -> VoiceTrack:
    """A click every 0.4 s, and no speech."""
    clicks = np.zeros(track.samples, np.float32)
    clicks[::22_400] = 0.5
    return VoiceTrack.of(clicks)


def _backwards(scene: NarratedScene) -> NarratedScene:
    times = [(word.start, word.end) for word in scene.words]
    words = [replace(word, start=a, end=b) for word, (a, b) in zip(scene.words, reversed(times), strict=True)]
    return replace(scene, words=tuple(words))


def _given(old: str, new: str) -> Callable[[NarratedScene], NarratedScene]:
    """The voice is given something else than the script says."""

    def change(scene: NarratedScene) -> NarratedScene:
        return replace(scene, said=tuple(replace(said, script=said.script.replace(old, new)) for said in scene.said))

    return change


def _without_sound(word: str) -> Callable[[NarratedScene], NarratedScene]:
    """Nothing stands for a word in what the voice is given."""

    def change(scene: NarratedScene) -> NarratedScene:
        said = []
        for each in scene.said:
            at = each.script.find(word)
            text = each.script.replace(word, "")
            end = at + len(word)
            anchors = ((0, 0), (at, at), (at, end), (len(text), len(each.script)))
            said.append(replace(each, text=text, anchors=anchors) if at > 0 else each)
        return replace(scene, said=tuple(said))

    return change


def _script_read(old: str) -> Callable[[Patch, Rehearsal], None]:
    """The reading of the script loses a sentence, for everybody alike."""

    def plant(patch: Patch, _: Rehearsal) -> None:
        real = parse_script
        patch.setattr(script_words_module, "parse_script", lambda text: real(text.replace(old, "")))

    return plant


def _all_scenes(
    change: Callable[[Sequence[NarratedScene]], Sequence[NarratedScene]],
) -> Callable[[Patch, Rehearsal], None]:
    def plant(_: Patch, row: Rehearsal) -> None:
        row.with_scenes(change)

    return plant


VOICE = {
    "a sentence is not spoken": Planted(
        TWO, _track(lambda track: replace(track, pieces=track.pieces[:-1])), "words_heard", "nothing is heard"
    ),
    "the voice is silent": Planted(TWO, _track(_hushed), "words_heard", "nothing is heard"),
    "the voice skips its words": Planted(PHONE, _track(_clicks), "words_heard", "leaves words out"),
    "words are timed backwards": Planted(PHONE, _scenes(_backwards), "words_timed", "is timed from"),
    "a word lasts no time": Planted(
        PHONE,
        _scenes(
            lambda scene: replace(scene, words=(replace(scene.words[0], end=scene.words[0].start), *scene.words[1:]))
        ),
        "words_timed",
    ),
    "a word is timed beyond its scene": Planted(
        PHONE,
        _scenes(
            lambda scene: replace(scene, words=(*scene.words[:-1], replace(scene.words[-1], end=scene.frames + 5)))
        ),
        "words_timed",
    ),
    "a word is not timed": Planted(
        PHONE, _scenes(lambda scene: replace(scene, words=scene.words[:-1])), "words_spoken"
    ),
    "the voice is given another word": Planted(PHONE, _scenes(_given("best", "worst")), "words_spoken", "worst"),
    "the voice is given nothing for a number": Planted(
        PHONE, _scenes(_without_sound("0199")), "words_spoken", "not given '0199'"
    ),
    "a scene is missing": Planted(TWO, _all_scenes(lambda scenes: scenes[:-1]), "script_in_scenes", "ends before"),
    "a scene comes twice": Planted(
        TWO, _all_scenes(lambda scenes: [*scenes, scenes[-1]]), "script_in_scenes", "goes on"
    ),
    "a scene has another word": Planted(
        TWO,
        _scenes(lambda scene: replace(scene, scene=replace(scene.scene, text=scene.scene.text.replace("pot", "pan")))),
        "script_in_scenes",
        "pan",
    ),
    "the script is read without a sentence": Planted(
        TWO, _script_read("Then pour the tea."), "script_is_read_whole", "loses the letters"
    ),
    "the title card has another title": Planted(
        TWO,
        _all_scenes(lambda scenes: [replace(scenes[0], scene=replace(scenes[0].scene, heading="Coffee")), *scenes[1:]]),
        "script_in_scenes",
        "'Coffee'",
    ),
}

FAULTS = {**LAYOUT, **CAPTIONS, **VOICE}


@pytest.mark.parametrize("script", [FIGURES, CHINESE, THAI, ARABIC, KEYCAP, LIST, QUOTE, PHONE, TWO])
@pytest.mark.parametrize("style", [Style.MODERN, Style.CORPORATE])
def test_nothing_is_found_where_nothing_is_planted(script: str, style: Style) -> None:
    assert rehearsal(script, style=style).faults() == {}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = FAULTS[name]
    row = rehearsal(planted.script, style=planted.style)
    planted.plant(monkeypatch, row)
    faults = row.faults()
    assert planted.check in faults
    assert planted.said in faults[planted.check]


def test_at_least_forty_faults_are_planted() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize(
    ("lines", "words", "divided"),
    [
        (["R$ 1.2", "34,56"], "R$ 1.234,56", ["1.234,56"]),
        (["at 10:", "30 we go"], "at 10:30 we go", ["10:30"]),
        (["from 2020", "24 people"], "from 2020 24 people", []),
        (["It grew 5.", "7 of us"], "It grew 5. 7 of us", []),
        (["1" * 30, "1" * 30], "1" * 60, []),
    ],
)
def test_a_figure_inside_which_a_line_ends_is_found(lines: list[str], words: str, divided: list[str]) -> None:
    assert list(divided_figures(lines, words)) == divided
