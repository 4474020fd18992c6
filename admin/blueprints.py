"""Every group of pages of the staff admin, in one place. A new group of pages is added here and nowhere else."""

from flask import Blueprint

from admin import (
    areas,
    audit,
    auth,
    dashboard,
    departments,
    entry,
    exports,
    health,
    imports,
    inbox,
    matters,
    media,
    operations,
    routes,
    staff,
    work,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    auth.blueprint,
    health.blueprint,
    inbox.blueprint,
    matters.blueprint,
    media.blueprint,
    work.blueprint,
    entry.blueprint,
    dashboard.blueprint,
    exports.blueprint,
    imports.blueprint,
    departments.blueprint,
    areas.blueprint,
    routes.blueprint,
    staff.blueprint,
    operations.blueprint,
    audit.blueprint,
)
