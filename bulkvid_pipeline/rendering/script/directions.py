"""Which stretches of a script speak to its makers: stage directions, labels, times. What is doubtful stays text.

Brackets are directions by their words (`production_words`); a label before a colon is one where it names a part or a
speaker of a video, or where it is one of several names that take turns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bulkvid_pipeline.rendering.script import production_words as vocabulary
from bulkvid_pipeline.rendering.script.production_words import folded
from bulkvid_pipeline.rendering.script.remarks import RemarkKind


@dataclass(frozen=True)
class Cut:
    """words[start:end] of a line is left out, for so many seconds of silence."""

    start: int
    end: int
    kind: RemarkKind
    seconds: float = 0.0


@dataclass(frozen=True)
class Cast:
    """What the lines of a script have in common."""

    speakers: frozenset[str] = frozenset()
    """Names that take turns before colons, folded."""
    is_labelled: bool = False
    """Whether it has labels that are surely of a production, so that doubtful ones are too."""
    is_timed: bool = False
    """Whether times at the start of lines are those of the video, from 0:00 on."""


_CLOCK = r"\d{1,2}:\d{2}(?:[:;]\d{2}){0,2}(?:[.,]\d{1,3})?"
_SECONDS = r"\d{1,3}(?:\.\d)?\s?(?:s|sec|secs|seconds?)\.?"
_TIMES = (
    rf"(?:{_CLOCK}(?:\s*(?:-|–|—|~|to|→|-->)\s*{_CLOCK})?|"
    rf"(?:{_SECONDS}|\d{{1,3}})\s*(?:-|–|—|~|to|→)\s*{_SECONDS}|{_SECONDS})"
)
_ONLY_TIMES = re.compile(_TIMES, re.IGNORECASE)
_HAS_TIMES = re.compile(rf"(?:^|[\s,;:|@-]){_TIMES}$", re.IGNORECASE)
_BARE_TIMES = re.compile(
    rf"\s*(?P<times>{_CLOCK}(?:\s*(?:-|–|—|~|to|→)\s*{_CLOCK})?(?!\s*-->)|(?:{_SECONDS}|\d{{1,3}})\s*[-–—]\s*{_SECONDS})"
    r"(?:\s*[-–—|:]\s+|\s+|\s*$|\s*:\s*$)",
    re.IGNORECASE,
)
_FROM_ZERO = re.compile(r"(?:0{1,2}:){1,3}\d{2}(?!\d)|0\s?s?\s*[-–—]")
SUBTITLE_TIMES = re.compile(
    r"\s*(?:\d{1,2}:)?\d{1,2}:\d{2}[.,]?\d{0,3}\s*-->\s*(?:\d{1,2}:)?\d{1,2}:\d{2}[.,]?\d{0,3}"
    r"(?:\s+[a-z]{2,10}:\S{1,20}){0,6}\s*"
)

_BRACKET = re.compile(
    r"\{\{(?P<double>[^{}\n]{1,200})\}\}|\[(?P<square>[^\[\]\n]{1,200})\]|\((?P<round>[^()\n]{1,120})\)|"
    r"\{(?P<brace>[^{}\n]{1,200})\}|<(?P<angle>[^<>\n]{1,120})>|（(?P<wide>[^（）\n]{1,120})）|"
    r"［(?P<wide_square>[^［］\n]{1,200})］|【(?P<lens>[^【】\n]{1,120})】|〔(?P<shell>[^〔〕\n]{1,120})〕|"
    r"<<(?P<guillemets>[^<>\n]{1,120})>>|(?<![:\w/])//(?P<slashes>[^/\n]{1,60})//(?![\w/])|"
    r"[♪♫🎵🎶]+(?P<notes>[^♪♫🎵🎶\n]{1,60})[♪♫🎵🎶]+"
)
_ROUND = frozenset({"round", "wide"})
_PLACEHOLDER = re.compile(r"[A-Za-z_][\w .-]{0,60}")
_BLANK_TO_FILL = re.compile(
    r"(?:your|my|our|the|insert)?[ _-]?(?:first[ _-]?)?(?:name|company|brand|product|link|website)\b", re.I
)
_NUMBER_WORD = re.compile(
    r"(?P<number>\d{1,3}(?:[.,]\d{1,3})?)\s*-?\s*(?P<unit>ms|m?s[a-zéí]*\.?|sekunden?|सेकंड|ثانية|ثوان|ثواني|秒[钟鐘]?|$)"
)

_LABEL = re.compile(
    r"\s*(?P<label>(?P<name>[^\W\d_][^:：()（）\[\]\n]{0,40}?)\s*(?P<number>[#№]?\d{1,3})?\s*"
    r"(?P<aside>[(（\[][^()（）\[\]\n]{0,60}[)）\]])?\s*)(?::(?![/\d])|(?<!\d)：|：(?!\d))\s*"
)
_LATER_LABEL = re.compile(
    r"(?:(?<=[.!?…\"”»)])\s+|(?<=[。！？」])\s*)(?P<name>[^\W\d_][^:：.!?\n。！？()\[\]]{1,30})[:：](?![/\d])\s*"
)
_SLUG = re.compile(r"\s*(?:INT|EXT|INT\.?\s?/\s?EXT|EXT\.?\s?/\s?INT|I/E)(?:\.|\s|/)\s*\S.{0,100}")
_TRANSITION = re.compile(
    r"\s*(?:FADE (?:IN|OUT|TO BLACK|TO WHITE)|(?:SMASH |MATCH |JUMP |HARD )?CUT TO(?: BLACK)?|DISSOLVE TO|"
    r"END (?:OF )?SCENE)\b.{0,60}"
)
_SCENE_LINE = re.compile(
    r"\s*(?P<name>[^\W\d_][^\d:：#\n]{0,20}?)\s?[#№]?(?P<number>\d{1,3}|[IVX]{1,4}|one|two|three|four|five|six|seven|[一二三四五六七八九十]{1,3}|(?<=\s)(?:الأولى?|الثانية?|الثالثة?|الرابعة?|الخامسة?))"
    r"(?P<aside>\s*[(（\[][^()（）\[\]\n]{0,60}[)）\]])?\s*(?P<rest>[:：.–—-].{0,80})?",
    re.IGNORECASE,
)
_CALLOUT = re.compile(r"\s*\[!\w{2,20}\][-+]?\s*|\s*:::+\s*\{?\.?\w{0,20}\}?\s*$")
"""What begins a box of some markdown: `[!NOTE]`, `:::tip`."""
_CHINESE_SCENE = re.compile(r"\s*第[一二三四五六七八九十\d]{1,3}[场場幕镜鏡]\s*[:：]?.{0,20}")
_SENTENCE_ENDED = re.compile(r"[.!?…。！？।॥؟۔:：]?[\"”’»)]*\s*$")
_WORD = re.compile(r"[^\W_][^\s]*")
_ORPHAN = re.compile(r"\s*[.,;:!?…。，！？、]+")
_DASH = re.compile(r"\s*(?:[-–—|]\s+|[:：]\s*)")


def cast_of(lines: Sequence[str]) -> Cast:
    """What is in common to the lines of a script, without marks."""
    labels: Counter[str] = Counter()
    names: dict[str, str] = {}
    sure = 0
    first_times = ""
    said = 0
    for line in lines:
        said += any(map(str.isalnum, line))
        if not first_times and (match := _BARE_TIMES.match(line)):
            first_times = match["times"]
        bracket = _BRACKET.match(line, len(line) - len(line.lstrip()))
        if (
            bracket
            and bracket.lastgroup not in _ROUND
            and folded(bracket[bracket.lastgroup or 0]) in vocabulary.SPEAKERS
        ):
            sure += 1
        match = _LABEL.match(line)
        if match is None:
            continue
        name = folded(match["name"])
        sure += _is_sure(match["name"], match["aside"])
        labels[name] += 1
        names.setdefault(name, match["name"].strip())
    speakers = frozenset(name for name, count in labels.items() if _may_be_a_name(names[name]))
    turns = sum(labels[name] for name in speakers)
    taken = len(speakers) > 1 and turns > len(speakers) and turns >= 0.8 * said
    return Cast(speakers if taken else frozenset(), sure > 0, _FROM_ZERO.match(first_times) is not None)


def _is_sure(name: str, aside: str | None) -> bool:
    known = folded(name)
    return (
        known in vocabulary.SPEAKERS
        or known in vocabulary.PARTS
        or known in vocabulary.NOTES
        or (aside is not None and _is_cue(aside))
    )


def _may_be_a_name(label: str) -> bool:
    """`ANNA`, `Tom B.`: one or two words with capitals, and no label of content."""
    words = label.split()
    if not 1 <= len(words) <= 2 or len(label) < 2 or len(label) > 24:
        return False
    if any(folded(word) in vocabulary.CONTENT for word in words):
        return False
    return all(word[0].isupper() and not any(map(str.isdigit, word)) for word in words)


def cuts_of(line: str, cast: Cast) -> list[Cut]:
    """What to leave out of a line without marks, in order and apart."""
    whole = _whole_line(line, cast)
    if whole is not None:
        return [whole]
    cuts = list(_leading(line, cast))
    position = cuts[-1].end if cuts else 0
    if any(cut.kind is RemarkKind.TIMESTAMP for cut in cuts) and (
        _whole_line(line[position:], cast) or _is_a_part(line[position:])
    ):
        return [*cuts, Cut(position, len(line), RemarkKind.LABEL)]
    cuts += sorted(_later(line, position), key=lambda cut: cut.start)
    return list(_tidied(line, cuts))


def _whole_line(line: str, cast: Cast) -> Cut | None:
    """The line as a single direction, if it is one."""
    stripped = line.strip().strip("=-–—~ ")
    if not stripped:
        return None
    everything = Cut(0, len(line), RemarkKind.DIRECTION)
    if _ONLY_TIMES.fullmatch(stripped) and (cast.is_timed or "-->" in stripped):
        return Cut(0, len(line), RemarkKind.TIMESTAMP)
    if (_SLUG.fullmatch(line) and _is_in_capitals(line)) or (_TRANSITION.fullmatch(line) and _is_in_capitals(line)):
        return everything
    if _CHINESE_SCENE.fullmatch(line):
        return everything
    if (match := _SCENE_LINE.fullmatch(line)) and folded(match["name"]) in vocabulary.SCENES:
        rest = (match["rest"] or "").lstrip(":：.–—- ")
        if _is_a_place(rest):
            return everything
        return None
    name, aside = _without_aside(stripped)
    if aside and not (_is_cue(aside) or _ONLY_TIMES.fullmatch(aside.strip("()（）[] "))):
        return None
    known = folded(re.sub(r"\s*[#№]?\d{1,3}$", "", name))
    if known in vocabulary.PARTS | vocabulary.SPEAKERS and _is_written_as_label(name):
        return Cut(0, len(line), RemarkKind.LABEL)
    if known in vocabulary.DOUBTFUL_PARTS and _is_in_capitals(name) and cast.is_labelled:
        return Cut(0, len(line), RemarkKind.LABEL)
    bracket = _BRACKET.match(line, len(line) - len(line.lstrip()))
    seen = folded(bracket[bracket.lastgroup or 0]) if bracket and bracket.lastgroup not in _ROUND else ""
    if cast.is_labelled and seen in vocabulary.VISUALS:  # `[VISUAL] a cup` beside `[VOICEOVER] ...`
        return everything
    if match := _LABEL.match(line):
        note = folded(match["name"])
        doubtful = note in vocabulary.DOUBTFUL_NOTES and (_is_in_capitals(match["name"]) or cast.is_labelled)
        if note in vocabulary.NOTES or doubtful:
            return everything
    return None


def _without_aside(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.*?)\s*([(（\[][^()（）\[\]]{0,60}[)）\]])?\s*[:：]?", text)
    return (match[1], match[2] or "") if match else (text, "")


def _is_a_part(rest: str) -> bool:
    """`PROBLEM`, after a time in the video: the name of a part, in capitals."""
    words = rest.split()
    return 0 < len(words) <= 4 and _is_in_capitals(rest) and rest.strip()[-1] not in ".!?…。！？"


def _is_in_capitals(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return bool(letters) and not any(char.islower() for char in letters)


def _is_a_place(text: str) -> bool:
    """`KITCHEN`, `the kitchen`: what a scene's number is followed by, rather than what is said in it."""
    words = text.split()
    return not words or (_is_in_capitals(text) and len(words) < 8) or (len(words) <= 4 and text[-1] not in ".!?…。！？")


