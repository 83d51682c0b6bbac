"""derbes: finds personal data and judges each place by the operator's own privacy policy."""

__version__ = "0.1.0"
