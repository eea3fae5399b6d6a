"""Exports of learning platforms, and what was collected from them."""

import zipfile

ROSTER = """student,name,email,sid,canvas_id,moodle_id
ada,Ada Lovelace,ada@x.org,11,501,901
ben,"Turing, Ben",ben@x.org,12,502,902
"""
NOTEBOOK = b'{"cells": []}'


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def names(collected):
    return {
        one.student: [name for name, _ in one.files] for one in collected.submissions
    }
