"""Status categories: Jira's three, and what we call them. Names are never looked at, they are translated."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """Jira's status categories by their stable keys (`GET /rest/api/3/statuscategory`).

    `undefined` is Jira's own fourth ("No Category"); keys we do not know are read as it.
    """

    NEW = "new"
    INDETERMINATE = "indeterminate"
    DONE = "done"
    UNDEFINED = "undefined"


# Ids of the categories, the same on every site; used where an answer carries the id but an unusable key.
CATEGORY_IDS = {1: Category.UNDEFINED, 2: Category.NEW, 4: Category.INDETERMINATE, 3: Category.DONE}

_STATUSES = {Category.NEW: "todo", Category.INDETERMINATE: "in_progress", Category.DONE: "done"}


def category_of(key: str | None, category_id: int | None = None) -> Category:
    """Return the category that an answer means: by its key, else by its id, else `UNDEFINED`."""
    try:
        return Category(key or "")
    except ValueError:
        return CATEGORY_IDS.get(category_id or 0, Category.UNDEFINED)


def task_status(category: Category, *, before: str | None = None) -> str:
    """Return our status for a category: `todo`, `in_progress` or `done`.

    A category that we cannot read never flips a task: it keeps the status it had, a new task is To Do.
    """
    return _STATUSES.get(category) or before or "todo"
