"""What builds, checks and tests Ekachit; no part of the product."""
