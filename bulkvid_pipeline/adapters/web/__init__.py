"""HTTP requests to servers that users name, without access to private networks (protection against SSRF)."""
