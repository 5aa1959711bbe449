"""Reports for people: tables, pictures and the page to open first.

::

    table      many reports -> scans.csv and vertebrae.csv
    visits     many visits -> visits.csv
    picture    one scan and its report -> the overlay a reader looks at
    rows       one scan and its vertebrae -> the words that page and notebook show
    page       many reports -> index.html; one report -> what a notebook shows

Nothing is imported here: each module brings its own library (pandas, OpenCV, jinja2).
"""
