"""What stands in for a judge's student process: runs any code, sends back `answer`."""

import json


def perform(sock):
    """Read code until the other side stops writing, run it, send its `answer`."""
    with sock.makefile("r", encoding="utf-8") as lines:
        code = lines.read()
    names = {"sock": sock}
    try:
        exec(code, names)
        answer = names.get("answer")
    except BaseException as error:  # whatever an answer may raise
        answer = [type(error).__name__, getattr(error, "errno", None), str(error)]
    sock.sendall(json.dumps(answer).encode())
