"""A worker that counts, and ends on SIGTERM."""

import os
import signal
import sys
import time

pause = float(os.environ.get("PAUSE_SECONDS", "5"))


def end(*_):
    print("ending", flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
print(f"counting, a step every {pause} s", flush=True)
count = 0
while True:
    time.sleep(pause)
    count += 1
    print(f"counted to {count}", flush=True)
