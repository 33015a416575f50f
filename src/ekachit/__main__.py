"""`python -m ekachit` is `ekachit`."""

from ekachit.ops.cli import main

main()
