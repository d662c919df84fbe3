"""Classes of somebody else's program by a name that other processes find them by.

    package.module:Class              a module that any process can import
    package.module:Class@/folder      a module that was found in a folder of the program
    /folder/script.py:Class           a script that was run as such

A script is loaded as `multiprocessing` does it for its children: under another name than `__main__`, so that what it
guards by `if __name__ == "__main__":` is not run again.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType

from bulkvid_pipeline.core.errors import BulkVideoError

_MAIN, _SPAWNED_MAIN = "__main__", "__mp_main__"
_LOADED_SCRIPT = "__bulkvid_script_"
_lock = threading.RLock()
_loading: ContextVar[str] = ContextVar("loading", default="")


class ClassNotLoadedError(BulkVideoError):
    """There is no class of that name here; `why` says why not."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


def address_of(kind: type) -> str:
    """The name by which `load_class` finds the class, perhaps in another process.

    Every class has one; of those that no other process can load (defined in a function, or in a notebook),
    `load_class` says so.
    """
    module = sys.modules.get(kind.__module__)
    script = _script_of(module, kind.__module__)
    if script is not None:
        return f"{script}:{kind.__qualname__}"
    name = _module_name(module, kind.__module__)
    folder = _folder_of(module, name)
    return f"{name}:{kind.__qualname__}" + (f"@{folder}" if folder else "")


def name_of(kind: type) -> str:
    """What the class is called, the same wherever its file lies and however its program is started."""
    module = sys.modules.get(kind.__module__)
    script = _script_of(module, kind.__module__)
    return f"{script.stem if script else _module_name(module, kind.__module__)}:{kind.__qualname__}"


def being_loaded() -> str:
    """The script or module that is being imported for one of its classes; empty where none is.

    Whoever starts work should refuse to then: it is the work of a program that was meant to be guarded by
    `if __name__ == "__main__":`.
    """
    return _loading.get()


def load_class(name: str) -> type:
    """The class of that name; what its module does when it is imported is done, once in a process.

    Raises:
        ClassNotLoadedError: it cannot be loaded here.
    """
    place, _, rest = name.rpartition(":") if name.startswith("/") else name.partition(":")
    qualname, _, folder = rest.partition("@") if not name.startswith("/") else (rest, "", "")
    if not place or not qualname:
        raise ClassNotLoadedError(name, "it is no name such as package.module:Class or /folder/script.py:Class")
    if "<" in qualname:
        raise ClassNotLoadedError(name, "it is defined inside a function, where no other process finds it")
    if place == _MAIN:
        raise ClassNotLoadedError(name, "it was defined in a notebook or an interactive session, which left no file")
    with _lock, _while_loading(place):
        module = _script(name, Path(place)) if place.startswith("/") else _module(name, place, folder)
    found: object = module
    for part in qualname.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, type):
        raise ClassNotLoadedError(name, f"{place} has no class {qualname} any more")
    return found


@contextmanager
def _while_loading(place: str) -> Iterator[None]:
    token = _loading.set(place)
    try:
        yield
    finally:
        _loading.reset(token)


def _script(name: str, path: Path) -> ModuleType:
    main = sys.modules.get(_MAIN)
    if main is not None and _script_of(main, _MAIN) == path:
        return main
    alias = f"{_LOADED_SCRIPT}{hashlib.sha256(str(path).encode()).hexdigest()[:16]}"
    if alias in sys.modules:
        return sys.modules[alias]
    if not path.is_file():
        raise ClassNotLoadedError(name, f"there is no file {path} on this machine")
    spec = importlib.util.spec_from_file_location(alias, path)
    if spec is None or spec.loader is None:
        raise ClassNotLoadedError(name, f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    _search(str(path.parent))
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[alias]
        raise _failed(name, str(path), error) from error
    return module


def _module(name: str, module: str, folder: str) -> ModuleType:
    if folder:
        _search(folder)
    try:
        found = importlib.import_module(module)
    except BaseException as error:
        where = f"{module} (looked for in {folder} too)" if folder else module
        raise _failed(name, where, error) from error
    found_in = _folder_of(found, module)
    if folder and found_in != str(Path(folder).resolve()):
        where = getattr(found, "__file__", None) or "the interpreter"
        raise ClassNotLoadedError(name, f"the {module} of this process is another one, of {where}")
    return found


def _failed(name: str, where: str, error: BaseException) -> ClassNotLoadedError:
    if isinstance(error, KeyboardInterrupt):
        raise error
    return ClassNotLoadedError(name, f"importing {where} failed: {type(error).__name__}: {error}".removesuffix(": "))


def _search(folder: str) -> None:
    """Let modules of the program be found as the program itself finds them: first in its own folder."""
    if folder not in sys.path:
        sys.path.insert(0, folder)
    importlib.invalidate_caches()


def _script_of(module: ModuleType | None, name: str) -> Path | None:
    """The script that a module is, if it is one: run as such, or loaded here."""
    if name not in {_MAIN, _SPAWNED_MAIN} and not name.startswith(_LOADED_SCRIPT):
        return None
    file = getattr(module, "__file__", None)
    if file is None or (name == _MAIN and getattr(module, "__spec__", None) is not None):
        return None
    path = Path(file).resolve()
    return path if path.is_file() else None


def _module_name(module: ModuleType | None, name: str) -> str:
    """The name to import a module by: that of one run with `python -m` is told by its spec."""
    spec = getattr(module, "__spec__", None)
    return spec.name if name == _MAIN and spec is not None else name


def _folder_of(module: ModuleType | None, name: str) -> str:
    """The folder that has to be searched for a module; empty for one that every process finds."""
    file = getattr(module, "__file__", None)
    if file is None or name == _MAIN:
        return ""
    path = Path(file).resolve()
    package_depth = len(name.split(".")) - (0 if path.name == "__init__.py" else 1)
    folder = path.parents[package_depth]
    installed = {Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib", "stdlib", "platstdlib")}
    return "" if folder in installed else str(folder)
