from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.fingerprints import canonical_json, fingerprint_of
from bulkvid_pipeline.core.options import Voice

contents = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()))


def test_content_has_one_json_form_whatever_its_order() -> None:
    assert canonical_json({"b": 1, "a": ["é", None]}) == '{"a":["é",null],"b":1}'.encode()
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})


def test_options_are_written_as_their_values() -> None:
    assert canonical_json({"voice": Voice.MALE}) == b'{"voice":"male"}'


def test_a_fingerprint_is_the_same_on_every_machine() -> None:
    # From the shell: printf %s '["kind",{"a":1}]' | b2sum -l 128
    assert fingerprint_of("kind", {"a": 1}) == "5a8163b606a720893b6516402298ea8d"


def test_the_kind_keeps_uses_apart() -> None:
    assert fingerprint_of("row", {"a": 1}) != fingerprint_of("output", {"a": 1})


def test_half_a_surrogate_pair_has_a_fingerprint_too() -> None:
    assert fingerprint_of("kind", {"a": "\ud800"}) != fingerprint_of("kind", {"a": "\ud801"})


@given(contents, contents)
def test_fingerprints_are_equal_exactly_when_contents_are(one: dict[str, object], other: dict[str, object]) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (fingerprint_of("kind", one) == fingerprint_of("kind", other)) == same
    assert fingerprint_of("kind", one) == fingerprint_of("kind", dict(reversed(one.items())))
