"""Kept pieces: shared by processes that write, read and die as they like."""

from __future__ import annotations

import fcntl
import logging
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bulkvid_pipeline.adapters.cache import (
    BucketCache,
    CacheOfKind,
    CachePlace,
    FolderCache,
    LayeredCache,
    UtteranceCache,
    open_cache,
)
from bulkvid_pipeline.adapters.cache.sealing import seal
from bulkvid_pipeline.adapters.speech.contract import Utterance, WordTime
from bulkvid_pipeline.adapters.storage import open_storage

MANY = 10**9
HEAD = len(seal("scene-" + 32 * "0", b""))


def key(number: int, kind: str = "scene") -> str:
    return f"{kind}-{number:032x}"


def files(root: Path) -> list[Path]:
    return sorted(path for path in (root / "pieces").rglob("*") if path.is_file())


def held(root: Path) -> int:
    return sum(path.stat().st_size for path in files(root))


def age(root: Path, number: int, seconds: float) -> None:
    """Let a piece look as if it had not been used for so long."""
    (path,) = (path for path in files(root) if path.name == key(number))
    then = time.time() - seconds
    os.utime(path, (then, then))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "cache"


# Keeping and finding


def test_a_piece_is_found_as_it_was_put_by_whoever_looks(root: Path) -> None:
    FolderCache(root, MANY).put(key(1), b"abc")
    FolderCache(root, MANY).put(key(2), b"")

    cache = FolderCache(root, MANY)
    assert [cache.get(key(1)), cache.get(key(2)), cache.get(key(3))] == [b"abc", b"", None]


def test_a_piece_can_be_replaced(root: Path) -> None:
    cache = FolderCache(root, MANY)
    cache.put(key(1), b"old")
    cache.put(key(1), b"newer")
    assert cache.get(key(1)) == b"newer"


def test_a_cache_that_was_never_written_is_empty_and_stays_unmade(root: Path) -> None:
    cache = FolderCache(root, MANY)
    assert cache.get(key(1)) is None
    assert cache.shrink(0) == []
    assert cache.statistics().pieces == 0
    assert not root.exists()


@pytest.mark.parametrize("wrong", ["", "scene-../../x", "/etc/passwd", key(1) + "/", "scene-" + 32 * "G", 32 * "0"])
def test_nothing_but_keys_becomes_a_file_name(root: Path, wrong: str) -> None:
    cache = FolderCache(root, MANY)
    with pytest.raises(ValueError, match="not a valid cache key"):
        cache.get(wrong)
    with pytest.raises(ValueError, match="not a valid cache key"):
        cache.put(wrong, b"x")
    assert not root.exists()


def test_statistics_tell_kinds_sizes_hits_and_misses(root: Path) -> None:
    cache = FolderCache(root, MANY)
    cache.put(key(1), b"12345")
    cache.put(key(2, "narration"), b"1")
    for wanted in (key(1), key(1), key(9)):
        cache.get(wanted)

    statistics = cache.statistics()
    scene, narration = statistics.kinds["scene"], statistics.kinds["narration"]
    assert (scene.pieces, scene.bytes, scene.hits, scene.misses) == (1, HEAD + 5, 2, 1)
    assert (narration.pieces, narration.bytes, narration.hits, narration.misses) == (1, HEAD + 1, 0, 0)
    assert (statistics.pieces, statistics.bytes, statistics.hits, statistics.misses) == (2, held(root), 2, 1)


def test_kinds_and_salts_do_not_meet(root: Path) -> None:
    cache = FolderCache(root, MANY)
    CacheOfKind(cache, "scene", "1").put("k", b"x")
    views = [CacheOfKind(cache, kind, salt) for kind, salt in [("scene", "1"), ("scene", "2"), ("picture", "1")]]
    assert [view.get("k") for view in views] == [b"x", None, None]


def test_a_folder_removed_under_a_running_process_is_made_again(root: Path) -> None:
    cache = FolderCache(root, MANY)
    cache.put(key(1), b"abc")
    subprocess.run(["rm", "-r", root], check=True)
    assert cache.get(key(1)) is None
    cache.put(key(1), b"abc")
    assert cache.get(key(1)) == b"abc"


# Damage


