"""The read-out: what a study says, as one report with its tables, figures and the numbers behind them."""
