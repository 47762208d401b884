#include "orders.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool take_orders(size_t longest, void (*obey)(const char *order)) {
  static char text[4096];
  static size_t length;
  ssize_t got = read(STDIN_FILENO, text + length, sizeof text - 1 - length);
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  length += (size_t)got;
  char *order = text;
  for (char *end; (end = memchr(order, '\n', length - (size_t)(order - text))); order = end + 1) {
    size_t size = (size_t)(end - order);
    bool is_text = size <= longest && !memchr(order, '\0', size);
    *end = '\0';
    obey(is_text ? order : "");
  }
  length -= (size_t)(order - text);
  memmove(text, order, length);
  return length <= longest;
}