def _leading(line: str, cast: Cast) -> Iterator[Cut]:
    """Times, brackets and labels at the start of a line, one after the other."""
    position = 0
    for _ in range(6):
        rest = line[position:]
        blanks = len(rest) - len(rest.lstrip())
        found: Cut | None = None
        if cast.is_timed and (times := _BARE_TIMES.match(rest)):
            found = Cut(position, position + times.end(), RemarkKind.TIMESTAMP)
        elif callout := _CALLOUT.match(rest):
            found = Cut(position, position + callout.end(), RemarkKind.LABEL)
        elif bracket := _BRACKET.match(rest, blanks):
            cut = _bracket_cut(bracket, at_edge=True)
            if cut is None:
                return
            found = Cut(position, position + cut.end, cut.kind, cut.seconds)
            if dash := _DASH.match(line, found.end):
                found = Cut(found.start, dash.end(), found.kind, found.seconds)
        elif label := _LABEL.match(rest):
            if not _is_label(label["name"], label["aside"], label["number"], rest[label.end() :], cast):
                return
            found = Cut(position, position + label.end(), RemarkKind.LABEL)
        if found is None:
            return
        yield found
        position = found.end


def _is_label(name: str, aside: str | None, number: str | None, rest: str, cast: Cast) -> bool:
    known = folded(name)
    if known in vocabulary.SPEAKERS or known in vocabulary.PARTS:
        return _is_written_as_label(name)
    if known in cast.speakers:
        return True
    if number and known in vocabulary.SCENES:
        return True
    if known in vocabulary.DOUBTFUL_PARTS:
        return cast.is_labelled or (_is_in_capitals(name) and name.isupper())
    if aside is not None and rest.strip():
        return _is_in_capitals(name) and name.isupper() and _is_cue(aside)
    return False


