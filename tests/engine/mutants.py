"""Engines with one mistake each, and how soon the comparison of both executors notices it."""

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from schema.build import Schema
from tests.engine.mutations import Mutation

PACKAGE = "gateway.engine"


class DoesNotApply(Exception):
    """The text that a mutation changes is not in the module once."""


class MutatedLoader(SourceFileLoader):
    """Loads a module with one change in its source."""

    def __init__(self, fullname: str, path: str, mutation: Mutation) -> None:
        super().__init__(fullname, path)
        self.mutation = mutation

    def get_code(self, fullname: str) -> CodeType:
        source = Path(self.path).read_text()
        if source.count(self.mutation.old) != 1:
            raise DoesNotApply(f"{self.mutation.name}: {source.count(self.mutation.old)} times in {self.path}")
        return compile(source.replace(self.mutation.old, self.mutation.new), self.path, "exec")


class Mutating(MetaPathFinder):
    def __init__(self, mutation: Mutation, path: str) -> None:
        self.mutation, self.path = mutation, path

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != f"{PACKAGE}.{self.mutation.module}":
            return None
        return spec_from_loader(fullname, MutatedLoader(fullname, self.path, self.mutation))


@contextmanager
def forgotten() -> Iterator[None]:
    """Has the engine imported anew within, and as it was afterwards."""
    parent: Any = sys.modules["gateway"]
    known, attribute = {name: each for name, each in sys.modules.items() if is_engine(name)}, parent.engine
    for name in known:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in [name for name in sys.modules if is_engine(name)]:
            del sys.modules[name]
        sys.modules.update(known)
        parent.engine = attribute


def is_engine(name: str) -> bool:
    return name == PACKAGE or name.startswith(f"{PACKAGE}.")


def mutated(mutation: Mutation, schema: Schema) -> Any:
    """An engine with the mistake, made of modules of its own.  Raises DoesNotApply."""
    spec = find_spec(f"{PACKAGE}.{mutation.module}")
    if spec is None or spec.origin is None:
        raise DoesNotApply(f"{mutation.name}: there is no module {mutation.module}")
    finder = Mutating(mutation, spec.origin)
    with forgotten():
        sys.meta_path.insert(0, finder)
        try:
            return importlib.import_module(f"{PACKAGE}.engine").Engine(schema)
        finally:
            sys.meta_path.remove(finder)
