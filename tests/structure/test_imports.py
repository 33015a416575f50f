from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.structure.locks import canonical, requirements
from tests.structure.source import PACKAGE, imports_of, name_of, python_files, tree_of, within

PURE = {
    *("__future__", "bisect", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions"),
    *("functools", "heapq", "itertools", "math", "operator", "re", "statistics", "string", "types", "typing"),
    # Texts in memory and the tables of time zones are values too.
    *("csv", "io", "zoneinfo"),
    # Structs are what dataclasses are, made quicker (docs/adr/0018).
    *("numpy", "scipy", "msgspec.Struct", "ekachit.domain"),
}
CLOCK = {"now", "utcnow", "today", "localtime", "time"}
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.test.signals")
PAGES = ("django.forms", "django.http", "django.shortcuts", "django.template", "django.urls", "django.views")
ASYNC = ("jira/", "sandbox/", "ops/", "sync/")
PLAIN = {"models", "actions", "access", "queries", "admin", "checks", "apply"}


def product(*folders: str) -> list[Path]:
    return python_files(*(f"src/ekachit/{folder}" for folder in folders or ("",)))


def test_the_domain_knows_values_only() -> None:
    wrong = [
        f"{name_of(path)}:{line} imports {module}"
        for path in product("domain")
        for module, line in imports_of(path)
        if not within(module, *PURE) or within(module, "numpy.random")
    ]
    assert wrong == []


def test_the_domain_has_no_clock_and_no_chance() -> None:
    wrong = []
    for path in product("domain"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                clock = node.func.attr in CLOCK
                # A generator seeded by the caller's value is not chance.
                chance = node.func.attr == "default_rng" and not node.args and not node.keywords
                chance |= (
                    ast.unparse(node.func.value) in {"np.random", "numpy.random"}
                    and node.func.attr != "default_rng"
                )
                if clock or chance:
                    wrong.append(f"{name_of(path)}:{node.lineno} calls {ast.unparse(node.func)}")
    assert wrong == []


def test_only_the_transport_imports_the_http_library() -> None:
    found = {
        name_of(path)
        for path in product("jira")
        for module, _ in imports_of(path)
        if within(module, "aiohttp")
    }
    assert found == {"src/ekachit/jira/transport.py"}


def test_signals_steer_nothing() -> None:
    found = [
        name_of(path) for path in product() for module, _ in imports_of(path) if within(module, *SIGNALS)
    ]
    assert found == []


def test_only_pages_know_about_pages() -> None:
    """`access` answers 404, and `admin` is made of pages."""
    apps = [app for app in ("tasks", "connections", "sync", "estimates") if (PACKAGE / app).exists()]
    found = [
        f"{name_of(path)} imports {module}"
        for path in product(*apps)
        for module, _ in imports_of(path)
        if within(module, *PAGES) and path.stem not in {"access", "admin"}
    ]
    assert found == []


def test_waiting_for_the_network_has_its_places() -> None:
    kinds = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    found = [
        name_of(path)
        for path in product()
        if any(isinstance(node, kinds) for node in ast.walk(tree_of(path)))
        and (path.stem in PLAIN or not path.relative_to(PACKAGE).as_posix().startswith(ASYNC))
    ]
    assert found == []


def test_what_is_imported_is_declared() -> None:
    declared = {requirement.name for requirement in requirements("project")}
    declared = {canonical(name) for name in declared}
    owners = packages_distributions()
    roots = {
        (module.partition(".")[0], name_of(path)) for path in product() for module, _ in imports_of(path)
    }
    undeclared = {
        f"{where} imports {root}"
        for root, where in roots
        if root not in sys.stdlib_module_names
        and root != "ekachit"
        and not {canonical(owner) for owner in owners.get(root, [root])} & declared
    }
    assert undeclared == set()


def test_the_product_does_not_need_what_tests_it() -> None:
    beside = ("tests", "tools", "benchmarks", "conformance")
    assert [
        name_of(path) for path in product() for module, _ in imports_of(path) if within(module, *beside)
    ] == []
