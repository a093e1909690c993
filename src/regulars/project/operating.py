"""Commands for operators: run, worker, migrate, doctor, verify, jobs, version."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from typing import Any

from regulars.project.saying import say

Commands = Any


def commands(add: Commands) -> None:
    """Register the operator's commands."""
    run = add.add_parser("run", help="start web and worker")
    run.add_argument("--port", type=int, default=0, help="port (8000, or the next free one)")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on")
    run.add_argument("--no-demo", action="store_true", help="don't load the demo business into an empty database")
    run.set_defaults(run=run_all)

    worker = add.add_parser("worker", help="start one worker")
    worker.set_defaults(run=run_worker)

    migrate = add.add_parser("migrate", help="bring the tables up to date")
    migrate.set_defaults(run=migrate_now)

    doctor = add.add_parser("doctor", help="look for what is set up wrongly")
    doctor.set_defaults(run=examine)

    verify = add.add_parser("verify", help="prove that the records hold what must hold")
    verify.set_defaults(run=prove)

    jobs = add.add_parser("jobs", help="the queue and its dead letters")
    jobs.add_argument("act", choices=["show", "dead", "replay", "work"], nargs="?", default="show")
    jobs.add_argument("id", nargs="?", type=int, help="a dead letter's number; without it all are replayed")
    jobs.set_defaults(run=look_at_jobs)

    version = add.add_parser("version", help="versions of the program and its parts")
    version.set_defaults(run=say_version)


def run_all(arguments: argparse.Namespace) -> int:
    """`regulars run`."""
    from regulars.project.running import Supervisor

    return Supervisor(host=arguments.host, port=arguments.port, demo=not arguments.no_demo).run()


def run_worker(_arguments: argparse.Namespace) -> int:
    """`regulars worker`: until SIGTERM or SIGINT, then finish what runs."""
    from regulars.groundwork.kernel.worker import Worker

    worker = Worker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()
    return 0


def migrate_now(_arguments: argparse.Namespace) -> int:
    """`regulars migrate`."""
    from regulars.groundwork.kernel.upgrade import bring_up_to_date

    for name in bring_up_to_date():
        say(name)
    return 0


def examine(_arguments: argparse.Namespace) -> int:
    """`regulars doctor`: exit code 1 when something is wrong."""
    from regulars.project.doctor import findings

    found = findings()
    for finding in found:
        say(f"{finding.tone.upper():5} {finding.what}: {finding.sentence}")
    return 1 if any(finding.tone == "wrong" for finding in found) else 0


def prove(_arguments: argparse.Namespace) -> int:
    """`regulars verify`: exit code 1 when an invariant is broken."""
    from regulars.groundwork.kernel.invariants import INVARIANTS, faults

    found = list(faults())
    for name, sentence in found:
        say(f"BROKEN {name}: {sentence}")
    if not found:
        say(f"All well: {len(INVARIANTS)} invariants hold.")
    return 1 if found else 0


def look_at_jobs(arguments: argparse.Namespace) -> int:
    """`regulars jobs show | dead | replay [ID] | work`."""
    from django.db.models import Count

    from regulars.groundwork.kernel import jobs
    from regulars.groundwork.kernel.models import Job
    from regulars.groundwork.kernel.worker import run_until_idle

    if arguments.act == "show":
        counted = Job.objects.values_list("state").annotate(n=Count("id")).order_by("state")
        say(json.dumps(dict(counted)))
    elif arguments.act == "dead":
        for row in jobs.dead_letters():
            say(f"{row.pk} {row.kind} {row.attempts} attempts: {row.last_fault.strip().splitlines()[-1] if row.last_fault else ''}")
    elif arguments.act == "replay":
        chosen = [arguments.id] if arguments.id else [row.pk for row in jobs.dead_letters()]
        say(f"{sum(jobs.replay(job_id=number) for number in chosen)} queued again")
    else:
        say(f"{run_until_idle()} jobs performed")
    return 0


def say_version(_arguments: argparse.Namespace) -> int:
    """`regulars version`."""
    import django
    from django.db import connection

    from regulars import __version__
    from regulars.project.sqlite import journal_mode, loaded_version

    say(f"regulars {__version__}, Python {sys.version.split()[0]}, Django {django.__version__}, {connection.vendor}")
    say(f"SQLite {'.'.join(map(str, loaded_version()))}, journal {journal_mode()}")
    return 0
