"""Ekachit: a self-hosted planner for developers who work out of Jira Cloud."""

__version__ = "0.1.0"