def _is_written_as_label(name: str) -> bool:
    """Codes of two Latin letters (`VO`, `NA`) count in capitals alone."""
    bare = name.strip()
    return not bare.isascii() or len(bare) > 2 or bare.isupper()


def _is_cue(aside: str) -> bool:
    """Whether a bracket after a name is a direction."""
    return _silence_or_direction(aside.strip("()（）[] "), "square") is not None


def _later(line: str, position: int) -> Iterator[Cut]:
    """Brackets and labels after the start of a line."""
    taken: list[tuple[int, int]] = []
    for match in _BRACKET.finditer(line, position):
        before = line[: match.start()]
        at_edge = not before.strip() or _ends_sentence(before)
        cut = _bracket_cut(match, at_edge=at_edge)
        if cut is not None:
            taken.append((cut.start, cut.end))
            yield cut
    for match in _LATER_LABEL.finditer(line, position):
        known, name = folded(match["name"]), match["name"].strip()
        inside = any(start < match.end() and match.start() < end for start, end in taken)
        sure = known in vocabulary.SPEAKERS or known in vocabulary.PARTS
        if sure and not inside and not name[0].islower() and _is_written_as_label(name):
            yield Cut(match.start("name"), match.end(), RemarkKind.LABEL)


def _ends_sentence(before: str) -> bool:
    tail = before[-8:].rstrip().rstrip('"”’»)]')
    return tail[-1:] in tuple(".!?…。！？।॥؟۔:：")


