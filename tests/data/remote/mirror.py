"""A small HTTP server that plays a mirror with good and bad days."""

import http.server
import threading
import time


class Mirror:
    """Files by path; ``days`` says what befalls a path's next requests.

    A day is "ok", "slow" (drips), "stall" (sends half, then nothing), "gone" (404),
    "broken" (500), or an integer: the connection is cut after so many bytes.
    """

    def __init__(self):
        self.files, self.days, self.requests = {}, {}, []
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.answer(self)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.awake = threading.Event()
        serve = self.server.serve_forever
        threading.Thread(target=serve, args=(0.02,), daemon=True).start()

    def close(self):
        self.awake.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler):
        name = handler.path.lstrip("/")
        wanted = handler.headers.get("Range")
        self.requests.append((name, wanted))
        days = self.days.get(name, [])
        day = days.pop(0) if days else "ok"
        if day == "gone" or name not in self.files:
            return handler.send_error(404)
        if day == "broken":
            return handler.send_error(500)
        content = self.files[name]
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if start >= len(content) and wanted:
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(content)}")
            handler.send_header("Content-Length", "0")
            return handler.end_headers()
        handler.send_response(206 if wanted else 200)
        handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        return self.send(handler, content[start:], day)

    def send(self, handler, body, day):
        try:
            if day == "slow":
                for i in range(0, len(body), len(body) // 8 + 1):
                    handler.wfile.write(body[i : i + len(body) // 8 + 1])
                    handler.wfile.flush()
                    time.sleep(0.15)  # together longer than QUICK, each far shorter
            elif day == "stall":
                handler.wfile.write(body[: len(body) // 2])
                handler.wfile.flush()
                self.awake.wait(120)
            elif isinstance(day, int):
                handler.wfile.write(body[:day])
                handler.wfile.flush()
                handler.close_connection = True
            else:
                handler.wfile.write(body)
        except OSError:
            pass  # the client hung up, as some tests want
