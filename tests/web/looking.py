"""How a page that swaps its parts asks."""

from __future__ import annotations


def htmx(path: str = "/today/") -> dict[str, str]:
    """The headers of a request that HTMX makes on a page."""
    return {"HX-Request": "true", "HX-Current-URL": f"http://testserver{path}"}


def row_of(page: str, task_id: int) -> str:
    """The part of a page that is the row of a task, empty where there is none."""
    _, found, rest = page.partition(f'id="task-{task_id}"')
    return rest.partition("</li>")[0] if found else ""
