"""The commands of ``onrecord``, a few a file; each file's ``register`` adds its own to the root."""
