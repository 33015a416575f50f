"""The endpoints that search: by GET and POST, counting, and the old search that is gone."""

from __future__ import annotations

from typing import Final

import msgspec

from ekachit.sandbox.calls import BAD_PAYLOAD, BadRequestError, Call, decoded
from ekachit.sandbox.criteria import ANONYMOUS_FIELDS
from ekachit.sandbox.issue_shapes import chosen_fields, issue_shape
from ekachit.sandbox.jql import parse
from ekachit.sandbox.replies import Reply, error, json_reply
from ekachit.sandbox.search import Wanted, clauses
from ekachit.sandbox.shapes import Json
from ekachit.sandbox.site import Issue

REMOVED: Final = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
PAGE_WITH_FIELDS: Final = 100
PAGE_OF_IDS: Final = 5000
MOST_RECONCILED: Final = 50
MOST_PROPERTIES: Final = 5


class SearchBody(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The body of a search; anything else in it is refused, `startAt` of the old search among it."""

    jql: str = ""
    next_page_token: str | None = None
    max_results: int = 50
    fields: list[str] = []
    expand: str | None = None
    properties: list[str] = []
    fields_by_keys: bool = False
    reconcile_issues: list[int] = []


class CountBody(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a count."""

    jql: str = ""


def search_get(call: Call) -> Reply:
    """A search whose terms are query parameters."""
    terms = SearchBody(
        jql=call.query("jql"),
        next_page_token=call.query("nextPageToken") or None,
        max_results=call.number("maxResults", 50),
        fields=call.queries("fields"),
        expand=call.query("expand"),
        properties=call.queries("properties"),
        reconcile_issues=[_issue_id(text) for text in call.queries("reconcileIssues")],
    )
    return _search(call, terms)


def _issue_id(text: str) -> int:
    if not text.isdigit():
        raise BadRequestError(BAD_PAYLOAD)
    return int(text)


def search_post(call: Call) -> Reply:
    """A search whose terms are a JSON body."""
    return _search(call, decoded(call.body, SearchBody))


def _search(call: Call, terms: SearchBody) -> Reply:
    if len(terms.reconcile_issues) > MOST_RECONCILED:
        raise BadRequestError(f"The reconcileIssues list cannot hold more than {MOST_RECONCILED} issue ids.")
    if len(terms.properties) > MOST_PROPERTIES:
        raise BadRequestError(f"At most {MOST_PROPERTIES} properties can be asked for.")
    if terms.max_results < 1:
        raise BadRequestError("The maxResults parameter must be greater than zero.")
    if call.visitor.account is None:
        return _anonymous_search(call, terms.jql)
    asked = chosen_fields(call.world, terms.fields)
    most = PAGE_OF_IDS if set(asked) <= {"id", "key"} else PAGE_WITH_FIELDS
    call.shaper.view = call.index_view(frozenset(terms.reconcile_issues))
    page = call.searches.page(
        Wanted(terms.jql, call.visitor.account, call.shaper.view, call.asked.shift),
        min(terms.max_results, most),
        terms.next_page_token,
    )
    shaper = call.shaper
    known: dict[int, msgspec.Raw] = {}
    if shaper.view is None:
        who = shaper.asker.account_id if shaper.asker else None
        known = call.searches.shapes(shaper.base, shaper.version, who, shaper.zone.key, *asked)
    answer: Json = {
        "issues": [_found(call, found, asked, known) for found in page.issues],
        "isLast": page.token is None,
    }
    if page.token is not None:
        answer["nextPageToken"] = page.token
    expand = {part.strip() for part in (terms.expand or "").split(",")}
    entries = [entry for entry in call.world.fields if entry.id in set(asked)] if expand else []
    if "names" in expand:
        answer["names"] = {entry.id: call.shaper.named(entry) for entry in entries}
    if "schema" in expand:
        answer["schema"] = {entry.id: dict(entry.schema) for entry in entries if entry.schema}
    return json_reply(answer)


def _found(call: Call, found: Issue, asked: list[str], known: dict[int, msgspec.Raw]) -> msgspec.Raw:
    """An issue of a search: nothing but its id unless fields were asked for."""
    shape = known.get(found.id)
    if shape is None:
        whole = set(asked) - {"id"}
        made = issue_shape(call.shaper, found, asked) if whole else {"id": str(found.id)}
        shape = known[found.id] = msgspec.Raw(msgspec.json.encode(made))
    return shape


def _anonymous_search(call: Call, jql: str) -> Reply:
    """What nobody finds: nothing; or, by the kind of nobody, the refusal to search by person."""
    if call.visitor.form in {"", "bad-jql"}:
        query = parse(jql)
        named = {clause.field for clause in clauses(query.where)} if query.where else set()
        refused = [
            f"Field '{name}' does not exist or this field cannot be viewed by anonymous users."
            for name in sorted(named & ANONYMOUS_FIELDS)
        ]
        if refused:
            return json_reply({"errorMessages": refused, "warningMessages": []}, 400)
    return json_reply({"issues": [], "isLast": True})


def count(call: Call) -> Reply:
    """About how many issues a query finds; here exactly."""
    body = decoded(call.body, CountBody)
    if call.visitor.account is None:
        return json_reply({"count": 0})
    return json_reply(
        {"count": call.searches.count(Wanted(body.jql, call.visitor.account, call.index_view()))}
    )


def removed(_call: Call) -> Reply:
    """The search that Jira Cloud removed in 2025."""
    return error(410, REMOVED)
