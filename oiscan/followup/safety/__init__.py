"""Doses, laboratory values, motor function and events of a study: checked, graded and counted, each limit named."""
