"""Reads QR codes with the system's zbar: pictures on stdin, one line of JSON for each on stdout (see helper-process.ts)."""
import ctypes
import json
import struct
import sys
import time

QRCODE = 64
ENABLE = 0
Y800 = int.from_bytes(b"Y800", "little")

zbar = ctypes.CDLL("libzbar.so.0")
for name in ("zbar_image_scanner_create", "zbar_image_create", "zbar_image_first_symbol", "zbar_symbol_next", "zbar_symbol_get_data"):
    getattr(zbar, name).restype = ctypes.c_void_p
pointer = ctypes.c_void_p
zbar.zbar_image_scanner_set_config.argtypes = [pointer, ctypes.c_int, ctypes.c_int, ctypes.c_int]
zbar.zbar_image_set_format.argtypes = [pointer, ctypes.c_ulong]
zbar.zbar_image_set_size.argtypes = [pointer, ctypes.c_uint, ctypes.c_uint]
zbar.zbar_image_set_data.argtypes = [pointer, ctypes.c_char_p, ctypes.c_ulong, pointer]
zbar.zbar_scan_image.argtypes = [pointer, pointer]
for name in ("zbar_image_first_symbol", "zbar_symbol_next", "zbar_symbol_get_data", "zbar_symbol_get_data_length", "zbar_image_destroy"):
    getattr(zbar, name).argtypes = [pointer]


def text_of(symbol):
    data = ctypes.string_at(zbar.zbar_symbol_get_data(symbol), zbar.zbar_symbol_get_data_length(symbol))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def version():
    parts = [ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()]
    zbar.zbar_version(*(ctypes.byref(part) for part in parts))
    return ".".join(str(part.value) for part in parts)


scanner = zbar.zbar_image_scanner_create()
zbar.zbar_image_scanner_set_config(scanner, 0, ENABLE, 0)
zbar.zbar_image_scanner_set_config(scanner, QRCODE, ENABLE, 1)
print(json.dumps({"version": version()}), flush=True)
while len(head := sys.stdin.buffer.read(8)) == 8:
    width, height = struct.unpack("<II", head)
    luma = sys.stdin.buffer.read(width * height)
    started = time.process_time()
    image = zbar.zbar_image_create()
    zbar.zbar_image_set_format(image, Y800)
    zbar.zbar_image_set_size(image, width, height)
    zbar.zbar_image_set_data(image, luma, len(luma), None)
    zbar.zbar_scan_image(scanner, image)
    took = time.process_time() - started
    texts = []
    symbol = zbar.zbar_image_first_symbol(image)
    while symbol:
        texts.append(text_of(symbol))
        symbol = zbar.zbar_symbol_next(symbol)
    zbar.zbar_image_destroy(image)
    print(json.dumps({"cpuMs": took * 1e3, "texts": texts}), flush=True)
