/*
 * The one wire to the relay. Logical: `energised` or not, whatever polarity the relay board has. The words that name it:
 *
 *     file <path>                          1 or 0 in a file: the simulated door
 *     sysfs <gpio>|<label>:<pin> high|low [<root>]
 *                                          a line of /sys/class/gpio, by the kernel's number, or by its chip's label and
 *                                          its number there, which stays the same from one kernel to the next
 *     chip <path>|<label> <pin> high|low   a line of a character device, which this process alone then owns
 *
 * high or low is the level that energises. Functions return 0, or -1 with the failure filled in.
 */
#ifndef POSTERN_RELAY_LINE_H
#define POSTERN_RELAY_LINE_H

#include <stdbool.h>

#include "failure.h"

struct relay_line {
  enum { LINE_FILE, LINE_SYSFS, LINE_CHIP } kind;
  int fd;
  /* sysfs: what is written to energise. */
  char active;
  /* file: while this one is there, the contacts are welded. */
  char welded[4200];
};

/* Opens the wire; an output that was none before is at rest from its first instant. */
int relay_line_open(struct relay_line *line, int count, char *const words[], struct failure *failure);
/* Takes it for this process until its end; EBUSY while another one has it. Whoever only rests the relay need not. */
int relay_line_hold(struct relay_line *line, struct failure *failure);
int relay_line_write(struct relay_line *line, bool energised, struct failure *failure);
/* The level as it is outside, not as it was written. */
int relay_line_read(struct relay_line *line, bool *energised, struct failure *failure);

#endif
