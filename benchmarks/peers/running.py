"""Running the peers, each as a process of its own, on the material that `scenery.py` writes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg

_HERE = Path(__file__).parent
_INSTALLED = _HERE / ".installed"


def ffmpeg_graph(scenery: Path, output: Path) -> None:
    """The best plain ffmpeg graph."""
    _run([sys.executable, _HERE / "ffmpeg_graph.py", scenery, output, imageio_ffmpeg.get_ffmpeg_exe()])


def raw_frames(scenery: Path, output: Path, kind: str = "superfast") -> float:
    """x264 fed with ready frames; CPU seconds of encoding alone."""
    return float(_run([sys.executable, _HERE / "raw_frames.py", scenery, output, kind]).split()[-1])


def moviepy(scenery: Path, output: Path) -> None:
    """MoviePy in its own environment."""
    _run([_INSTALLED / "moviepy/bin/python", _HERE / "moviepy_row.py", scenery, output])


def editly(scenery: Path, output: Path) -> None:
    """editly under a virtual X server."""
    script = _copied(_HERE / "editly_row.mjs", _INSTALLED / "editly")
    _run(["xvfb-run", "-a", "node", script, scenery, output])


def remotion(scenery: Path, output: Path) -> None:
    """Remotion with the system's chromium."""
    _copied(_HERE / "remotion" / "index.jsx", _INSTALLED / "remotion")
    script = _copied(_HERE / "remotion" / "render.mjs", _INSTALLED / "remotion")
    _run(["node", script, scenery, output, shutil.which("chromium") or "chromium"])


def missing(name: str) -> str | None:
    """The reason why a peer cannot run; None if it can."""
    wanted = {
        "moviepy": ("moviepy/bin/python",),
        "editly": ("editly/node_modules/editly/package.json", "editly/node_modules/gl/build/Release/webgl.node"),
        "remotion": ("remotion/node_modules/@remotion/renderer/package.json",),
    }[name]
    tools = {"editly": ("node", "xvfb-run", "ffmpeg"), "remotion": ("node", "chromium"), "moviepy": ()}[name]
    lacking = [file for file in wanted if not (_INSTALLED / file).exists()]
    lacking += [tool for tool in tools if shutil.which(tool) is None]
    return f"not installed ({', '.join(lacking)}): benchmarks/peers/install" if lacking else None


def version(name: str) -> str:
    """The installed version of a peer."""
    if name == "moviepy":
        ask = "import importlib.metadata as m; print(m.version('moviepy'))"
        return _run([_INSTALLED / "moviepy/bin/python", "-c", ask]).strip()
    package = {"editly": "editly/node_modules/editly", "remotion": "remotion/node_modules/remotion"}[name]
    return str(json.loads((_INSTALLED / package / "package.json").read_text())["version"])


def _copied(script: Path, folder: Path) -> Path:
    """Copy a script beside its packages, because Node looks for packages there."""
    return Path(shutil.copy(script, folder))


def _run(command: list[str | Path]) -> str:
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{Path(command[1]).name} failed: {done.stderr[-2000:]}")
    return done.stdout
