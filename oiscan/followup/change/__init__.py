"""What changed between two visits of a child: vertebrae, their shape, and bone density."""
