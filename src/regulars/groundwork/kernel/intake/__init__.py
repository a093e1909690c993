"""Taking over foreign files, for any kind of record: from upload to undo.

    kinds.py      what a capability says about its kind of record (fields, row reader, set-based comparison and writing, undo)
    plans.py      how one file is read: columns, currency, zone, decimal marks; what the file leaves open is asked
    receiving.py  a file comes in and is kept under a random name
    staging.py    rows into a table of the batch's own, chunk by chunk
    slots.py      staged rows into slots and out of them again, for kinds that need no more than that
    running.py    the life of a batch: check, run, resume after a crash
    refused.py    the rows that were not taken, as a file that can be imported again
    undoing.py    taking a batch back
    jobs.py       all of it in the background
    cli.py        all of it from the command line

Counts are kept so that read = created + updated + identical + skipped + failed whenever a batch rests; the database checks it.
"""
