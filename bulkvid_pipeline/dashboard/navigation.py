"""The rooms of the dashboard, in the order in which the navigation shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """A place that the navigation leads to; `icon` is one of `parts.html`, `also` where else its pages begin."""

    title: str
    path: str
    icon: str
    also: tuple[str, ...] = ()
    scope: str = "jobs:read"
    """Whoever lacks it is not led there."""

    def holds(self, path: str) -> bool:
        """Whether the page of that path lies in this room."""
        return any(path == root or path.startswith(f"{root}/") for root in (self.path, *self.also))


ROOMS = (
    Room("Jobs", "/jobs", "jobs", also=("/new", "/welcome", "/columns")),
    Room("Gallery", "/gallery", "gallery"),
    Room("Templates", "/templates", "templates", also=("/new-template", "/template-assets")),
    Room("Analytics", "/analytics", "analytics"),
    Room("Deliveries", "/deliveries", "deliveries"),
    Room("Diagnostics", "/diagnostics", "diagnostics", scope="admin"),
    Room("System", "/system", "system"),
    Room("API tokens", "/tokens", "tokens"),
)