@pytest.mark.parametrize("length", [0, 1, HEAD - 1, HEAD, HEAD + 1, HEAD + 999])
def test_a_truncated_piece_is_a_miss_and_deleted(root: Path, length: int) -> None:
    cache = FolderCache(root, MANY)
    cache.put(key(1), os.urandom(1000))
    os.truncate(files(root)[0], length)
    assert cache.get(key(1)) is None
    assert files(root) == []


def test_any_flipped_bit_makes_a_miss(root: Path) -> None:
    cache = FolderCache(root, MANY)
    piece = os.urandom(40)
    cache.put(key(1), piece)
    path = files(root)[0]
    whole = path.read_bytes()
    for bit in range(8 * len(whole)):
        broken = bytearray(whole)
        broken[bit // 8] ^= 1 << bit % 8
        path.write_bytes(broken)
        assert cache.get(key(1)) is None
    path.write_bytes(whole)
    assert cache.get(key(1)) == piece


def test_a_piece_under_another_name_or_with_a_tail_is_a_miss(root: Path) -> None:
    cache = FolderCache(root, MANY)
    cache.put(key(1), b"abc")
    path = files(root)[0]
    path.with_name(key(0x101)).write_bytes(path.read_bytes())
    assert cache.get(key(0x101)) is None
    path.write_bytes(path.read_bytes() + b"d")
    assert cache.get(key(1)) is None


# Bound


def test_the_bound_holds_after_every_put(root: Path) -> None:
    bound = 20 * (HEAD + 100)
    cache = FolderCache(root, bound)
    for number in range(100):
        cache.put(key(number), bytes(100))
        assert held(root) <= bound
        assert cache.get(key(number)) is not None
    assert held(root) > 0.6 * bound


def test_pieces_longest_unused_go_first(root: Path) -> None:
    cache = FolderCache(root, 10 * (HEAD + 100))
    for number in range(10):
        cache.put(key(number), bytes(100))
        age(root, number, 3600 * (10 - number))
    assert cache.get(key(0)) is not None, "used now"
    cache.put(key(10), bytes(100))
    found = [number for number in range(11) if cache.get(key(number)) is not None]
    assert found == [0, 4, 5, 6, 7, 8, 9, 10]


def test_a_bound_of_one_byte_keeps_nothing_and_says_nothing(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = FolderCache(root, 1)
    cache.put(key(1), b"")
    assert cache.get(key(1)) is None
    assert not root.exists()
    assert not caplog.records


def test_a_piece_above_the_bound_drives_nothing_out(root: Path) -> None:
    cache = FolderCache(root, 1000)
    cache.put(key(1), bytes(100))
    cache.put(key(2), bytes(1000))
    assert cache.get(key(1)) is not None
    assert cache.get(key(2)) is None


def test_a_lower_bound_is_met_with_the_next_piece(root: Path) -> None:
    for number in range(50):
        FolderCache(root, MANY).put(key(number), bytes(100))
    FolderCache(root, 2000).put(key(50), bytes(100))
    assert held(root) <= 2000


def test_pieces_that_nobody_counted_are_found_where_the_count_is_lost_damaged_or_old(root: Path) -> None:
    bound = 10 * (HEAD + 100)
    for lost in ("", "damaged", "old"):
        FolderCache(root, MANY).shrink(0)
        for number in range(30):
            FolderCache(root, MANY).put(key(number), bytes(100))
        count = root / "count"
        content = count.read_bytes()
        count.write_bytes({"": b"", "damaged": content[::-1], "old": content[:12] + bytes(8)}[lost])
        FolderCache(root, bound).put(key(99), bytes(100))
        assert held(root) <= bound


def test_shrinking_removes_pieces_and_nothing_else(root: Path) -> None:
    cache = FolderCache(root, MANY)
    for number in range(4):
        cache.put(key(number), bytes(100))
        age(root, number, 100 - number)
    mine = root / "pieces" / "00" / "notes.txt"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("not a piece")
    gone = cache.shrink(2 * (HEAD + 100))
    assert [piece.path.name for piece in gone] == [key(0), key(1)]
    assert len(cache.shrink(0)) == 2
    assert files(root) == [mine]


def test_nothing_waits_for_an_eviction_elsewhere(root: Path) -> None:
    bound = 5 * (HEAD + 100)
    cache = FolderCache(root, bound)
    for number in range(5):
        cache.put(key(number), bytes(100))
    with (root / "evicting").open("r+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        cache.put(key(5), bytes(100))
        assert held(root) <= bound
        assert cache.get(key(5)) is None, "there was no room, and making some was not ours"
        assert cache.get(key(0)) is not None
    cache.put(key(5), bytes(100))
    assert cache.get(key(5)) is not None


# Many writers

WRITER = """
import random, sys
from pathlib import Path
from bulkvid_pipeline.adapters.cache import FolderCache

def content(number):
    return random.Random(number).randbytes(2000 + 37 * number)

root, bound, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
cache, choose = FolderCache(root, bound), random.Random(seed)
print("ready", flush=True)
for _ in range(200):
    number = choose.randrange(60)
    found = cache.get(f"scene-{number:032x}")
    if found is None:
        cache.put(f"scene-{number:032x}", content(number))
    elif found != content(number):
        sys.exit("a piece is not what was put")
"""


def content(number: int) -> bytes:
    return random.Random(number).randbytes(2000 + 37 * number)


@pytest.mark.heavy
@pytest.mark.parametrize("bound", [MANY, 60_000], ids=["room for all", "always full"])
def test_eight_processes_some_killed_leave_only_whole_pieces(root: Path, bound: int) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(root), str(bound), str(seed)], stdout=subprocess.PIPE)
        for seed in range(8)
    ]
    for at, writer in enumerate(writers):
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        if at % 3 == 0:
            time.sleep(0.005 * at)
            writer.send_signal(signal.SIGKILL)
    codes = []
    for writer in writers:
        writer.communicate()
        codes.append(writer.returncode)
    assert all(code == 0 for at, code in enumerate(codes) if at % 3), codes

    assert held(root) <= bound
    cache = FolderCache(root, bound)
    for path in files(root):
        assert cache.get(path.name) == content(int(path.name.removeprefix("scene-"), 16))
    cache.put(key(77), b"whatever was left half made goes with the first piece of the next process")
    assert list((root / "making").iterdir()) == []


