"""The reference pages: made from the commands, the steps, the schemas and the docstrings themselves, so that nothing can be stale.

`pages` maps a page's place below docs/ to the function that writes it. What is made from docstrings is a line for mkdocstrings.
"""

from __future__ import annotations

import ast
import inspect
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import orjson

from scraper import errors as tree
from scraper.cli.main import cli
from scraper.quoting.steps import registered
from scraper.sites import load_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).parents[2]
_MODULES: Final = ("scraper.extract", "scraper.verify", "scraper.records.article")
"""Public modules that are no packages."""
_STEPS: Final = """A pointer names the steps that made its value, with their arguments; `scraper verify` applies them again.
A plugin's own carry its name: see [Add a step](../howto-step.md)."""


def public() -> dict[str, dict[str, str]]:
    """Return each public package with the names that it offers (`__all__`) and where these are defined; nothing is imported."""
    files = sorted((ROOT / "scraper").rglob("__init__.py"))
    found = {".".join(path.parent.relative_to(ROOT).parts): _offered(path) for path in files}
    return {package: names for package, names in found.items() if names}


def _offered(path: Path) -> dict[str, str]:
    """Return the names that a package offers, each with its full name where it is defined."""
    tree = ast.parse(path.read_bytes())
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    origins = {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in imports for alias in node.names}
    lists = [node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"]
    package = ".".join(path.parent.relative_to(ROOT).parts)
    return {name: origins.get(name, f"{package}.{name}") for each in lists for name in ast.literal_eval(each)}


def _package(name: str) -> str:
    """Return the page of a package: what it says of itself, and each name that it offers."""
    lines = [f"# {name}", "", f"::: {name}", "    options:", "      members: false"]
    for origin in public()[name].values():
        lines += ["", f"::: {origin}", "    options:", "      show_root_heading: true", "      show_root_toc_entry: true"]
    return "\n".join(lines) + "\n"


def _module(name: str) -> str:
    """Return the page of a module, with all that is public in it."""
    return f"# {name}\n\n::: {name}\n"


def verbs(command: click.Command, context: click.Context) -> Iterator[click.Context]:
    """Yield a command and all below it, each as it is called."""
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from verbs(below, click.Context(below, info_name=name, parent=context))


def commands() -> str:
    """Return what each command's `--help` says."""
    root = click.Context(cli, info_name="scraper", max_content_width=110, terminal_width=110)
    lines = ["# Commands", "", "What `--help` says. Scrapy's own command crawls: see [Crawling](../crawling.md)."]
    for context in verbs(cli, root):
        depth = "#" * min(context.command_path.count(" ") + 2, 4)
        lines += ["", f"{depth} {context.command_path}", "", "```text", context.command.get_help(context), "```"]
    return "\n".join(lines) + "\n"


def steps() -> str:
    """Return every registered step: those of the house, and those that the bundled plugins bring."""
    load_registry()
    lines = ["# Steps", "", _STEPS, ""]
    for name, function in registered().items():
        shown = inspect.signature(function)
        args = ", ".join(str(each.replace(annotation=each.empty)) for each in list(shown.parameters.values())[1:])
        lines += [f"## {name} {{ #{name} }}", "", f"`{name}({args})`", "", inspect.getdoc(function) or "", ""]
    return "\n".join(lines)


def schemas() -> str:
    """Return every property of every schema, part by part."""
    lines = ["# Schemas", "", "JSON Schema, draft 2020-12. `scraper schema NAME` prints one made from a record type's class."]
    for path in schema_files():
        schema = orjson.loads(path.read_bytes())
        name = f"{path.parent.name}/{path.stem}"
        lines += ["", f"## {name}", "", schema.get("description", ""), *_table(schema)]
        for part, below in schema.get("$defs", {}).items():
            lines += ["", f"### {name}: {part}", "", below.get("description", ""), *_table(below)]
    return "\n".join(lines) + "\n"


def schema_files() -> list[Path]:
    """Return the schemas of the house, then those of the bundled plugins."""
    return [*sorted((ROOT / "schemas").glob("*/*.json")), *sorted((ROOT / "plugins").glob("*/schemas/*/*.json"))]


def _table(schema: dict[str, Any]) -> list[str]:
    rows = [f"| `{place}` | {kind} | {_cell(text)} |" for place, kind, text in properties(schema)]
    return ["", "| property | type | |", "|---|---|---|", *rows] if rows else []


def properties(schema: dict[str, Any], place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield place, type and description of each property, and of those inside it; `*` stands for any name or number."""
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        kind = _kind(each) + (", required" if name in required else "")
        yield f"{place}/{name}", kind, each.get("description", "")
        yield from properties(each, f"{place}/{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from properties(schema[key], f"{place}/*")


def _kind(schema: dict[str, Any]) -> str:
    """Return a property's type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema or "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    kind = schema.get("type") or " or ".join(dict.fromkeys(_kind(each) for each in schema.get("oneOf", schema.get("anyOf", ()))))
    return " or ".join(kind) if isinstance(kind, list) else str(kind or "anything")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def errors() -> str:
    """Return the tree of exceptions, as the module draws it, and each of them."""
    return f"# Errors\n\n{inspect.getdoc(tree)}\n\n::: scraper.errors\n    options:\n      show_root_docstring: false\n"


def hooks() -> str:
    """Return the hooks that a plugin may implement."""
    return "# Hooks\n\n::: scraper.sites.hookspecs\n"


def pages() -> dict[str, Callable[[], str]]:
    """Return each page's place below docs/, and what writes it."""
    written = {name: partial(_package, name) for name in public()} | {name: partial(_module, name) for name in _MODULES}
    return _PAGES | {f"reference/{name.removeprefix('scraper.')}.md": write for name, write in written.items()}


_PAGES: Final[dict[str, Callable[[], str]]] = {
    "reference/commands.md": commands,
    "reference/hooks.md": hooks,
    "reference/steps.md": steps,
    "reference/schemas.md": schemas,
    "reference/errors.md": errors,
}
