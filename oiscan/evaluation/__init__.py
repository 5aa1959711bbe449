"""How well a model finds, places and names vertebrae on labelled pictures, and its grades beside those of readers."""
