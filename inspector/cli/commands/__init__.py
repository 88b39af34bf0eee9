"""One file a command; each has the name `command`."""
