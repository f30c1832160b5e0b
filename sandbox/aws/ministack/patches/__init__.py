"""What the sandbox changes in ministack; one concern a module, each saying what AWS does and ministack doesn't."""

from . import principal, surface


def apply() -> None:
    """Applies every patch. `surface` comes first: services take names from the modules it changes."""
    surface.apply()
    from . import conditions, incorrect_key, key_aliases, key_context, object_keys, object_lock, regions, replication, root, web_identity

    # replication is outermost of those that wrap the same handlers: what they refuse is not replicated.
    for patch in (root, conditions, incorrect_key, key_aliases, key_context, web_identity, regions, object_lock, object_keys, replication):
        patch.apply()


def middleware(app):
    """Wraps the application in what belongs before and after every request."""
    return surface.refusing(principal.naming(app))
