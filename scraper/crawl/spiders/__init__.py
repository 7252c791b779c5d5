"""Spiders that belong to no one site."""
