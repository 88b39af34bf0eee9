"""The widgets of the main screen, each drawn line by line."""
