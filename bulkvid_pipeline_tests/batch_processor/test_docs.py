"""What `docs/batch-processor.md` shows runs as it stands, from top to bottom."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.batch_processor.conftest import Surroundings

pytestmark = pytest.mark.heavy

PAGE = Path(__file__).parents[2] / "docs" / "batch-processor.md"


def test_the_blocks_of_the_page_run_in_their_order(script: Surroundings, capsys: pytest.CaptureFixture[str]) -> None:
    (script.folder / "ideas.csv").write_text("idea_title,script_content\nTap,Turn off the tap.\n")
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, object] = {"__name__": "page"}

    async def run() -> None:
        for block in blocks:
            code = compile(block, PAGE.name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            answer = eval(code, names)
            if inspect.isawaitable(answer):
                await answer

    asyncio.run(run())

    printed = capsys.readouterr().out
    assert len(blocks) == 5
    assert re.search(r"2 Tap completed file://.*\.mp4", printed)
    assert "openai makes a video of 17 characters with the voice female" in printed
    assert (script.folder / "batch_processing.db").is_symlink()
