"""Every group of pages of the staff admin, in one place. A new group of pages is added here and nowhere else."""

from flask import Blueprint

from admin import auth, health

BLUEPRINTS: tuple[Blueprint, ...] = (
    auth.blueprint,
    health.blueprint,
)
