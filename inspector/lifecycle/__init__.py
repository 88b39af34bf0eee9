"""What must go is gone, and it is proved: plans, erasure by subject, retention, holds, certificates."""
