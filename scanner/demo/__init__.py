"""The invented world of ``derbes demo``."""
