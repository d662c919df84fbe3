"""Flat arguments land where the server's spec has them."""

from __future__ import annotations

from datetime import timedelta
from typing import get_type_hints

import pytest

from bulkvid_pipeline.client.job_fields import JobFields, spec_of
from bulkvid_pipeline.core.spec import BulkJobSpec, InputSource, Output, Overrides, SpecModel, TemplateChoice

REFERENCE = {
    "title": "My Campaign Videos",
    "sheet_id": "1A2B3C4D5E6F7G8H9I0J",
    "range": "A1:Z100",
    "output_bucket": "my-videos",
    "template_id": "tpl_abc123",
}


def test_the_arguments_of_the_reference_make_its_spec() -> None:
    assert spec_of(None, REFERENCE) == {
        "title": "My Campaign Videos",
        "input_source": {"sheet_id": "1A2B3C4D5E6F7G8H9I0J", "range": "A1:Z100"},
        "output": {"output_bucket": "my-videos"},
        "template": {"template_id": "tpl_abc123"},
    }


def test_every_argument_is_understood_by_the_server() -> None:
    values = {
        **dict.fromkeys(get_type_hints(JobFields), "x"),
        **{
            "processing_deadline_ms": 60000,
            "max_machines": 4,
            "priority": "high",
            "callback_url": "https://a.example/b",
        },
        **{"validation_level": "strict", "write_back": True, "gid": 7, "path": None, "range": "A1:Z9"},
        **{"sheet_id": "1A2B3C4D5E6F7G8H9I0J", "sheet_format": "positional", "only": "approved"},
        **{"hidden_rows": "include", "output_bucket": "my-videos", "format": "webm", "video_codec": "vp9"},
        **{"audio_codec": "opus", "resolution": "720p", "style": "minimal", "voice": "male", "captions": "off"},
        **{"language": "de", "deadline": None, "columns": {"Hook line": "idea_title", "C:C": None}},
    }
    spec = BulkJobSpec.parse(spec_of(None, values))

    assert spec.template.overrides.style == "minimal"
    assert spec.input_source.format == "positional"
    assert spec.max_machines == 4
    assert spec.output.codecs == ("vp9", "opus")


def test_there_is_an_argument_for_every_field_that_a_caller_may_set() -> None:
    def leaves(model: type[SpecModel]) -> set[str]:
        return set(model.model_fields) - {"input_source", "output", "template", "overrides", "type", "format"}

    fields = set().union(*(leaves(model) for model in (BulkJobSpec, InputSource, Output, Overrides, TemplateChoice)))

    # Who asks, and for which project, stands in the token.
    assert set(get_type_hints(JobFields)) - {"deadline", "format", "sheet_format"} == fields - {
        "user_id",
        "project_id",
    }


def test_arguments_win_over_the_spec_which_stays_as_it_is() -> None:
    spec = {"title": "a", "output": {"format": "mp4", "prefix": "p"}}

    assert spec_of(spec, {"title": "b", "format": "webm"}) == {
        "title": "b",
        "output": {"format": "webm", "prefix": "p"},
    }
    assert spec == {"title": "a", "output": {"format": "mp4", "prefix": "p"}}


def test_none_is_left_out() -> None:
    assert spec_of(None, {"title": None, "style": None}) == {}


def test_a_deadline_is_told_as_a_span_of_time_too() -> None:
    assert spec_of(None, {"deadline": timedelta(hours=2)}) == {"processing_deadline_ms": 7_200_000}
    with pytest.raises(ValueError, match="not both"):
        spec_of(None, {"deadline": timedelta(hours=2), "processing_deadline_ms": 1})


def test_a_misspelt_argument_is_told_with_the_right_one() -> None:
    with pytest.raises(TypeError, match="no argument 'titel'; did you mean 'title'"):
        spec_of(None, {"titel": "x"})
