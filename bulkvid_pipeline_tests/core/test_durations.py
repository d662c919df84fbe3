from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.durations import MAX_DURATION_S, MIN_DURATION_S, Length, read_duration, read_length


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("45", 45.0),
        ("45.5", 45.5),
        ("45,5", 45.5),
        (" 30\u00a0", 30.0),
        ("030", 30.0),
        ("٣٠", 30.0),
        ("٣٠٫٥", 30.5),
        ("３０", 30.0),
        ("\u200f30\u200b", 30.0),
        ("30.000", 30.0),
        ("30.", 30.0),
        ("1", MIN_DURATION_S),
        ("3600", MAX_DURATION_S),
    ],
)
def test_a_plain_number_is_seconds_and_needs_no_note(cell: str, seconds: float) -> None:
    reading = read_duration(cell)
    assert reading.value == seconds
    assert reading.understood == reading.problem == ""


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        *dict.fromkeys(
            ["45s", "45 sec", "45 s.", "45sec.", "45 secs!", "00:45", "0:45", "0:00:45", "PT45S", '45"', "45″", "45''"],
            45.0,
        ).items(),
        *dict.fromkeys(["~45", "≈45", "ca. 45 s", "about 45 seconds", "45 s (approx)", "approx. 45"], 45.0).items(),
        *dict.fromkeys(
            [
                "45 Sekunden",
                "45 segundos",
                "45 secondes",
                "45 secondi",
                "45秒",
                "45초",
                "45 сек",
                "४५ सेकंड",
                "٤٥ ثانية",
                "４５秒",
            ],
            45.0,
        ).items(),
        *dict.fromkeys(
            [
                "1:30",
                "1m30s",
                "1 min 30 s",
                "1m30",
                "1m 30",
                "1.5 min",
                "1,5 Min.",
                "PT1M30S",
                "1'30\"",
                "1’30”",
                "1'30",
            ],
            90.0,
        ).items(),
        *dict.fromkeys(
            ["1 min and 30 sec", "1 minuto y 30 segundos", "1 minute et 30 secondes", "1分30秒", "1분 30초", "90 sec"],
            90.0,
        ).items(),
        *dict.fromkeys(["2 min", "2m", "2 dk", "2分", "2 मिनट", "0:02:00", "2 دقيقة", "2:00"], 120.0).items(),
        ("1899-12-30 00:00:12", 12.0),
        ("12:00:45 AM", 45.0),
        ("1 h", 3600.0),
        ("00:00:12.5", 12.5),
    ],
)
def test_a_length_is_read_however_it_is_written_and_the_reading_says_as_what(cell: str, seconds: float) -> None:
    reading = read_duration(cell)
    assert reading.value == seconds
    assert reading.understood == f"{seconds:g} seconds"


@pytest.mark.parametrize(
    ("cell", "seconds", "understood"),
    [
        ("30-60", 45.0, "45 seconds, the middle of 30 to 60"),
        ("30 – 60 s", 45.0, "45 seconds, the middle of 30 to 60"),
        ("30 to 60 sec", 45.0, "45 seconds, the middle of 30 to 60"),
        ("between 30 and 60 seconds", 45.0, "45 seconds, the middle of 30 to 60"),
        ("30 bis 60 Sekunden", 45.0, "45 seconds, the middle of 30 to 60"),
        ("30〜60秒", 45.0, "45 seconds, the middle of 30 to 60"),
        ("30s-1min", 45.0, "45 seconds, the middle of 30 to 60"),
        ("1-2 min", 90.0, "90 seconds, the middle of 60 to 120"),
        ("0:30-0:45", 37.5, "37.5 seconds, the middle of 30 to 45"),
        ("less than 60s", 58.0, "at most 60 seconds"),
        ("max. 60", 58.0, "at most 60 seconds"),
        ("≤ 60", 58.0, "at most 60 seconds"),
        ("60秒以内", 58.0, "at most 60 seconds"),
        ("up to 2 min", 117.0, "at most 120 seconds"),
    ],
)
def test_a_range_is_its_middle_and_a_bound_is_kept(cell: str, seconds: float, understood: str) -> None:
    reading = read_duration(cell)
    assert (reading.value, reading.understood) == (seconds, understood)


