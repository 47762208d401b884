/* GPIO chips and lines through the character device, version 2 of its interface (linux/gpio.h). */
#ifndef POSTERN_GPIO_CHIP_H
#define POSTERN_GPIO_CHIP_H

#include <linux/gpio.h>
#include <stdbool.h>

#include "failure.h"

/* A chip by its path, or by a label that exactly one in /dev has. Returns its descriptor. */
int gpio_chip_open(const char *path_or_label, struct failure *failure);

struct gpio_wish {
  unsigned offset;
  /* GPIO_V2_LINE_FLAG_… */
  __u64 flags;
  /* 0 for none. */
  unsigned debounce_us;
  const char *consumer;
};

/* Asks for one line, an output with its value 0. Returns the line's descriptor; says who holds it if somebody does. */
int gpio_line_request(int chip, const struct gpio_wish *wish, struct failure *failure);

/* The values are logical: the kernel applies GPIO_V2_LINE_FLAG_ACTIVE_LOW. */
int gpio_line_set(int line, bool active, struct failure *failure);
int gpio_line_get(int line, bool *active, struct failure *failure);

#endif
