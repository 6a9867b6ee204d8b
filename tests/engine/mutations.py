"""The mistakes that the comparison must notice: each is one change in the source of one module of the engine."""

from typing import NamedTuple


class Mutation(NamedTuple):
    name: str
    module: str
    old: str
    new: str


SAME_ARGUMENTS = """        same = self.__dict__.setdefault("same", {})
        if id(member.field) in same:
            return same[id(member.field)]
        same[id(member.field)] = f"run.prepared[{len(self.preparations)}]"
        self.preparations.append((arguments, prepare))"""

PERMISSIONS = (
    Mutation("fields of owners for everybody", "compiler", "conditions.append(f\"({' or '.join(owners)})\")", "pass"),
    Mutation(
        "only the first owner", "compiler", "for each in visibility.owners]", "for each in visibility.owners[:1]]"
    ),
    Mutation(
        "fields of roles for everybody", "compiler", "                return NEVER", "                return None"
    ),
    Mutation(
        "unpublished for everybody",
        "compiler",
        "if visibility.published is not None and self.viewer.role is not Role.ADMIN:",
        "if False:",
    ),
    Mutation(
        "hidden rows at the far end",
        "scopes",
        'return [f"found = {{key: row for key, row in found.items() if {self.condition}}}"]',
        "return []",
    ),
    Mutation(
        "a board of a hidden test",
        "roots",
        "not parent.visibility.permits(run.context.viewer, found[key])",
        "False",
    ),
    Mutation(
        "programs for any role", "operations", "key = (role, *conditions.values())", "key = (*conditions.values(),)"
    ),
)

COLUMNS = (
    Mutation(
        "a column is not fetched",
        "scopes",
        "module.bind(tuple(sorted({*self.columns, *more})",
        "module.bind(tuple(sorted({*self.columns, *more})[1:]",
    ),
    Mutation(
        "the owner is not fetched",
        "compiler",
        "in member.field.visibility.needs if member.field.visibility else ():",
        "in ():",
    ),
    Mutation(
        "the condition is not fetched",
        "scopes",
        "return self.shape.wanted(module, *self.needs)",
        "return self.shape.wanted(module)",
    ),
)

BATCHES = (
    Mutation("rows of other keys", "scopes", 'return f"dict(zip(found, ', 'return f"dict(zip(reversed(found), '),
    Mutation(
        "lists shifted by one", "run", "lists[key] = written[start:end]", "lists[key] = written[start + 1 : end + 1]"
    ),
    Mutation(
        "items of another kind",
        "relations",
        "for name, one in loader.kinds.items():",
        "for name, one in zip(loader.kinds, reversed(loader.kinds.values())):",
    ),
    Mutation("nodes in another order", "nodes", "for entity, key in wanted]", "for entity, key in reversed(wanted)]"),
    Mutation("the catalog in another order", "catalog", "answers[place] = row", "answers[-1 - place] = row"),
    Mutation(
        "each listed once",
        "stretches",
        "for key in keys if key in found]",
        "for key in dict.fromkeys(keys) if key in found]",
    ),
    Mutation("sums in another order", "facts", "for each in found])", "for each in reversed(found)])"),
)

PAGES = (
    Mutation("a row too many", "pages", "rows = found[:size]", "rows = found[: size + 1]"),
    Mutation("a row too few", "pages", "rows = found[:size]", "rows = found[: max(size - 1, 0)]"),
    Mutation("more when there is none", "pages", "or ()) > len(rows)", "or ()) <= len(rows)"),
    Mutation("backward pages turned", "pages", "return rows[::-1] if is_backward else rows", "return rows"),
    Mutation("every page is the first one", "pages", "window.offset > 0,", "False,"),
    Mutation("the first parent's page for all", "pages", "        start = end\n", "        start = 0\n"),
    Mutation("the total of the page", "pages", "totals.get(key, 0)", "len(rows)"),
    Mutation("cursors of the whole list", "pages", "rows[0]), cursor_of(", "rows[-1]), cursor_of("),
    Mutation("one cursor for several lists", "pages", "if len(keys) > 1:", "if False:"),
)

ARGUMENTS = (
    Mutation(
        "variables of the request before",
        "engine",
        "values = operation.variables.coerced(given)",
        'values = self.declared.setdefault(f" {text}", operation.variables.coerced(given))',
    ),
    Mutation(
        "arguments of the first alias",
        "compiler",
        "        self.preparations.append((arguments, prepare))",
        SAME_ARGUMENTS,
    ),
    Mutation("no defaults of variables", "variables", "elif each.default:", "elif False:"),
    Mutation("null as if it were left out", "arguments", "if name in variables else None for name", "or None for name"),
    Mutation(
        "values of the first asking",
        "arguments",
        "Placeholder(name) for name in self",
        "variables[name] for name in self",
    ),
    Mutation("directives decided once", "operations", "key = (role, *conditions.values())", "key = (role,)"),
    Mutation("any variable is right", "variables", "and each.needs_none(value):", "and value is not Undefined:"),
)

WRITING = (
    Mutation("merged fields are the first", "reading", "kind, list(fields)", "kind, list(fields)[:1]"),
    Mutation("paths off by one", "flaws", "(*path, position)", "(*path, position + 1)"),
    Mutation("one location of an error", "flaws", "list(self.place.nodes)", "list(self.place.nodes)[:1]"),
    Mutation("amounts without zeros", "leaves", "str({value}) if", "str({value}.normalize()) if"),
    Mutation("null where a list is empty", "facts", "else NOTHING\n", "else None\n"),
)

MUTATIONS = (*PERMISSIONS, *COLUMNS, *BATCHES, *PAGES, *ARGUMENTS, *WRITING)
