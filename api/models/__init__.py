"""Typed answers of the routes; what is not in them does not leave the service."""
