"""Every text can be translated, and the Spanish of each is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from tests.structure.source import PACKAGE, name_of, python_files, tree_of
from tests.web.making import make_issue, make_pass, make_record, make_task
from tools import messages

CATALOGUES = sorted(messages.LOCALE.glob("*/LC_MESSAGES/django.po"))
TEMPLATES = sorted(
    path for app in ("web", "ops") for path in (PACKAGE / app).rglob("templates/**/*") if path.is_file()
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
# Names of things, which are the same in every language, and what only a machine reads.
SAME_EVERYWHERE = re.compile(
    r"\b(Ekachit|Jira|Atlassian|CSV|Ekachit Integration|space|Enter|Alt|Esc|Ctrl|PAY-482)\b"
)
READ_OUT = re.compile(r'\b(?:aria-label|title|placeholder|alt|data-busy)="([^"]*)"')
SENTENCE = re.compile(r"^[A-Z“][a-z’]+ [a-z]")


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.parts[-3])
def catalogue(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_there_is_one_more_language() -> None:
    assert [path.parts[-3] for path in CATALOGUES] == ["es"]


def test_the_catalogue_has_every_text_and_no_other(catalogue: Path) -> None:
    """`make messages` brings it in line."""
    texts = {each.message for each in messages.texts_of(PACKAGE)}
    # Of two texts with the same singular the one with a plural stands for both.
    texts -= {each[0] for each in texts if isinstance(each, tuple)}
    known = {
        each.id if isinstance(each.id, str) else tuple(each.id)
        for each in messages.read(catalogue)
        if each.id
    }
    assert {"missing": texts - known, "left over": known - texts} == {"missing": set(), "left over": set()}


def test_nothing_is_left_in_english(catalogue: Path) -> None:
    assert messages.untranslated(messages.read(catalogue)) == []


def test_a_translation_keeps_the_names_that_are_filled_in(catalogue: Path) -> None:
    wrong = []
    for each in messages.read(catalogue):
        ids = each.id if isinstance(each.id, tuple | list) else [each.id]
        strings = each.string if isinstance(each.string, tuple | list) else [each.string]
        wanted = sorted(set(PLACEHOLDER.findall(ids[-1])))
        texts = [text for text in strings if text and each.id]
        wrong += [text for text in texts if sorted(set(PLACEHOLDER.findall(text))) != wanted]
    assert wrong == []


def test_what_programs_read_is_what_people_wrote(catalogue: Path) -> None:
    """`make messages` compiles it."""
    assert messages.compiled(messages.read(catalogue)) == catalogue.with_suffix(".mo").read_bytes()


def test_bringing_it_in_line_again_changes_nothing(catalogue: Path) -> None:
    again = messages.renewed(catalogue, list(messages.texts_of(PACKAGE)))
    assert messages.written(again) == catalogue.read_bytes()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_has_no_text_that_cannot_be_translated(path: Path) -> None:
    assert list(bare_texts(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Save me</p>", ["Save me"]),
        ('<p>{% translate "Save me" %}</p>', []),
        ('<a title="Go on">{{ name }}</a>', ["Go on"]),
        ("{% blocktranslate count n=n %}{{ n }} task{% plural %}{{ n }} tasks{% endblocktranslate %}", []),
        ("{# a remark #}<code>customfield_1</code> Jira · <script>let x = 1</script>", []),
        ('<p {% if on %}class="on"{% endif %}>{% if on %}Yes{% endif %}</p>', ["Yes"]),
    ],
)
def test_bare_texts_are_found(template: str, found: list[str]) -> None:
    assert list(bare_texts(template)) == found


def bare_texts(template: str) -> Iterator[str]:
    """The texts between tags, and those read out from attributes, that no translation reaches."""
    text = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", template, flags=re.DOTALL)
    text = re.sub(r"\{% blocktrans.*?\{% endblocktrans\w* %\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{% block (?:width|frame) %\}\w*\{% endblock", "", text)  # a class
    text = re.sub(r"\{[{%].*?[}%]\}", "\x00", text, flags=re.DOTALL)
    text = re.sub(r"<(script|style|code|kbd|svg|!--)\b.*?(</\1>|-->)", "", text, flags=re.DOTALL)
    shown = READ_OUT.findall(text) + re.sub(r"<[^>]*>", "\n", text).replace("\x00", "\n").splitlines()
    for piece in shown:
        rest = SAME_EVERYWHERE.sub("", re.sub(r"&\w+;", "", piece.replace("\x00", "")))
        # Where a tag has one end for each case, its attributes look like text.
        if re.search(r"[A-Za-z]{2}", rest) and '="' not in rest:
            yield piece.strip("\x00 ")


def test_python_says_nothing_that_cannot_be_translated() -> None:
    """A text that begins as a sentence does is a docstring, is marked, or is for a log or a developer."""
    wrong = []
    for path in python_files(
        "src/ekachit/web", "src/ekachit/accounts", "src/ekachit/tasks", "src/ekachit/connections"
    ):
        if path.stem not in {"admin", "apps"}:
            wrong += [f"{name_of(path)}:{line} {text}" for line, text in sentences(tree_of(path))]
    # The administrator's own messages, on the command line, are English.
    assert [each for each in wrong if "There is an account with the address" not in each] == []


def sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The sentences of a Python file that are neither marked nor docstrings nor for a log."""
    passed: set[ast.AST] = set()
    for node in ast.walk(tree):
        marked = isinstance(node, ast.Call) and ast.unparse(node.func) in messages.MARKS
        logged = isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "logger."))
        if marked or logged or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            passed |= set(ast.walk(node))
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and node not in passed else None
        if isinstance(text, str) and isinstance(node, ast.Constant) and SENTENCE.match(text):
            yield node.lineno, text


