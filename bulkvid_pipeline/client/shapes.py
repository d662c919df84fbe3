"""`Shape`: what the server sent, as attributes with types and as a mapping."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

from .errors import UnexpectedAnswerError

_MISSING: Any = object()


class Shape(Mapping[str, Any]):
    """Base of all results: frozen, readable both as `job.id` and as `job['id']`.

    Attributes have types: times are aware datetimes, parts are shapes, lists are tuples. As a mapping the result is
    what the server sent, with times as text, so that `json.dumps(dict(job))` works. Fields that a newer server adds can
    be read both ways. A field that the server left out has its default as an attribute, and is not in the mapping.
    """

    _sent: Mapping[str, Any]
    _fields: ClassVar[dict[str, _Field]] = {}

    def __init__(self, sent: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_sent", sent)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        declared = [name for name in inspect.get_annotations(cls) if not name.startswith("_")]
        cls._fields = {**cls._fields, **{name: _Field(name, cls.__dict__.get(name, _MISSING)) for name in declared}}
        for name in declared:
            setattr(cls, name, cls._fields[name])

    @classmethod
    def read(cls, data: object) -> Self:
        """The shape of what was sent.

        Raises:
            UnexpectedAnswerError: it is no JSON object.
        """
        if not isinstance(data, dict):
            raise UnexpectedAnswerError(f"No {cls.__name__} was sent but {str(data)[:80]!r}", fix="Check base_url")
        return cls(data)

    @classmethod
    def field_names(cls) -> frozenset[str]:
        """The names of the fields that this version of the client knows."""
        return frozenset(cls._fields)

    def __getitem__(self, name: str) -> Any:
        return self._sent[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sent)

    def __len__(self) -> int:
        return len(self._sent)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._sent.items())})"

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for name in self._sent if name.isidentifier())})

    def __reduce__(self) -> tuple[type[Self], tuple[Mapping[str, Any]]]:
        return type(self), (self._sent,)

    if not TYPE_CHECKING:  # A type checker is to find misspelt names.

        def __getattr__(self, name: str) -> Any:
            if name in self._fields:
                raise AttributeError(f"The server sent no '{name}' with this {type(self).__name__}")
            if name.startswith("_") or name not in self._sent:
                raise AttributeError(f"{type(self).__name__} has no field '{name}'")
            return self._sent[name]

        def __setattr__(self, name: str, _value: object) -> None:
            raise AttributeError(f"{type(self).__name__} cannot be changed: '{name}'")

        def __delattr__(self, name: str) -> None:
            raise AttributeError(f"{type(self).__name__} cannot be changed: '{name}'")


class _Field:
    """A declared field: reads and converts what was sent."""

    def __init__(self, name: str, default: Any) -> None:
        self._name = name
        self._default = default
        self._convert: Callable[[Any], Any] | None = None

    def __get__(self, shape: Shape | None, owner: type[Shape]) -> Any:
        if shape is None:
            return self
        value = shape._sent.get(self._name, _MISSING)
        if value is _MISSING:
            if self._default is _MISSING:
                raise AttributeError(self._name)  # `Shape.__getattr__` says it in words.
            return self._default
        if self._convert is None:
            self._convert = _converter(get_type_hints(owner)[self._name])
        try:
            return self._convert(value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{owner.__name__}.{self._name}: cannot read {value!r}") from error

    def __set__(self, shape: Shape, _value: object) -> None:
        raise AttributeError(f"{type(shape).__name__} cannot be changed: '{self._name}'")


def _converter(annotation: Any) -> Callable[[Any], Any]:
    """What turns a JSON value into a value of the annotated type; null stays None."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        choices = [argument for argument in arguments if argument is not type(None)]
        return _converter(choices[0]) if len(choices) == 1 else _as_sent
    if annotation is datetime:
        return _unless_null(_moment)
    if origin is tuple:
        of_one = _converter(arguments[0])
        return _unless_null(lambda values: tuple(of_one(value) for value in values))
    if origin is Mapping:
        of_value = _converter(arguments[1])
        return _unless_null(lambda values: {name: of_value(value) for name, value in values.items()})
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return _unless_null(annotation)
    return _as_sent


def _as_sent(value: Any) -> Any:
    return value


def _unless_null(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
