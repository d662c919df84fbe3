from __future__ import annotations

import pytest

from bulkvid_pipeline.adapters.speech.readings import japanese_reading


@pytest.mark.parametrize(
    ("written", "kana"),
    [
        ("4.15億円", "よんてんいちごおくえん"),
        ("0.5", "れいてんご"),
        ("12,800円", "いちまんにせんはっぴゃくえん"),
        ("3600", "さんぜんろっぴゃく"),
        ("10000000", "いっせんまん"),
        ("1兆円", "いっちょうえん"),
        ("10時30分", "じゅうじ さんじゅっぷん"),
        ("4時4分", "よじ よんぷん"),
        ("9時間", "くじかん"),
        ("2024年4月1日", "にせんにじゅうよねん しがつ ついたち"),
        ("9月24日", "くがつ にじゅうよっか"),
        ("1日に2回", "いちにちに にかい"),
        ("3本と6本と2本", "さんぼんと ろっぽんと にほん"),
        ("8個", "はっこ"),
        ("3階", "さんがい"),
        ("20歳の2人", "はたちの ふたり"),
        ("14人", "じゅうよにん"),
        ("3つ", "みっつ"),
        ("0120", "ぜろ いち に ぜろ"),
        ("16対9", "じゅうろくたい きゅう"),
        ("2分の1", "にぶんの いち"),
        ("MP3", "MP3"),
    ],
)
def test_numbers_and_their_counters_are_read_in_kana(written: str, kana: str) -> None:
    assert " ".join(japanese_reading(written)[0].split()) == kana


def test_the_kana_of_a_number_lead_back_to_it() -> None:
    reading, sources = japanese_reading("朝の10時30分に")
    assert sources[reading.index("じゅうじ")] == 2
    assert sources[reading.index("さんじゅっぷん")] == 5
    assert list(sources) == sorted(sources)
    assert len(sources) == len(reading)
