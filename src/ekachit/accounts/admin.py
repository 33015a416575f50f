"""Administration of accounts: who is Pro, who may sign in."""

from django.contrib import admin

from ekachit.accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Plan and access of each person; passwords are changed by the person."""

    list_display = ("email", "name", "plan", "is_active", "is_staff", "date_joined")
    list_filter = ("plan", "is_active", "is_staff")
    search_fields = ("email", "name")
    fields = ("email", "name", "plan", "time_zone", "multiplier", "is_active", "is_staff", "is_superuser")
    readonly_fields = ("multiplier",)
