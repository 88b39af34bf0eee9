"""The screen in a browser, for one person on one machine."""
