#include "failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *name_of(int code) {
  switch (code) {
  case EACCES: return "EACCES";
  case EBUSY: return "EBUSY";
  case EINVAL: return "EINVAL";
  case EIO: return "EIO";
  case ENODEV: return "ENODEV";
  case ENOENT: return "ENOENT";
  case ENOTDIR: return "ENOTDIR";
  case ENOTTY: return "ENOTTY";
  case ENXIO: return "ENXIO";
  case EPERM: return "EPERM";
  case EROFS: return "EROFS";
  default: return strerror(code);
  }
}

int fail(struct failure *failure, int code, const char *format, ...) {
  failure->code = code;
  int used = code == 0 ? 0 : snprintf(failure->text, sizeof failure->text, "%s: ", name_of(code));
  va_list values;
  va_start(values, format);
  vsnprintf(failure->text + used, sizeof failure->text - (size_t)used, format, values);
  va_end(values);
  /* One line of the protocol, whatever is in a path or a name. */
  for (char *c = failure->text; *c; c++)
    if ((unsigned char)*c < ' ') *c = ' ';
  return -1;
}
