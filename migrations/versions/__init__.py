"""Database migrations, numbered; applied by `machikoe db upgrade`."""
