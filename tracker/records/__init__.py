"""Writers without a transaction of their own: history rows, status moves, audit events."""
