"""Databases: one ``SqlSource``, one module an engine, all behind ``Database``."""
