"""The structure tests behind the rules, one subject a file. Pure Python, no import that costs at start."""