def _bracket_cut(match: re.Match[str], *, at_edge: bool) -> Cut | None:
    kind = match.lastgroup or ""
    content = match[kind]
    start, end = match.span()
    if _ONLY_TIMES.fullmatch(content.strip()):
        return Cut(start, end, RemarkKind.TIMESTAMP) if at_edge or kind not in _ROUND else None
    seconds = _silence_or_direction(content, kind)
    if seconds is None and at_edge and _is_label_in_brackets(content, kind):
        return Cut(start, end, RemarkKind.LABEL)
    if seconds is None and at_edge and vocabulary.MANNER.fullmatch(folded(content)):
        return Cut(start, end, RemarkKind.DIRECTION)
    if seconds is None:
        return None
    return Cut(start, end, RemarkKind.PAUSE if seconds else RemarkKind.DIRECTION, seconds)


def _is_label_in_brackets(content: str, kind: str) -> bool:
    known = re.sub(r"\s*[#№]?\d{1,3}$", "", folded(content))
    if known in vocabulary.SPEAKERS | vocabulary.PARTS | vocabulary.SONG_PARTS:
        return True
    return kind not in _ROUND and known in vocabulary.DOUBTFUL_PARTS


def is_acted(words: str) -> bool:
    """Whether words between single stars tell how something is said or done: `*laughs*`."""
    known = folded(words)
    return known in vocabulary.ACTED or known in vocabulary.PAUSES or vocabulary.MANNER.fullmatch(known) is not None


