"""What the detail pane shows: one file a tab, each a lazy run of lines."""
