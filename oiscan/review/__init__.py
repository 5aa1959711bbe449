"""The reader's page: look at what oiscan found, correct it, and lose nothing.

::

    sheet        what one reader has marked on one scan, as a value
    changes      the changes a reader can make to a sheet: checked and applied
    grading      a sheet -> findings, by the library's own rule
    audit        a row of the trail: what was and what is; the sheet that rows add up to
    readings     the store of rows, which are only ever added
    cases        the scans of a results folder that can be read, under the names a reader may see
    pictures     the picture of a scan, from the file it was scored from
    blinding     study codes in an order of each reader's own, until somebody unblinds
    desk         one reader at work: worklist, cases, changes, undo
    told         what the page is told, as plain data
    opening      a results folder opened for one reader, by the rules of blinding
    guard        who may talk to the server
    server       the addresses the page asks
    serve        the server on this machine
    double       two readers side by side: disagreements, agreement
    exchange     export and import of all readings
    labels       accepted readings as a labelled set for training
    checks/      what all this promises, tried out

The audit trail supports an audit under 21 CFR 11; oiscan is not itself compliant with it.
"""