def test_a_writer_killed_in_the_middle_leaves_nothing_that_counts(root: Path) -> None:
    FolderCache(root, MANY).put(key(1), b"abc")
    left = root / "making" / f"{key(2)}.left"
    killed = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\nfrom pathlib import Path\nfrom bulkvid_pipeline.adapters.cache.stock import made\n"
            "import os\nwith made(Path(sys.argv[1])) as f:\n os.write(f, b'half'); print(flush=True); time.sleep(60)",
            str(left),
        ],
        stdout=subprocess.PIPE,
    )
    assert killed.stdout is not None
    killed.stdout.readline()
    FolderCache(root, MANY).put(key(3), b"abc")
    assert left.exists(), "its writer lives"
    killed.kill()
    killed.communicate()
    FolderCache(root, MANY).put(key(4), b"abc")
    assert not left.exists()
    assert FolderCache(root, MANY).get(key(2)) is None


def test_threads_share_one_store(root: Path) -> None:
    cache = FolderCache(root, 60_000)

    def work(seed: int) -> int:
        choose = random.Random(seed)
        wrong = 0
        for _ in range(100):
            number = choose.randrange(60)
            found = cache.get(key(number))
            if found is None:
                cache.put(key(number), content(number))
            else:
                wrong += found != content(number)
        return wrong

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 0
    assert held(root) <= 60_000
    assert cache.statistics().hits + cache.statistics().misses == 800


# Folders that cannot be used


