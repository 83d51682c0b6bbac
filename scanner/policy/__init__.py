"""Policy as data: types, loading with every error at its place, exceptions, baseline.

Importing this package costs nothing: pydantic and YAML are loaded by what needs them.
"""
