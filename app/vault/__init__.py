"""What must not be read by others: keys, encrypted files, and the lock on a person's profile."""
