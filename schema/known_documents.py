"""Documents that were parsed and found sound before, so that whoever sends one again does not wait for either.

What the engine compiles it keeps by itself; this is for mutations, and for whatever else graphql-core executes.
"""

from collections import OrderedDict
from collections.abc import Iterator

from graphql import DocumentNode
from strawberry.extensions import SchemaExtension

MOST_DOCUMENTS = 256


class KnownDocuments:
    """The sound documents of one schema by their text, as many as were sent last."""

    def __init__(self, most: int = MOST_DOCUMENTS) -> None:
        self._most = most
        self._sound: OrderedDict[str, DocumentNode] = OrderedDict()

    def get(self, text: str) -> DocumentNode | None:
        document = self._sound.get(text)
        if document is not None:
            self._sound.move_to_end(text)
        return document

    def add(self, text: str, document: DocumentNode) -> None:
        self._sound[text] = document
        if len(self._sound) > self._most:
            self._sound.popitem(last=False)


class Recognition(SchemaExtension):
    """Spares known documents the parser and the validator.  What an operation asks for with its variables is judged
    each time, by others.
    """

    def __init__(self, known: KnownDocuments) -> None:
        super().__init__()
        self._known = known
        self._is_known = False

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        document = self._known.get(context.query or "")
        if document is not None:
            context.graphql_document = document
            self._is_known = True
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if self._is_known:
            context.pre_execution_errors = []
        yield
        if not self._is_known and not context.pre_execution_errors and context.query and context.graphql_document:
            self._known.add(context.query, context.graphql_document)