@pytest.mark.parametrize("place", ["file/cache", "/proc/bulkvid"])
def test_an_unwritable_folder_is_told_once_and_costs_nothing_else(
    tmp_path: Path, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = FolderCache(tmp_path / place, MANY)
    with caplog.at_level(logging.WARNING):
        for number in range(5):
            cache.put(key(number), b"abc")
            assert cache.get(key(number)) is None
    (record,) = caplog.records
    assert place in record.getMessage()


def test_a_disk_without_room_is_told_once_and_leaves_no_rest(root: Path) -> None:
    FolderCache(root, MANY).put(key(1), b"abc")
    program = (
        "import resource, sys\nfrom pathlib import Path\nfrom bulkvid_pipeline.adapters.cache import FolderCache\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "cache = FolderCache(Path(sys.argv[1]), 10**9)\n"
        "for number in range(3): cache.put(f'scene-{number + 2:032x}', bytes(9000))\n"
        "cache.put(f'scene-{9:032x}', b'small')\n"
    )
    done = subprocess.run([sys.executable, "-c", program, root], capture_output=True, text=True, check=True)
    assert done.stderr.count("cannot be written") == 1
    assert [path.name for path in files(root)] == [key(1), key(9)]
    assert list((root / "making").iterdir()) == []


# Buckets


def test_what_another_machine_put_is_found_in_the_bucket_and_kept_near(tmp_path: Path) -> None:
    bucket = f"file://{tmp_path}/bucket"
    one = open_cache(CachePlace(str(tmp_path / "one"), MANY, bucket))
    other = open_cache(CachePlace(str(tmp_path / "other"), MANY, bucket))
    one.put(key(1), b"abc")
    assert other.get(key(1)) == b"abc"
    assert FolderCache(tmp_path / "other", MANY).get(key(1)) == b"abc"
    assert other.get(key(2)) is None


def test_a_truncated_object_is_a_miss(tmp_path: Path) -> None:
    cache = BucketCache(open_storage(f"file://{tmp_path}"), "cache")
    cache.put(key(1), b"abcdef")
    (stored,) = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert cache.get(key(1)) == b"abcdef"
    os.truncate(stored, stored.stat().st_size - 1)
    assert cache.get(key(1)) is None


def test_a_dead_bucket_is_asked_once_and_the_folder_goes_on(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    storage = open_storage("s3://pieces", endpoint_url="http://127.0.0.1:9", key="k", secret="s", timeout_s=2)
    far = BucketCache(storage)
    cache = LayeredCache(FolderCache(root, MANY), far)
    with caplog.at_level(logging.WARNING, logger="bulkvid_pipeline"):
        for number in range(200):
            cache.put(key(number), b"abc")
            assert cache.get(key(number)) == b"abc"
            assert far.get(key(number)) is None
    assert [record.getMessage() for record in caplog.records if "cannot be used" in record.getMessage()]
    assert len(caplog.records) == 1


# Utterances


@pytest.mark.parametrize("grid", [True, False], ids=["16-bit sound", "other sound"])
def test_an_utterance_comes_back_equal_to_the_last_bit(root: Path, grid: bool) -> None:
    pcm = np.random.default_rng(1).uniform(-1, 1, 5000).astype(np.float32)
    if grid:
        pcm = (np.round(pcm * 32768).clip(-32768, 32767) / 32768).astype(np.float32)
    said = Utterance(pcm, (WordTime(0, 0.0), WordTime(4, 1 / 3)), ("Lines of Ogham are silent",), ((2, 5),))
    store = UtteranceCache(CacheOfKind(FolderCache(root, MANY), "narration", "1"))
    store.put("k", said)
    found = store.get("k")
    assert found is not None
    assert found.pcm.dtype == np.float32
    assert found.pcm.tobytes() == pcm.tobytes()
    assert (found.words, found.warnings, found.unread) == (said.words, said.warnings, said.unread)
    assert (held(root) < 11_000) is grid


def test_silence_is_an_utterance_too(root: Path) -> None:
    store = UtteranceCache(CacheOfKind(FolderCache(root, MANY), "narration", "1"))
    store.put("k", Utterance(np.zeros(0, np.float32), ()))
    found = store.get("k")
    assert found is not None
    assert found.pcm.size == 0


@pytest.mark.parametrize("piece", [b"", b"\xff\xff\xff\xff", b"\x02\0\0\0{}", b"\x02\0\0\0[]", b"\x01\0\0\0x"])
def test_a_whole_piece_that_is_no_utterance_is_a_miss(root: Path, piece: bytes) -> None:
    view = CacheOfKind(FolderCache(root, MANY), "narration", "1")
    view.put("k", piece)
    assert UtteranceCache(view).get("k") is None
