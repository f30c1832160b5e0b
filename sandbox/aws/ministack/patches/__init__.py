"""What the sandbox changes in ministack; one concern a module, each saying what AWS does and ministack doesn't."""

from . import principal, surface


def apply() -> None:
    """Applies every patch. `surface` comes first: services take names from the modules it changes."""
    surface.apply()
    from . import web_identity

    web_identity.apply()


def middleware(app):
    """Wraps the application in what belongs before and after every request."""
    return surface.refusing(principal.naming(app))
