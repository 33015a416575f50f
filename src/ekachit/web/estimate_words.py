"""What the estimates have to say of trouble, by its stable code: the engine itself speaks no language but English."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _

from ekachit.domain.estimation.history_csv import RowError
from ekachit.domain.estimation.observation import MOST
from ekachit.domain.estimation.sessions import OVERNIGHT, TOO_LONG, LeftOut
from ekachit.estimates.forecasts import Outlook
from ekachit.estimates.own_history import MOST_TASKS


def row_error(error: RowError) -> str:
    """Return why a line of a file cannot be used, and what would do."""
    words = {"column": error.column, "given": error.given} | _sizes(error)
    return _row_error(error) % words


def _sizes(error: RowError) -> dict[str, str]:
    count = int(error.given) if error.given.isdecimal() else 0
    sizes = {"count": count, "taken": MOST_TASKS, "most": int(MOST)}
    return {name: formats.number_format(size, force_grouping=True) for name, size in sizes.items()}


def _row_error(error: RowError) -> str:
    if error.code == "not_a_number" and error.given:
        return _("“%(given)s” in the column “%(column)s” is not a number.")
    known = {
        "not_a_number": _("The column “%(column)s” needs a number, for example 3 or 2.5."),
        "order": _("The column “%(column)s” needs a number, for example 3 or 2.5."),
        "not_positive": _("The number in the column “%(column)s” has to be above zero."),
        "absurd": _("The number in the column “%(column)s” has to be between one second and %(most)s."),
        "unit": _("The unit “%(given)s” is neither “hours” nor “points”."),
        "date": _(
            "“%(given)s” in the column “%(column)s” is not a date like 2026-03-31 or 2026-03-31T16:20."
        ),
        "no_columns": _("The first line has to name the columns; missing: %(given)s."),
        "empty": _("The file is empty."),
        "not_csv": _("This line is not CSV. Save the file as CSV again."),
        "too_many_rows": _("The file has more than %(count)s rows; the rest is left."),
        "too_many": _("Only the last %(taken)s of %(count)s tasks are taken."),
        "too_long": _("The project or type “%(given)s” is too long."),
    }
    return known.get(error.code) or error.text.replace("%", "%%")


def left_out(why: LeftOut) -> str:
    """Return why a finished task is not learned from."""
    known = {
        OVERNIGHT.code: _("A session ran through the night: the timer was left on."),
        TOO_LONG.code: _("A session ran for more than 8 hours: the timer was left on."),
        "unusable": _("Its estimate or its time is zero, or far too large to be meant."),
    }
    return known.get(why.code, why.text)


def no_forecast(outlook: Outlook) -> str:
    """Return why there is no forecast, and what would make one."""
    known = {
        "nothing_open": _("There is no open work to forecast."),
        "no_work": _("No work is recorded yet: run the timer on a task, then look again."),
        "no_working_days": _("No day of the week is a working day of yours: choose one in the settings."),
    }
    return known.get(outlook.trouble, outlook.text)
