"""Whether a run loses anything: killed at any moment, on a full disk, with workers that die.

It is looked at from outside, as a user sees it: the command is started, killed and started again, and the folder it
leaves is compared with that of a run nobody disturbed.
"""
