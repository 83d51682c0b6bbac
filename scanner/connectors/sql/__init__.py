"""Databases: one ``SqlSource``, one module an engine, all behind ``Database``."""

from derbes.scanner.connectors.sql.source import SqlSource

__all__ = ["SqlSource"]
