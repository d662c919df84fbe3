"""No name that a server sends leads out of the folder, or breaks on a file system."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.client.file_names import distinct, file_name_of, safe_name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://b.example/a/how-to-bake-youtube.mp4?X-Amz-Signature=1", "how-to-bake-youtube.mp4"),
        ("/api/files/caf%C3%A9.mp4", "café.mp4"),
        ("https://b.example/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "passwd"),
        ("https://b.example/..%5c..%5cwin.ini", ".._.._win.ini".strip(".")),
        ("https://b.example/", "row-2-youtube"),
        ("https://b.example/..", "row-2-youtube"),
        ("https://b.example/con.mp4", "_con.mp4"),
        ("https://b.example/a%00b.mp4", "a_b.mp4"),
    ],
)
def test_the_name_at_the_end_of_a_link_is_made_safe(url: str, name: str) -> None:
    assert file_name_of(url, "row-2-youtube") == name


@given(st.text())
def test_no_text_leads_out_of_the_folder(text: str) -> None:
    name = safe_name(text)

    assert name not in {"", ".", ".."}
    assert PurePosixPath(name).name == PureWindowsPath(name).name == name
    assert len(name.encode()) <= 180
    assert not name.endswith((" ", "."))


def test_a_long_name_keeps_its_ending() -> None:
    assert Path(safe_name("ü" * 300 + ".mp4")).suffix == ".mp4"


@given(st.lists(st.tuples(st.sampled_from(["a.mp4", "A.mp4", "b.mp4", "1-a.mp4"]), st.sampled_from(["1", "2", "a"]))))
def test_files_of_one_folder_have_names_of_their_own(names: list[tuple[str, str]]) -> None:
    chosen = distinct([(safe_name(name), key) for name, key in names])

    assert len({name.casefold() for name in chosen}) == len(names)


def test_only_names_that_clash_are_changed() -> None:
    assert distinct([("a.mp4", "s:2"), ("A.mp4", "s:3"), ("b.mp4", "s:4")]) == ["s_2-a.mp4", "s_3-A.mp4", "b.mp4"]
