"""Reads QR codes with the system's OpenCV: pictures on stdin, one line of JSON for each on stdout (see helper-process.ts)."""
import json
import os
import struct
import sys
import time

import cv2
import numpy

# The library itself writes to standard output: it is moved out of the answers' way.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def can_read(detector):
    """Whether it reads a perfect code: Debian builds it without the library (QUIRC) that it leaves reading to."""
    code = cv2.QRCodeEncoder.create().encode("0")
    picture = cv2.copyMakeBorder(cv2.resize(code, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST), 32, 32, 32, 32, cv2.BORDER_CONSTANT, value=255)
    return detector.detectAndDecode(picture)[0] == "0"


def read(picture):
    _, texts, _, _ = detector.detectAndDecodeMulti(picture)
    texts = [text for text in texts if text]
    return {"texts": texts, "found": len(texts)}


def find(picture):
    _, corners = detector.detectMulti(picture)
    return {"texts": [], "found": 0 if corners is None else len(corners)}


cv2.setNumThreads(1)
detector = cv2.QRCodeDetector()
reads = can_read(detector)
look = read if reads else find
about = cv2.__version__ + ("" if reads else ", built without QUIRC: it finds codes and reads none")
print(json.dumps({"version": about}), file=answers, flush=True)
while len(head := sys.stdin.buffer.read(8)) == 8:
    width, height = struct.unpack("<II", head)
    picture = numpy.frombuffer(sys.stdin.buffer.read(width * height), numpy.uint8).reshape(height, width)
    started = time.process_time()
    try:
        answer = look(picture)
    except (cv2.error, UnicodeDecodeError):
        # It gives up on some pictures by throwing, and on texts that are not UTF-8.
        answer = {"texts": []}
    answer["cpuMs"] = (time.process_time() - started) * 1e3
    print(json.dumps(answer), file=answers, flush=True)
