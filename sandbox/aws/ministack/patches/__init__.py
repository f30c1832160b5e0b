"""What the sandbox changes in ministack; one concern a module."""


def apply() -> None:
    """Applies every patch."""


def middleware(app):
    """Wraps the application."""
    return app
