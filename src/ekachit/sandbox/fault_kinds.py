"""The kinds of faults by the names they are armed under."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ekachit.sandbox import fault_answers, fault_bodies, fault_events, fault_network, fault_pages
from ekachit.sandbox.behaviour import Behaviour

KINDS: Final[Mapping[str, type[Behaviour]]] = MappingProxyType(
    {
        "unauthorized": fault_answers.Unauthorized,
        "forbidden": fault_answers.Forbidden,
        "captcha": fault_answers.Captcha,
        "login_page": fault_answers.LoginPage,
        "redirect": fault_answers.Redirect,
        "gone": fault_answers.Gone,
        "rate_limited": fault_answers.RateLimited,
        "server_error": fault_answers.ServerError,
        "edge_page": fault_answers.EdgePage,
        "conflict": fault_answers.Conflict,
        "read_only": fault_answers.ReadOnly,
        "blank": fault_answers.Blank,
        "status": fault_answers.Status,
        "write_limits": fault_answers.WriteLimits,
        "empty": fault_pages.Empty,
        "pages_shift": fault_pages.PagesShift,
        "drop_ids": fault_pages.DropIds,
        "truncated": fault_pages.Truncated,
        "token_loop": fault_pages.TokenLoop,
        "poison_issue": fault_pages.PoisonIssue,
        "foreign_issue": fault_pages.ForeignIssue,
        "duplicate_issue": fault_pages.DuplicateIssue,
        "gzip_bomb": fault_bodies.GzipBomb,
        "deep_json": fault_bodies.DeepJson,
        "huge_body": fault_bodies.HugeBody,
        "wrong_encoding": fault_bodies.WrongEncoding,
        "bad_text": fault_bodies.BadText,
        "wrong_type": fault_bodies.WrongType,
        "many_headers": fault_bodies.ManyHeaders,
        "foreign_links": fault_bodies.ForeignLinks,
        "reset": fault_network.Reset,
        "closed": fault_network.Closed,
        "lost_response": fault_network.LostResponse,
        "half_open": fault_network.HalfOpen,
        "cut_body": fault_network.CutBody,
        "slow": fault_network.Slow,
        "anonymous": fault_events.Anonymous,
        "revoke_token": fault_events.RevokeToken,
        "colleague": fault_events.Colleague,
        "automation": fault_events.Automation,
        "index_lag": fault_events.IndexLag,
        "clock_skew": fault_events.ClockSkew,
        "date_header": fault_events.DateHeader,
    }
)
