"""The version of the client, in step with the server's."""

__version__ = "0.1.0"