@pytest.mark.parametrize(
    ("cell", "problem", "fix"),
    [
        ("1,000", "Could be 1000 or 1 seconds", "Write 1000 or 1"),
        ("1.200", "Could be 1200 or 1.2 seconds", "Write 1200 or 1.2"),
        ("1,5", "Could be 1.5 seconds or 1.5 minutes", "Write 1.5 s for seconds, or 90 for minutes"),
        ("1.30 min", "Could be 78 or, as 1 min 30 s, 90 seconds", "Write 78 or 90"),
        (
            "00:45:00",
            "Could be 45 minutes, or 45 seconds typed as 0:45",
            "Write 45 for 45 seconds, 2700 for 45 minutes",
        ),
        ("1:30:00", "Could be 90 minutes, or 90 seconds typed as 1:30", "Write 90 for 90 seconds"),
        ("5-60", "The range from 5 to 60 seconds is wide", "Write the length that is wanted"),
        ("same", "Could mean what the row above says, or the usual one", "Write the value itself"),
    ],
)
def test_what_could_be_two_lengths_is_refused_with_both(cell: str, problem: str, fix: str) -> None:
    reading = read_duration(cell)
    assert (reading.value, reading.problem, reading.fix) == (None, problem, fix)


@pytest.mark.parametrize(
    "cell",
    [
        *[
            "five minutes",
            "forty five",
            "about a minute",
            "long",
            "-20",
            "+20",
            "- 5",
            "1e3",
            "0",
            "0 s",
            "0.99",
            "3601",
        ],
        *[
            "61 min",
            "nan seconds",
            "inf",
            "0x20",
            "1_0",
            "1²",
            "²",
            "½",
            ".5",
            "1.5.2",
            "3 0",
            "=30",
            "0:75",
            "1:5",
        ],
        *[
            "45 45",
            "1 min 90 s",
            "30 s 1 min",
            "60-30",
            "30-60-90",
            "30/60",
            "30+",
            "> 30",
            "PT",
            "P",
            "s",
            "45 days",
            "100%",
        ],
        "9" * 400,
        "45 s " * 40,
    ],
)
def test_what_is_no_length_is_refused(cell: str) -> None:
    reading = read_duration(cell)
    assert (reading.value, reading.problem) == (None, "Not a length in seconds")


def test_an_empty_cell_has_no_length() -> None:
    assert read_duration("").value is None
    assert read_duration("").problem == ""


@given(st.text(alphabet=st.characters()) | st.text(alphabet="0123456789.,:'\"smhin -~<>PTé分", max_size=12))
def test_any_text_is_a_length_within_bounds_or_empty_or_refused(cell: str) -> None:
    reading = read_duration(cell)
    if reading.value is not None:
        assert MIN_DURATION_S <= reading.value <= MAX_DURATION_S
        assert not reading.problem


@given(st.integers(1, 59), st.integers(1, 59))
def test_minutes_and_seconds_mean_the_same_in_every_form(minutes: int, seconds: int) -> None:
    wanted = minutes * 60 + seconds
    forms = ["{}:{:02d}", "{}m{}s", "{} min {} s", "PT{}M{}S", "{}分{}秒", "{}'{}\"", "{} Minuten und {} Sekunden"]
    assert {read_duration(form.format(minutes, seconds)).value for form in forms} == {wanted}


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        *dict.fromkeys(
            [
                "45-seconds", "45 second video", "45 secs long", "exactly 45", "45s per video", "Duration: 45s",
                "⏱️ 45s", "45 s 🙂", "45±5", "45 +/- 5", "45s ±5s", "45 Sec (short)", "45秒左右", "45秒くらい",
                "0:45 min", "45 giây", "45 วินาที", "45 δευτερόλεπτα", "45 שניות", "45 detik",
            ],
            45.0,
        ).items(),
        *dict.fromkeys(["½ min", "半分钟", "short (30s)", "30s short"], 30.0).items(),
        *dict.fromkeys(["60s (1 min)", "1 min (60s)", "1 นาที", "1 דקה"], 60.0).items(),
        *dict.fromkeys(
            ["1:30 min", "1½ min", "1分半", "1 and a half minutes", "1 minuto y medio", "1 minute et demie"], 90.0
        ).items(),
    ],
)  # fmt: skip
def test_what_stands_beside_a_length_does_not_hide_it(cell: str, seconds: float) -> None:
    assert read_duration(cell).value == seconds


@pytest.mark.parametrize("cell", ["max 60", "60s or less", "under 60 seconds", "<= 1 min", "limit 60", "moins de 60 s"])
def test_a_limit_is_kept_and_need_not_be_reached(cell: str) -> None:
    assert read_length(cell).value == Length(58.0, is_limit=True)
    assert read_length("60").value == Length(60.0)


def test_two_lengths_that_differ_are_refused_with_both() -> None:
    assert read_duration("60 (1:30)").problem == "Could be 60 or 90 seconds"
