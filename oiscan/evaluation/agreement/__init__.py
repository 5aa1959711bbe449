"""The program's grades and heights beside those of readers, and readers beside each other."""