def placeholders_in(line: str) -> Iterator[tuple[int, str]]:
    """What somebody meant to fill in, as `{{first_name}}` or `[Your name]`, with its place."""
    for match in _BRACKET.finditer(line):
        inside = (match["double"] or match["square"] or "").strip()
        if _PLACEHOLDER.fullmatch(inside) and (match["double"] or _BLANK_TO_FILL.match(inside)):
            yield match.start(), match.group()


def _silence_or_direction(content: str, bracket: str) -> float | None:
    """Seconds of silence that a bracket asks for, 0 where it is another direction; None where it is text."""
    known = folded(content)
    if known in vocabulary.PAUSES:
        return vocabulary.PAUSES[known]
    if (seconds := _numbered_silence(known)) is not None:
        return seconds
    if known in vocabulary.PERFORMANCE or _is_music(known):
        return 0.0
    if bracket in ("notes", "slashes"):
        return None
    if bracket in _ROUND:
        return 0.0 if _begins_with(known, vocabulary.OPENINGS) else None
    if _begins_with(known, vocabulary.SQUARE_OPENINGS):
        return 0.0
    words = set(re.split(r"[\s,;:/]+", known))
    if any(word in words if " " not in word else word in known for word in vocabulary.SQUARE_ANYWHERE):
        return 0.0
    head = re.split(r"\s*[-–—:：(]\s*", known)[0]
    numbered = re.sub(r"\s*[#№]?\d{1,3}$", "", head)
    if numbered in vocabulary.PARTS | vocabulary.SPEAKERS | vocabulary.NOTES | vocabulary.SCENES:
        return 0.0
    return 0.0 if len(known) < 80 and _HAS_TIMES.search(known) and ":" in known else None


def _numbered_silence(known: str) -> float | None:
    """`pause 2s`, `2 second pause`, `wait for 1.5 seconds`, `暂停2秒`."""
    match = _NUMBER_WORD.search(known)
    if match is None:
        return None
    words = folded((known[: match.start()] + " " + known[match.end() :]).replace(":", " "))
    words = re.sub(r"\b(?:for|of|a|about|de|von|di|da|por|pendant|=|second|seconds|long)\b", " ", words)
    if " ".join(words.split()) not in vocabulary.PAUSE_VERBS:
        return None
    number = float(match["number"].replace(",", "."))
    return number / 1000 if match["unit"] == "ms" else number


def _is_music(known: str) -> bool:
    """`upbeat music`, `music fades out`, `soft piano music plays`."""
    words = re.split(r"[\s,]+", known)
    places = [at for at, word in enumerate(words) if word in vocabulary.MUSIC]
    if not places or len(words) > 9:
        return False
    before, after = words[: places[0]], words[places[0] + 1 :]
    moods = all(word in vocabulary.MUSIC_MOODS or word in ("and", "y", "et", "und", "e") for word in before)
    if not after:
        return moods
    return moods and (after[0] in vocabulary.MUSIC_MOVES or " ".join(after) in vocabulary.MUSIC_MOODS)


def _begins_with(known: str, openings: frozenset[str]) -> bool:
    words = known.split(" ")
    heads = (" ".join(words[:count]).rstrip(":：,.") for count in range(1, min(5, len(words)) + 1))
    if any(head in openings for head in heads):
        return True
    colon = re.split(r"[:：]", known)[0].strip()
    return colon in openings or (
        not known.isascii() and any(known[:size] in openings for size in range(1, 7)) and _is_unspaced(known)
    )


def _is_unspaced(known: str) -> bool:
    """Whether the first letter is one of a script without blanks."""
    return "\u3040" <= known[0] <= "\u9fff"


def _tidied(line: str, cuts: Iterable[Cut]) -> Iterator[Cut]:
    """Cuts that also take the stop which would be left alone after them."""
    reached = 0
    for cut in cuts:
        if cut.start < reached:
            continue
        before = line[reached : cut.start].rstrip()
        orphan = _ORPHAN.match(line, cut.end)
        ended = not before or before[-1] in ".!?…。！？:,;"
        end = orphan.end() if orphan and ended and cut.kind is not RemarkKind.LABEL else cut.end
        start = cut.start
        if orphan and not ended:
            start = reached + len(before)  # the stop closes up to the word before
        reached = end
        yield Cut(start, end, cut.kind, cut.seconds)
