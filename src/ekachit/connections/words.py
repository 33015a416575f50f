"""Each failure in plain words with the next step. One table, used by pages, commands and receipts alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NEW_TOKEN_URL = "https://id.atlassian.com/manage-profile/security/api-tokens"  # noqa: S105 # an address, not a secret


@dataclass(frozen=True, slots=True)
class Words:
    """What a person reads: what happened, what to do, and which input it belongs to (None: the form)."""

    title: _StrPromise
    next_step: _StrPromise
    field: str | None = None


_NEW_TOKEN = _("Make a new API token at Atlassian, label it “Ekachit Integration”, and paste it here.")
_WAIT = _("Nothing was changed. Try again in a few minutes.")

WORDS: dict[str, Words] = {
    # --- what was typed ---
    "empty": Words(
        _("The site is missing."),
        _("Type the part before .atlassian.net, or paste any link of your Jira."),
        "site",
    ),
    "not_jira_cloud": Words(
        _("This is not the address of a Jira Cloud site."),
        _(
            "Jira Cloud sites end in .atlassian.net. Paste any link of your Jira, such as https://yourteam.atlassian.net."
        ),
        "site",
    ),
    "bad_slug": Words(
        _("This site name cannot exist."),
        _("A site name has letters, digits and hyphens only, such as yourteam.atlassian.net."),
        "site",
    ),
    "sandbox_not_allowed": Words(
        _(
            "This address is on this machine, and only a sandbox that was named at the start may be used there."
        ),
        _("Start Ekachit with EKACHIT_SANDBOX_HOSTS naming the host and port, or use your Jira Cloud site."),
        "site",
    ),
    "email_wrong": Words(
        _("This is not an e-mail address."), _("Type the e-mail address of your Atlassian account."), "email"
    ),
    "token_empty": Words(_("The API token is missing."), _NEW_TOKEN, "token"),
    "token_broken": Words(
        _("This cannot be an API token: it has blanks or signs that tokens never have."),
        _("Copy the token once more, with the copy button beside it, and paste only that."),
        "token",
    ),
    # --- the token ---
    "token_rejected": Words(
        _("Jira refused the e-mail address and API token."),
        _(
            "Check that the e-mail is the one of your Atlassian account. If it is, the token is wrong or has expired:"
            " make a new API token and paste it here."
        ),
        "token",
    ),
    "token_anonymous": Words(
        _("Jira did not accept the API token and answered as if nobody had signed in."),
        _("The token is wrong or has expired: make a new API token and paste it here."),
        "token",
    ),
    "token_html": Words(
        _("Jira answered with a sign-in page instead of data, so it did not accept the API token."),
        _("Check the site and the e-mail, then make a new API token and paste it here."),
        "token",
    ),
    "password_used": Words(
        _("This looks like a password. Jira takes an API token instead."), _NEW_TOKEN, "token"
    ),
    "scope_missing": Words(
        _("The token's scopes do not allow what Ekachit reads."),
        _(
            "Make a token with the scopes read:jira-work, read:jira-user and write:jira-work, or one without scopes."
        ),
        "token",
    ),
    "account_differs": Words(
        _("This token belongs to another Atlassian account than the one connected."),
        _("Use a token of the account that is connected, or disconnect first. Nothing was changed."),
        "token",
    ),
    # --- the account ---
    "captcha": Words(
        _("Jira wants to see a CAPTCHA solved before it takes this account's token again."),
        _("Sign in to Jira once in your browser and solve it there, then try again here."),
    ),
    "no_jira_access": Words(
        _("The token is right, but this account may not use Jira on this site."),
        _("Ask your Jira administrator for access to Jira, or check that this is the right site."),
    ),
    # --- the site ---
    "site_unknown": Words(
        _("There is no Jira at this address."),
        _(
            "Check the spelling of the site. It may also have been renamed; open Jira in your browser to see its address."
        ),
        "site",
    ),
    "dns_failed": Words(
        _("This site's name could not be found."),
        _("Check the spelling of the site, and that this server can reach the internet."),
        "site",
    ),
    "site_suspended": Words(
        _("Atlassian says that this site is not available: suspended, deactivated or under maintenance."),
        _("Open the site in your browser. If it works there, try again in a few minutes."),
        "site",
    ),
    "redirected": Words(
        _("The site sent us on to another address, and Ekachit never follows with your token."),
        _("The site may have been renamed: open Jira in your browser and paste the address you end up at."),
        "site",
    ),
    "api_removed": Words(
        _("Jira has removed the interface that this version of Ekachit uses."),
        _("Update Ekachit. Your tasks are kept; nothing was changed."),
    ),
    # --- for now ---
    "rate_limited": Words(_("Jira asks us to wait: too many requests reached your site."), _WAIT),
    "timeout": Words(_("Jira did not answer in time."), _WAIT),
    "server_error": Words(_("Jira has trouble of its own at the moment."), _WAIT),
    "network_refused": Words(
        _("The site could not be reached."), _("Check this server's network and firewall, then try again.")
    ),
    "proxy_failed": Words(
        _("The proxy that this installation goes out by did not let the request through."),
        _("The administrator sees to the proxy; `ekachit doctor` says more. Nothing was sent."),
    ),
    "connection_reset": Words(_("The line to Jira broke while it answered."), _WAIT),
    "tls_failed": Words(
        _("The secure line to the site could not be made: its certificate was not accepted."),
        _(
            "Something between this server and Atlassian interferes. Ask whoever runs the network; nothing was sent."
        ),
    ),
    "unexpected": Words(
        _("The site answered, but not as Jira does."),
        _("Check the site. If it is right, try again later; nothing was changed."),
    ),
    "read_only": Words(_("The site takes no requests at the moment: it is in read-only mode."), _WAIT),
    # --- what a pass found ---
    "forbidden": Words(
        _("Jira does not allow this account to read what was asked."),
        _("Ask your Jira administrator for access to the project. Nothing was changed."),
    ),
    "project_gone": Words(
        _("Jira no longer shows you one of the picked projects."),
        _("The others were read. Reload the list of projects and pick again; your tasks are kept."),
        "projects",
    ),
    "field_unknown": Words(
        _("This is not a field that can hold story points."),
        _("Reload the list of fields and choose one of them. Nothing was changed."),
    ),
    "listing_incomplete": Words(
        _("Jira's list ended too early, so nothing was marked as gone."),
        _("The next sync reads it again; you need not do anything."),
    ),
    "list_shrank": Words(
        _("Jira suddenly showed less than half of your issues, so nothing was marked as gone yet."),
        _("It is read again in a minute or two; only if that agrees are they marked."),
    ),
    "budget_spent": Words(
        _("This sync was longer than one may be, and stopped at a safe place."),
        _("The next one goes on from there in a minute or two; you need not do anything."),
    ),
    "interrupted": Words(
        _("The sync was cut off when Ekachit was restarted."),
        _("The next one goes on from there; you need not do anything."),
    ),
    "lease_lost": Words(
        _("Another worker took this sync over, or the connection was changed meanwhile."),
        _("Nothing of this one was written after that; you need not do anything."),
    ),
    # --- here ---
    "database": Words(
        _("Ekachit could not write to its own database."),
        _(
            "The administrator sees to the database: `ekachit doctor` says more. Your tasks are kept as they were."
        ),
    ),
    "internal": Words(
        _("Ekachit made a mistake of its own here."),
        _("The administrator finds it in the log. The sync is tried again by itself; your tasks are kept."),
    ),
    "plan": Words(
        _("Jira needs the Pro plan."), _("Ask the administrator of this installation to switch you to Pro.")
    ),
    "key_missing": Words(
        _("The key that opens your sealed token is missing on this server."),
        _(
            "The administrator restores the key file or setting; `ekachit doctor` says which. Nothing was overwritten."
        ),
    ),
    "key_wrong": Words(
        _("A key of this server does not fit the tokens sealed with it."),
        _(
            "The administrator restores the right key file or setting from the backup; nothing was overwritten."
        ),
    ),
    "key_file_exposed": Words(
        _("The key file on this server can be read by others, so it is not used."),
        _("The administrator makes it private again; `ekachit doctor` says how. Nothing was overwritten."),
    ),
    "key_file_broken": Words(
        _("The key file on this server is damaged."),
        _("The administrator restores it from the backup. Nothing was overwritten."),
    ),
    "sealed_broken": Words(
        _("The sealed token can no longer be opened."),
        _("Make a new API token at Atlassian and give it here; your tasks are kept."),
        "token",
    ),
    "token_ended": Words(
        _("This site was disconnected, and an older backup brought its token back; it is not used."),
        _("Connect the site again with a new token; your tasks are kept."),
    ),
    "ended_unreadable": Words(
        _("The list of disconnected tokens on this server cannot be read, so no token is used."),
        _("The administrator lets Ekachit read it again; `ekachit doctor` says how. Your tasks are kept."),
    ),
    "elsewhere": Words(
        _("This is a copy of an installation that may still run elsewhere, so Jira is not asked."),
        _("The administrator stops the other one and confirms it here; `ekachit doctor` says how."),
    ),
    "sandbox_off": Words(
        _("There is no sandbox Jira here."), _("Start with `make run`, or connect your own Jira site.")
    ),
    "not_connected": Words(
        _("This Jira site is not connected."), _("Connect it again; your tasks are kept.")
    ),
    "no_projects": Words(
        _("No project is picked."), _("Pick at least one project to import from."), "projects"
    ),
    "project_unknown": Words(
        _("One of these projects is not on the list."),
        _("Reload the list and pick again. Nothing was changed."),
        "projects",
    ),
}


def words_for(code: str) -> Words:
    """Return the words for an error code; a code without words of its own is an answer that is not Jira's."""
    return WORDS.get(code, WORDS["unexpected"])
