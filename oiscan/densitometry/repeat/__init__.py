"""What a change means: precision from repeated scans, least significant change, the same machine."""
