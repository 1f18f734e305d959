"""Serves the files of this directory over HTTP, and ends on SIGTERM."""

import functools
import http.server
import os
import signal
import sys

port = int(os.environ.get("PORT", "18474"))
here = os.path.dirname(os.path.abspath(__file__))
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=here)

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
except OSError as error:
    print(f"cannot listen on port {port}: {error}", file=sys.stderr, flush=True)
    sys.exit(1)
print(f"serving {here} on http://127.0.0.1:{port}", flush=True)
server.serve_forever()
