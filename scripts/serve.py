"""Serve a folder on the loopback, for the demo: `serve.py FOLDER LIST` writes the URLs of its pages to LIST when it is up."""

from __future__ import annotations

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing of it."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Say nothing."""


def main(folder: Path, listing: Path) -> None:
    """Serve until killed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    pages = sorted(page.name for page in folder.iterdir() if page.suffix in {".html", ".txt"})
    draft = listing.with_name(f".{listing.name}")
    draft.write_text("".join(f"http://127.0.0.1:{server.server_port}/{page}\n" for page in pages))
    draft.rename(listing)  # whole, or not there yet
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
