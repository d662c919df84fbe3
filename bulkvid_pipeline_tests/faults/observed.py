"""`bulkvid` with a witness: the same command, which also writes down what became of each row, and meets one fault.

    python -m bulkvid_pipeline_tests.faults.observed run ideas.csv ...

The journal tells what Dagster's event log cannot: rows that were rendered and then lost with their process. A fault
strikes at an edge, between two steps of the real code, as no signal from outside could be timed to. Both are put
around functions of this process alone; render workers and voices are as they always are.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

JOURNAL_VARIABLE = "FAULTS_JOURNAL"
STRIKE_VARIABLE = "FAULTS_STRIKE"


class Deed(StrEnum):
    """What a fault does."""

    KILL = "kill"
    """The process kills itself with -9."""
    HOLD = "hold"
    """The thread waits until the test lets it go on; see `Strike.gate`."""
    JUMP = "jump"
    """The clock of the process moves by `Strike.seconds`."""


@dataclass(frozen=True)
class Edge:
    """A place in the code: before or after a call whose arguments hold `text`."""

    function: str
    """`module:qualified name`, where it is looked up when it is called."""
    after: bool = False
    text: str = ""


EDGES = {
    "reading the sheet": Edge("bulkvid_pipeline.defs.assets:load_sheet"),
    "judging the sheet": Edge("bulkvid_pipeline.defs.assets:validate_for_spec"),
    "looking for what is published": Edge(
        "bulkvid_pipeline.services.outputs.output_store:OutputStore.published_documents"
    ),
    "before render": Edge("bulkvid_pipeline.rendering.process:RenderProcess.render"),
    "during render": Edge("bulkvid_pipeline.services.batch.progress:JobProgress.advance"),
    "render ended": Edge("bulkvid_pipeline.rendering.process:RenderProcess.render", after=True),
    "after render": Edge("bulkvid_pipeline.services.outputs.output_store:OutputStore.publish"),
    "during upload": Edge("bulkvid_pipeline.adapters.storage.folder:FolderBackend.move"),
    "before the document": Edge("bulkvid_pipeline.adapters.storage.store:Storage.publish", text="/video.json"),
    "after upload": Edge("bulkvid_pipeline.services.outputs.output_store:OutputStore.publish", after=True),
    "before materialisation": Edge("bulkvid_pipeline.defs.events:materialisation"),
    "before the report": Edge("bulkvid_pipeline.services.batch.batch_run:write_report"),
    "during the report": Edge(
        "bulkvid_pipeline.services.outputs.output_store:OutputStore.write_text", text="manifest.json"
    ),
    "before the state": Edge("bulkvid_pipeline.services.batch.batch_run:write_report", after=True),
    "after the state": Edge(
        "bulkvid_pipeline.services.batch.run_control:RunControl.tell", after=True, text="bulkvid/report"
    ),
}


@dataclass(frozen=True)
class Strike:
    """A fault at the `nth` time that the process comes to the edge. `gate` is where a held thread can be found."""

    edge: str
    deed: Deed = Deed.KILL
    nth: int = 1
    seconds: float = 0.0
    gate: str = ""

    @property
    def reached(self) -> Path:
        """Exists once the edge was reached."""
        return Path(self.gate) / "reached"

    @property
    def go(self) -> Path:
        """To be made by the test so that a held thread goes on."""
        return Path(self.gate) / "go"

    def as_variable(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Entry:
    """One line of a journal: a row's render began, its render ended well, or all its files were published."""

    what: str
    row: str
    pid: int


def read_journal(path: Path) -> list[Entry]:
    """All entries of all processes, in the order in which they were written."""
    return [Entry(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


Hook = Callable[[tuple[Any, ...]], None]


def surround(function: str, *, before: Hook | None = None, after: Hook | None = None) -> None:
    """Call hooks with the positional arguments of a function before it starts, and after it has ended well."""
    module_name, _, qualified = function.partition(":")
    *owners, name = qualified.split(".")
    owner: Any = importlib.import_module(module_name)
    for part in owners:
        owner = getattr(owner, part)
    real = getattr(owner, name)

    @functools.wraps(real)
    def surrounded(*arguments: Any, **named: Any) -> Any:
        if before is not None:
            before(arguments)
        result = real(*arguments, **named)
        if after is not None:
            after(arguments)
        return result

    setattr(owner, name, surrounded)


def keep_journal(path: Path) -> None:
    """Write down renders and publications; a line is one write, so that processes never mix theirs."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(what: str, row: str) -> None:
        os.write(file, (json.dumps(asdict(Entry(what, row, os.getpid()))) + "\n").encode())

    surround(
        "bulkvid_pipeline.rendering.process:RenderProcess.render",
        before=lambda arguments: note("render", arguments[1].plan.row_key),
        after=lambda arguments: note("rendered", arguments[1].plan.row_key),
    )
    surround(
        "bulkvid_pipeline.services.outputs.output_store:OutputStore.publish",
        after=lambda arguments: note("published", arguments[1].row_key),
    )


def arm(strike: Strike) -> None:
    """Let the fault strike when its time comes."""
    edge = EDGES[strike.edge]
    lock, times = threading.Lock(), 0

    def pass_by(arguments: tuple[Any, ...]) -> None:
        nonlocal times
        if edge.text and edge.text not in repr(arguments):
            return
        with lock:
            times += 1
            if times != strike.nth:
                return
            if strike.deed is Deed.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            elif strike.deed is Deed.JUMP:
                _jump(strike.seconds)
        if strike.deed is Deed.HOLD:
            strike.reached.touch()
            while not strike.go.exists():
                time.sleep(0.02)

    surround(edge.function, **{"after" if edge.after else "before": pass_by})


def _jump(seconds: float) -> None:
    real = time.time
    time.time = lambda: real() + seconds


def main() -> None:
    """Entry: what the environment orders, then `bulkvid`."""
    keep_journal(Path(os.environ[JOURNAL_VARIABLE]))
    ordered = os.environ.get(STRIKE_VARIABLE)
    if ordered:
        fields = json.loads(ordered)
        arm(Strike(**{**fields, "deed": Deed(fields["deed"])}))

    from bulkvid_pipeline.cli import main as bulkvid

    bulkvid()


if __name__ == "__main__":
    main()
