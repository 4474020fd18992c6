"""Every group of pages of the staff admin, in one place. A new group of pages is added here and nowhere else."""

from flask import Blueprint

from admin import auth, health, inbox, matters, media, work

BLUEPRINTS: tuple[Blueprint, ...] = (
    auth.blueprint,
    health.blueprint,
    inbox.blueprint,
    matters.blueprint,
    media.blueprint,
    work.blueprint,
)
