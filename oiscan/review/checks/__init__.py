"""What the reader's page promises, tried out: `scripts/validate.py` runs these in full, the tests in small.

::

    study        a made-up trial as a results folder, with names, dates and arms that must not leak
    trial        two simulated readers read it blinded: leaks, disagreements, kappa
    visitor      a client of a server in a process of its own
    durability   the server is killed while corrections come in: none may be lost or doubled
    reader       `scripted_reader`: corrects scans whose truth is known, with a hand as unsteady as a person's
    loop         score, correct, export, train, and measure on others: what retraining brings
    siege        requests without token, from elsewhere, with ../, of 100 MB, and very many at once
"""
