"""Readers: one module a format, each turning a binary stream into batches in bounded memory."""
