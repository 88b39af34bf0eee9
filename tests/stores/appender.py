"""Appends numbered lines to a file, as loggers do.

    python -m tests.stores.appender FILE COUNT (open|each) [SPAN]

`each` opens, appends and closes for every line; `open` keeps the file open until standard input ends. Prints a line once
it has begun.
"""

from __future__ import annotations

import os
import sys
import time

PAUSE = 0.0002


def line(number, span):
    return f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}],"n":{number}}}\n'.encode()


def main(path, count, how, span):
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    fd = os.open(path, flags) if how == "open" else -1
    for number in range(count):
        if how == "each":
            fd = os.open(path, flags)
        os.write(fd, line(number, span))
        if how == "each":
            os.close(fd)
        time.sleep(PAUSE)
    if how == "open":
        sys.stdin.read()


if __name__ == "__main__":
    span = '{{"traceId":"{}","spanId":"{}","name":"n","startTimeUnixNano":"1"}}'.format("e" * 32, "1" * 16)
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else span)