def test_scripts_say_nothing_of_their_own() -> None:
    """Their words come from the page."""
    scripts = sorted((PACKAGE / "web" / "static" / "ekachit").glob("*.js"))
    assert scripts
    found = [
        f"{path.name}: {text}"
        for path in scripts
        for text in re.findall(r"""["'`]([A-Z][a-z]+ [a-z][^"'`]*)["'`]""", path.read_text(encoding="utf-8"))
    ]
    assert found == []


PAGES = [
    *("/today/", "/board/", "/settings/", "/help/", "/notices/", "/outbox/", "/set-aside/", "/insights/"),
    *("/settings/jira/", "/settings/jira/connect/", "/insights/history/", "/tasks/select/", "/accounts/2fa/"),
    *("/accounts/sessions/", "/accounts/email/"),
    *(
        "HERE",
        "HEREprojects/",
        "HEREaccess/",
        "HEREreceipts/",
        "HEREwhy/",
        "HEREtoken/",
        "HEREdisconnect/",
        "TASK",
    ),
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_in_spanish_has_no_english_of_ours(
    browser_of_ada: Client, ada: User, connection: Connection, page: str
) -> None:
    ada.language = "es"
    ada.save()
    task = make_issue(connection, "PAY-482", points=3, estimate_hours=6.5, jira_status="Doing")
    make_task(ada, "Lo mío", estimate_hours=1.25)
    make_record(connection)
    make_pass(connection, created=3)
    address = page.replace("HERE", f"/settings/jira/{connection.pk}/").replace("TASK", f"/tasks/{task.pk}/")
    text = browser_of_ada.get(address).text
    assert '<html lang="es"' in text
    shown = re.sub(r"<script.*?</script>|<code>.*?</code>|<[^>]*>", "\n", text, flags=re.DOTALL)
    lines = {" ".join(line.split()) for line in shown.splitlines()}
    assert {each for each in ours() if each in lines} == set()


def ours() -> set[str]:
    """The English texts whose Spanish is another, without those that have something to fill in."""
    same = {"No", "Error", "Total"}
    return {
        each.id
        for each in messages.read(CATALOGUES[0])
        if isinstance(each.id, str) and each.id and each.string != each.id and "%" not in each.id
    } - same


@pytest.mark.parametrize("value", ["value", "max"])
def test_numbers_for_machines_stay_as_machines_read_them(
    browser_of_ada: Client, ada: User, connection: Connection, value: str
) -> None:
    ada.language = "es"
    ada.save()
    make_issue(connection, "PAY-482", points=3, estimate_hours=6.5)
    make_task(ada, "Lo mío", estimate_hours=1.25)
    for page in ("/today/", "/board/", "/settings/"):
        text = browser_of_ada.get(page).text
        assert re.findall(rf'<(?:progress|meter|input type="number")[^>]*\b{value}="\d+,\d+"', text) == []


def test_marked_texts_are_found_in_python_and_templates() -> None:
    python = 'a = _("One")\nb = ngettext("%(n)d two", "%(n)d twos", n)\nc = _("Th" "ree")\nd = _(later)'
    assert messages.in_python(python) == ["One", ("%(n)d two", "%(n)d twos"), "Three"]
    for wrong in ('_(f"{a}")', '_("a" + b)', 'ngettext("a", b, n)'):
        with pytest.raises(ValueError, match="marks no plain text"):
            messages.in_python(wrong)
    template = """{% load i18n %}{% translate "It's “one”" %} {{ _("Two")|title }} {% include "x" with label=_("Three") %}
      {% blocktranslate count n=n %}{{ n }} four{% plural %}{{ n }} fours{% endblocktranslate %}"""
    assert messages.in_template(template) == ["It's “one”", "Two", "Three", ("%(n)s four", "%(n)s fours")]
