"""Answers written straight from rows, in the shape that their models describe.

A batch holds tens of thousands of numbers, and to have Pydantic look at each takes longer than all the rest. The
columns come from views under contract, so they are only given their keys, rounded and put in their place here. The
models remain the description of the answers; tests hold what is written against them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

import orjson
from fastapi import Response
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from api.models.blocks import SAME_ROW, Columns
from api.models.numbers import SHIFT, Rounded

Model = TypeVar("Model", bound=BaseModel)
Write = Callable[[Any], Any]


def written(model: type[Model], content: Any) -> Model:
    """The answer of a route whose return annotation is the model.

    Args:
        model: what the answer is like.
        content: rows and dictionaries by the names that the model's fields are filled from.

    Returns:
        A response, which FastAPI sends as it is. That it goes by the model's name is what OpenAPI is made of.

    Raises:
        KeyError: the content lacks what a field without a default is filled from.
    """
    body = orjson.dumps(writer(model)(content), option=orjson.OPT_UTC_Z)
    return cast(Model, Response(body, media_type="application/json"))


@cache
def writer(model: type[BaseModel], pattern: str = "*") -> Write:
    """A function from a row, or a dictionary, to the object that a model describes.

    Args:
        model: what the object is like.
        pattern: the names of the columns, in which `*` is the name of a field.
    """
    leaves: dict[str, tuple[str, Write | None]] = {}
    parts: dict[str, Write] = {}
    optional: dict[str, tuple[str, Write]] = {}
    constants: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        column = pattern.replace("*", name) if pattern != "*" else str(field.validation_alias or name)
        origin = next((each for each in field.metadata if isinstance(each, Columns)), None)
        if origin is not None:
            part = cast(type[BaseModel], field.annotation)
            parts[name] = writer(part) if origin is SAME_ROW else writer(part, origin.pattern)
        elif field.is_required():
            leaves[name] = (column, _converter(field))
        elif get_origin(field.annotation) is Literal:
            constants[name] = field.default
        else:
            optional[name] = (column, _converter(field) or _as_it_is)
    write_leaves = _Leaves(leaves)
    if not (parts or optional or constants):
        return write_leaves

    def write(row: Any) -> dict[str, Any]:
        made = {**constants, **write_leaves(row)}
        for name, part in parts.items():
            made[name] = part(row)
        for name, (column, convert) in optional.items():
            if column in row:
                made[name] = convert(row[column])
        return made

    return write


class _Leaves:
    """Writes the fields of an object that are single values.

    As compiled expressions, as `dataclasses` makes methods: a loop over the fields takes more than twice as long. A
    number that is not finite becomes null when orjson writes it.

    Args:
        leaves: field → column, and what becomes of its value.
    """

    def __init__(self, leaves: dict[str, tuple[str, Write | None]]) -> None:
        known: dict[str, Any] = {"__builtins__": {}}
        terms: list[str] = []
        for name, (column, convert) in leaves.items():
            value = f"row[{column!r}]"
            if isinstance(convert, Rounded):
                rounded = f"(value * {convert.scale} + {SHIFT} - {SHIFT}) / {convert.scale}"
                value = f"None if (value := {value}) is None else {rounded}"
            elif convert is not None:
                known[f"convert_{len(terms)}"] = convert
                value = f"convert_{len(terms)}({value})"
            terms.append(f"{name!r}: {value}")
        made = f"{{{', '.join(terms)}}}"
        self.of_row: Write = eval(f"lambda row: {made}", known)  # noqa: S307 - made of names of fields
        self.of_rows: Write = eval(f"lambda rows: {{key: {made} for key, row in rows.items()}}", known)  # noqa: S307

    def __call__(self, row: Any) -> Any:
        """The fields of a row."""
        return self.of_row(row)


def _converter(field: FieldInfo) -> Write | None:
    """What becomes of a value; none if it stays as it is."""
    for each in field.metadata:
        if isinstance(each, BeforeValidator):
            return cast(Write, each.func)
    return _of_type(field.annotation)


def _of_type(annotation: Any) -> Write | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return writer(annotation)
    origin, arguments = get_origin(annotation), [each for each in get_args(annotation) if each is not NoneType]
    wrapped = {UnionType: _where_known, Union: _where_known, dict: _by_key, list: _one_by_one}.get(origin)
    inner = _of_type(arguments[-1]) if wrapped else None
    return wrapped(inner) if wrapped and inner else None


def _where_known(inner: Write) -> Write:
    return lambda value: None if value is None else inner(value)


def _by_key(inner: Write) -> Write:
    if isinstance(inner, _Leaves):
        return inner.of_rows
    return lambda values: {key: inner(value) for key, value in values.items()}


def _one_by_one(inner: Write) -> Write:
    return lambda values: [inner(value) for value in values]


def _as_it_is(value: Any) -> Any:
    return value
