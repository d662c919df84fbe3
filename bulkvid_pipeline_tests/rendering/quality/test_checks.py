from __future__ import annotations

import math

from bulkvid_pipeline.rendering.quality import Outcome, QualityReport, Subject
from bulkvid_pipeline.rendering.quality.checks import check

GOOD = check("frames", Subject.FILE, 170, "170")
HURRIED = check("speed", Subject.TEXT, 31.23456, "25", "a caption is hurried", Outcome.WARNING)
BAD = check("loudness_lufs", Subject.SOUND, -math.inf, "-14.0", "the sound is silent")


def test_a_check_passes_unless_something_is_said_against_it() -> None:
    assert [each.outcome for each in (GOOD, HURRIED, BAD)] == [Outcome.PASSED, Outcome.WARNING, Outcome.FAULT]
    assert [each.value for each in (GOOD, HURRIED, BAD)] == [170, 31.235, None]


def test_a_certificate_is_as_good_as_its_worst_check() -> None:
    assert QualityReport.of([GOOD]).outcome is Outcome.PASSED
    assert QualityReport.of([HURRIED, GOOD]).outcome is Outcome.WARNING
    assert QualityReport.of([BAD, HURRIED, GOOD]).outcome is Outcome.FAULT
    assert QualityReport.of([GOOD], repaired=("it was made again",)).outcome is Outcome.WARNING


def test_a_certificate_sums_itself_up_in_a_line() -> None:
    assert QualityReport().summary == "not checked"
    assert QualityReport.of([GOOD, GOOD]).summary == "2 checks passed"
    assert QualityReport.of([GOOD, HURRIED]).summary == "1 of 2 checks passed; warning: speed"
    assert QualityReport.of([GOOD], ("again",)).summary == "1 checks passed; repaired once"
    assert QualityReport.of([BAD, HURRIED]).summary == "0 of 2 checks passed; fault: loudness_lufs; warning: speed"


def test_warnings_are_for_the_user_and_faults_for_the_repair() -> None:
    found = QualityReport.of([GOOD, HURRIED, BAD], ("it was made again",))
    assert found.warnings == ("it was made again", "a caption is hurried")
    assert found.faults == (BAD,)
