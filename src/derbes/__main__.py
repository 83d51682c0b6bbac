"""``python -m derbes`` is the command ``derbes``."""

from derbes.scanner.cli import main

if __name__ == "__main__":
    main()
