"""`make messages`: brings the catalogues of the other languages in line with the texts, and compiles them.

It needs none of the gettext programs: texts are found in Python by its own syntax tree, in templates by Django's own
reading of them; Babel keeps and compiles the catalogues.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "ekachit"
LOCALE = PACKAGE / "locale"

# The functions that mark a text, with how many of their first arguments are texts.
MARKS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), 1),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), 2),
}
_STRING = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_IN_TEMPLATE = re.compile(rf"\b(n?gettext|_)\(\s*({_STRING})(?:\s*,\s*({_STRING}))?")

MessageId = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """A text that people read: one, or a pair of singular and plural, and the file it is in."""

    message: MessageId
    place: str


def main() -> None:
    """Bring each catalogue in line, compile it, and say what is not translated."""
    texts = list(texts_of(PACKAGE))
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        catalog = renewed(path, texts)
        path.write_bytes(written(catalog))
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        missing = untranslated(catalog)
        sys.stdout.write(f"{path.relative_to(ROOT)}: {len(catalog)} texts, {len(missing)} not translated\n")
        sys.stdout.writelines(f"  {text}\n" for text in missing)


def texts_of(package: Path) -> Iterator[Found]:
    """Return every text of a package that is marked as one that people read, in the order of its files."""
    for path in sorted(package.rglob("*")):
        place = path.relative_to(package.parent).as_posix()
        if path.suffix == ".py" and "migrations" not in path.parts:
            found = in_python(path.read_text(encoding="utf-8"))
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            found = in_template(path.read_text(encoding="utf-8"))
        else:
            continue
        for message in found:
            yield Found(message, place)


def in_python(source: str) -> list[MessageId]:
    """Return the marked texts of a Python file.

    Raises:
        ValueError: a mark has something else than a plain text, which no catalogue can hold.
    """
    found: list[MessageId] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        number = MARKS.get(node.func.id)
        if number is None:
            continue
        if isinstance(node.args[0], ast.Name | ast.Subscript | ast.Attribute):
            continue  # a text that was marked where it stands
        texts = [each.value if isinstance(each, ast.Constant) else None for each in node.args[:number]]
        if len(texts) != number or not all(isinstance(each, str) for each in texts):
            raise ValueError(f"line {node.lineno}: {ast.unparse(node)} marks no plain text")
        strings = [str(each) for each in texts]
        found.append(strings[0] if number == 1 else (strings[0], strings[1]))
    return found


def in_template(source: str) -> list[MessageId]:
    """Return the marked texts of a template."""
    found: list[MessageId] = []
    for function, first, second in _IN_TEMPLATE.findall(templatize(source)):
        one = str(ast.literal_eval(first))
        found.append((one, str(ast.literal_eval(second))) if function == "ngettext" else one)
    return found


def read(path: Path) -> Catalog:
    """Return a catalogue as it is stored."""
    with path.open("rb") as file:
        catalog: Catalog = pofile.read_po(file, locale=path.parts[-3], domain="django")
    return catalog


def renewed(path: Path, texts: list[Found]) -> Catalog:
    """Return a catalogue with exactly these texts: known ones keep their translation, nothing is guessed."""
    old = read(path)
    new = Catalog(
        locale=old.locale,
        domain="django",
        project="Ekachit",
        version="1",
        fuzzy=False,
        header_comment=old.header_comment,
        revision_date=old.revision_date,
        creation_date=old.creation_date,
        charset="utf-8",
    )
    places: dict[MessageId, set[str]] = {}
    for each in texts:
        places.setdefault(each.message, set()).add(each.place)
    for message, where in places.items():
        known = old.get(message if isinstance(message, str) else message[0])
        same = known is not None and known.id == message
        plain = ("", "") if isinstance(message, tuple) else ""
        flags = ["python-format"] if "%(" in str(message) else []
        new.add(
            message,
            known.string if known is not None and same else plain,
            locations=[(place, None) for place in sorted(where)],  # type: ignore[misc] # without a line, as Babel writes it
            flags=flags,
        )
    return new


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts without a translation, or with one of a form only."""
    return [
        str(message.id)
        for message in catalog
        if message.id
        and not all(message.string if isinstance(message.string, tuple | list) else [message.string])
    ]


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as its file holds it: sorted, so that two people's changes meet rarely."""
    buffer = BytesIO()
    pofile.write_po(buffer, catalog, width=110, sort_output=True, omit_header=False, include_lineno=False)
    return buffer.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as programs read it."""
    buffer = BytesIO()
    mofile.write_mo(buffer, catalog)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
