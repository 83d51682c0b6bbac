"""The closed list of reasons why something was not (wholly) read; ``docs/reliability.md`` explains each."""

from __future__ import annotations

CODES: frozenset[str] = frozenset(
    {
        "target-missing",  # the name led to nothing
        # cannot be read
        "file-unreadable",  # permission, I/O error
        "file-vanished",
        "file-encoding",  # bytes that fit no known encoding
        "file-binary",  # no text in it that we can read
        "column-binary",  # pictures, keys, hashes in a table: counted, the rest of its rows was read
        "file-special",  # FIFO, socket, device
        "file-damaged",  # truncated, corrupt, malformed beyond recovery
        "file-encrypted",  # password needed
        "link-loop",
        "format-unsupported",
        "missing-extra",  # a package that is not installed; the hint names it
        # databases
        "dsn-auth",
        "dsn-connect",
        "dsn-parse",
        "no-select",
        "lock-timeout",
        "statement-timeout",
        "table-vanished",
        "table-foreign",
        "connection-lost",
        "query-failed",
        "row-level-security",
        # limits
        "limit-size",
        "limit-depth",
        "limit-members",
        "limit-ratio",
        "limit-time",
        "limit-memory",
        # damage inside
        "part-damaged",
        "rows-damaged",
        "sampled",
        # a review before launch
        "statement-unread",  # a definition that could not be made out
        "unanswered",  # what no definition can say and nobody stated: nothing to judge by
        # ours
        "internal",
        "worker-died",
        "interrupted",
    }
)

# Said, but nothing is missing that was asked for: the sample was asked for, and binary values hold no text to read.
# The only list of its kind: the state of a place, the exit code and the reports all ask it.
NOTES: frozenset[str] = frozenset({"sampled", "column-binary"})
