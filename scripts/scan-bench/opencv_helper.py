"""Reads QR codes with the system's OpenCV: pictures on stdin, one line of JSON for each on stdout (see helper-process.ts)."""
import json
import struct
import sys
import time

import cv2
import numpy

cv2.setNumThreads(1)
detector = cv2.QRCodeDetector()
print(json.dumps({"version": cv2.__version__}), flush=True)
while len(head := sys.stdin.buffer.read(8)) == 8:
    width, height = struct.unpack("<II", head)
    picture = numpy.frombuffer(sys.stdin.buffer.read(width * height), numpy.uint8).reshape(height, width)
    started = time.process_time()
    try:
        _, texts, _, _ = detector.detectAndDecodeMulti(picture)
    except (cv2.error, UnicodeDecodeError):
        # It gives up on some pictures by throwing, and on texts that are not UTF-8.
        texts = []
    took = time.process_time() - started
    print(json.dumps({"cpuMs": took * 1e3, "texts": [text for text in texts if text]}), flush=True)
