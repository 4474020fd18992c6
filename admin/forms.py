"""The base of all forms: CSRF token, Japanese messages, Bootstrap classes, errors tied to their fields."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FileField, RadioField, SelectField
from wtforms.i18n import get_translations

_CLASSES: tuple[tuple[type[Field], str], ...] = (
    (BooleanField, "form-check-input"),
    (RadioField, "list-unstyled mb-0"),
    (SelectField, "form-select"),
    (FileField, "form-control"),
)


def _css_class(field: Field) -> str:
    return next((name for kind, name in _CLASSES if isinstance(field, kind)), "form-control")


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form. Show its fields with the ``field`` macro of ``macros.html``."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # the same
        """How every field is rendered and in which language it complains."""

        def get_translations(self, form: object) -> Any:
            """WTForms' own Japanese messages."""
            del form
            return get_translations(("ja",))

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            """Add the class, and tie description and errors to the field for screen readers."""
            classes = [_css_class(field), render_kw.pop("class", ""), render_kw.pop("class_", "")]
            described = []
            if field.description:
                described.append(f"{field.id}-help")
            if field.errors:
                classes.append("is-invalid")
                described.append(f"{field.id}-error")
                render_kw["aria-invalid"] = "true"
            if described:
                render_kw["aria-describedby"] = " ".join(described)
            if field.type != "HiddenField" and field.type != "CSRFTokenField":
                render_kw["class"] = " ".join(filter(None, classes))
            return super().render_field(field, render_kw)
