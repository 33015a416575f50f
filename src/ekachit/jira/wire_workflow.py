"""The shapes of statuses and transitions, as `ekachit.jira.wire` has those of issues."""

from __future__ import annotations

from msgspec import Raw, Struct


class FieldSchema(Struct, rename="camel", frozen=True):
    """What a field holds."""

    type: str | None = None
    custom: str | None = None


class StatusCategory(Struct, frozen=True):
    """`new`, `indeterminate`, `done` or `undefined`."""

    key: str
    id: int | None = None


class Status(Struct, rename="camel", frozen=True):
    """A status. The name is in the asker's language: for display only."""

    id: str
    name: str = ""
    status_category: StatusCategory | None = None

    @property
    def category(self) -> str:
        """The category's key; `undefined` where Jira names none."""
        return self.status_category.key if self.status_category else "undefined"


class AllowedValue(Struct, frozen=True):
    """A value that a field of a transition's screen may take."""

    id: str | None = None
    name: str | None = None
    value: str | None = None


class TransitionField(Struct, rename="camel", frozen=True):
    """A field of a transition's screen. Validators may require fields that are not shown here."""

    required: bool = False
    name: str = ""
    has_default_value: bool = False
    schema: FieldSchema | None = None
    allowed_values: tuple[AllowedValue | str, ...] | None = None


class Transition(Struct, rename="camel", frozen=True):
    """An edge of the workflow that is open to the asker now."""

    id: str
    name: str = ""
    to: Status | None = None
    has_screen: bool = False
    is_available: bool = True
    is_looped: bool = False
    fields: dict[str, TransitionField] = {}

    @property
    def needed(self) -> tuple[str, ...]:
        """The fields that must be given, because they are required and have no default."""
        return tuple(
            name for name, field in self.fields.items() if field.required and not field.has_default_value
        )


class Transitions(Struct, frozen=True):
    """The transitions of an issue as they come."""

    transitions: list[Raw] = []


class TypeStatuses(Struct, frozen=True):
    """The statuses of one issue type of a project."""

    statuses: tuple[Status, ...] = ()
