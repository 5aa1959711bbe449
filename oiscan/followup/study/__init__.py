"""A study's own tables and scans, read into one long table in the names of CDISC ADaM.

::

    study.toml ─▶ load_study ─▶ Study
    Study ─▶ gathered ─▶ all values, and what is wrong with them
                 └─▶ derived ─▶ visits, baseline, changes ─▶ write_study_table

What else becomes a value (adjusted calcium, scores summed from items) is added between the two.
"""
