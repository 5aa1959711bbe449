"""A simulated trial: children who grow, are treated and come back, with the truth of every visit. Nobody is in it."""
