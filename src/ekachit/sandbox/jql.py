"""The grammar of the JQL subset: text in, a tree of clauses and the sort order out.

Covered: and, or, not, parentheses; = != < <= > >= ~ !~ in, not in, is, is not; EMPTY and NULL; functions;
ORDER BY. The wording of the refusals follows answers of Jira Cloud where one was captured.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MAX_SORT_FIELDS: Final = 7
"""The vendor's API document allows this many fields in ORDER BY."""

RESERVED: Final = frozenset(
    re.findall(
        r"\w+",
        """
    abort access add after alias all alter and any as asc audit avg before begin between boolean
    break by byte catch cf char character check checkpoint collate collation column commit connect
    continue count create current date decimal declare decrement default defaults define delete
    delimiter desc difference distinct divide do double drop else empty encoding end equals escape
    exclusive exec execute exists explain false fetch field file first float for from function go
    goto grant greater group having identified if immediate in increment index initial inner inout
    input insert int integer intersect intersection into is isempty isnull join last left less like
    limit lock long max min minus mode modify modulo more multiply next noaudit not notin nowait
    null number object of on option or order outer output power previous prior privileges public
    raise raw remainder rename resource return returns revoke right row rowid rownum rows select
    session set share size sqrt start strict string subtract sum synonym table then to trans
    transaction trigger true uid union unique unlock update user validate values view when whenever
    where while with
    """,
    )
)
"""The words that JQL does not take bare."""

TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<operator>!=|!~|<=|>=|=|~|<|>|!)
    | (?P<mark>[(),])
    | (?P<word>[^\s"'=!~<>(),]+)
    )""",
    re.VERBOSE,
)
ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r"}
OPERATORS: Final = frozenset({"=", "!=", "<", ">", "<=", ">=", "~", "!~"})
VALID_OPERATORS: Final = (
    "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
)


class JqlError(ValueError):
    """A query Jira would refuse with 400; the text is what its `errorMessages` say."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query: `kind` is string, operator, mark or word; `at` its place, from 0."""

    kind: str
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords, in any case."""
        return self.kind == "word" and self.text.lower() in words


@dataclass(frozen=True, slots=True)
class Operand:
    """A value of a clause: `kind` is literal, quoted, function or empty."""

    kind: str
    text: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition. `operator` is in lower case (`in`, `not in`, `is`, `is not`, `=`, ...)."""

    field: str
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The part does not hold."""

    part: Node


Node = Clause | Every | Some | Negation


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: `where` None means that nothing restricts it; `order` has (field, descending) pairs."""

    where: Node | None
    order: tuple[tuple[str, bool], ...]


@lru_cache(maxsize=1000)
def parse(text: str) -> Query:
    """Parse a query. Raises `JqlError`."""
    return Parser(text).query()


def _unescaped(match: re.Match[str]) -> str:
    """What a backslash and what follows it stand for in a quoted string."""
    code, sign = match.groups()
    return chr(int(code, 16)) if code else ESCAPED.get(sign, sign)


def tokens_of(text: str) -> list[Token]:
    """Cut a query into tokens. Raises `JqlError` at a character that begins none, such as an open quote."""
    found: list[Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if match is None:
            raise JqlError(
                f"Error in the JQL Query: The quoted string '{text[at:].strip()}' has not been completed. "
                f"(line 1, character {at + 1})"
            )
        kind = match.lastgroup or ""
        raw = match.group(kind)
        found.append(
            Token(kind, ESCAPE.sub(_unescaped, raw[1:-1]) if kind == "string" else raw, match.start(kind))
        )
        at = match.end()
    return found


class Parser:
    """A recursive descent over the tokens of one query."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens_of(text)
        self.end = Token("end", "", len(text))
        self.at = 0

    def peek(self) -> Token:
        """The next token, or the one that stands for the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else self.end

    def take(self) -> Token:
        """The next token, consumed."""
        token = self.peek()
        self.at += 1
        return token

    def accept(self, *words: str) -> bool:
        """Consume the next token if it is one of these keywords or marks."""
        token = self.peek()
        if token.is_word(*words) or (token.kind == "mark" and token.text in words):
            self.at += 1
            return True
        return False

    def fail(self, expected: str, token: Token) -> JqlError:
        """The refusal for a token that does not fit."""
        if token.kind == "end":
            return JqlError(f"Error in the JQL Query: Expecting {expected} before the end of the query.")
        return JqlError(
            f"Error in the JQL Query: Expecting {expected} but got '{token.text}'. "
            f"(line 1, character {token.at + 1})"
        )

    def query(self) -> Query:
        """The whole query: restriction, then ORDER BY."""
        where = None if self.peek().kind == "end" or self.peek().is_word("order") else self.any_of()
        order: tuple[tuple[str, bool], ...] = ()
        if self.accept("order"):
            if not self.accept("by"):
                raise self.fail("'by'", self.peek())
            order = self.sorting()
        if self.peek().kind != "end":
            raise self.fail("either 'OR' or 'AND'", self.peek())
        return Query(where, order)

    def sorting(self) -> tuple[tuple[str, bool], ...]:
        """The fields of ORDER BY."""
        order: list[tuple[str, bool]] = []
        while True:
            name = self.field()
            descending = self.accept("desc")
            if not descending:
                self.accept("asc")
            order.append((name, descending))
            if not self.accept(","):
                break
        if len(order) > MAX_SORT_FIELDS:
            raise JqlError(f"The maximum number of ORDER BY fields is {MAX_SORT_FIELDS}.")
        return tuple(order)

    def any_of(self) -> Node:
        """Parts joined by OR."""
        parts = [self.all_of()]
        while self.accept("or", "||"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def all_of(self) -> Node:
        """Parts joined by AND, which binds tighter than OR."""
        parts = [self.one()]
        while self.accept("and", "&&"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def one(self) -> Node:
        """A negation, a group or a clause."""
        if self.peek().kind == "operator" and self.peek().text == "!":
            self.at += 1
            return Negation(self.one())
        if self.accept("not"):
            return Negation(self.one())
        if self.accept("("):
            inner = self.any_of()
            if not self.accept(")"):
                raise self.fail("')'", self.peek())
            return inner
        return self.clause()

    def field(self) -> str:
        """A field's name, lower case; quoted names keep their blanks."""
        token = self.take()
        if token.kind not in {"word", "string"}:
            raise self.fail("a field name", token)
        self.refuse_reserved(token, also={"cf"})
        if token.is_word("cf") or not token.text:
            raise self.fail("a field name", token)
        return token.text.lower()

    def clause(self) -> Clause:
        """Field operator value."""
        name = self.field()
        operator = self.operator()
        if operator in {"in", "not in"}:
            return Clause(name, operator, self.values())
        operand = self.operand()
        if operator in {"is", "is not"} and operand.kind != "empty":
            raise JqlError(
                f"The operator '{operator}' can only be used with 'EMPTY' or 'NULL' in the field '{name}'."
            )
        return Clause(name, operator, (operand,))

    def operator(self) -> str:
        """The clause's operator, in lower case."""
        token = self.take()
        if token.kind == "operator" and token.text in OPERATORS:
            return token.text
        if token.is_word("in"):
            return "in"
        if token.is_word("not") and self.accept("in"):
            return "not in"
        if token.is_word("is"):
            return "is not" if self.accept("not") else "is"
        failure = self.fail("operator", token)
        raise JqlError(f"{failure} {VALID_OPERATORS}" if token.kind != "end" else str(failure))

    def values(self) -> tuple[Operand, ...]:
        """The list after IN, or a function that stands for one."""
        if not self.accept("("):
            operand = self.operand()
            if operand.kind == "function":
                return (operand,)
            raise self.fail("'('", self.tokens[self.at - 1])
        found = [self.operand()]
        while self.accept(","):
            found.append(self.operand())
        if not self.accept(")"):
            raise self.fail("either ')' or ','", self.peek())
        return tuple(found)

    def operand(self) -> Operand:
        """One value: quoted, a plain word, EMPTY, or a function with its arguments."""
        token = self.take()
        if token.kind == "string":
            return Operand("quoted", token.text)
        if token.kind != "word":
            raise self.fail("either a value, list or function", token)
        if token.is_word("empty", "null"):
            return Operand("empty", "")
        if self.accept("("):
            return self.function(token)
        self.refuse_reserved(token)
        return Operand("literal", token.text)

    def function(self, name: Token) -> Operand:
        """The arguments of a function whose opening parenthesis has been read."""
        arguments: list[str] = []
        while not self.accept(")"):
            token = self.take()
            if token.kind not in {"string", "word"}:
                raise self.fail("')'", token)
            arguments.append(token.text)
            self.accept(",")
        return Operand("function", name.text.lower(), tuple(arguments))

    @staticmethod
    def refuse_reserved(token: Token, also: frozenset[str] | set[str] = frozenset()) -> None:
        """Raise Jira's own refusal for a reserved word that stands bare where a name or value should."""
        if token.kind == "word" and token.text.lower() in RESERVED and token.text.lower() not in also:
            raise JqlError(
                f"Error in the JQL Query: '{token.text}' is a reserved JQL word. "
                f"You must surround it in quotation marks to use it in a query. "
                f"(line 1, character {token.at + 1})"
            )
