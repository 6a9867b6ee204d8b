"""What a command tells a person instead of doing its work."""


class CommandFailed(Exception):
    """The command cannot do what it was asked.  The message says what happened, then what to do."""
