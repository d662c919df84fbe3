"""Asking servers that users name, without letting them send us into private networks."""
