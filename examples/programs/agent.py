"""An agent that works until it gets SIGTERM, and says which Python runs it."""

import os
import signal
import sys
import time


def end(*_):
    print("agent: ending", flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
is_venv = sys.prefix != sys.base_prefix
print(f"agent: ready, in {os.path.basename(sys.prefix) if is_venv else 'no environment of its own'}", flush=True)
while True:
    time.sleep(1)
