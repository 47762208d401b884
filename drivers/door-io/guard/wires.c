/*
 * A door's other lines, on a GPIO chip's character device. Not in the process that owns the relay: what breaks here has
 * nothing to do with the lock.
 *
 *     postern-guard wires <chip> <wire>…
 *     in:<pin>:<pull-up|pull-down|no-pull|as-is>:<high|low>:<debounce in us>
 *     out:<pin>:<high|low>
 *
 * high or low is the active level. One line each on stdout, times in milliseconds on CLOCK_MONOTONIC:
 *
 *     level <pin> <0|1> <ms>         an input's level: at first, and after each change; 1 is active
 *     ready                          all lines are there, all outputs are off
 *     failed <pin> <CODE: sentence>  a line that cannot be had, which ends it, or cannot be read or switched
 *
 * Orders on stdin: `set <pin> <0|1>`. When stdin closes the outputs are switched off and it ends.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gpio-chip.h"
#include "guard.h"
#include "orders.h"

#define MAX_WIRES 16
/* Of one read; the kernel keeps 16 a line. */
#define MAX_EVENTS 16
#define MAX_ORDER_LENGTH 64
#define MS 1000000ULL

struct wire {
  struct gpio_wish wish;
  int fd;
  bool level;
  unsigned last_event;
};

static struct wire wires[MAX_WIRES];
static int wire_count;

static bool is_input(const struct wire *wire) {
  return wire->wish.flags & GPIO_V2_LINE_FLAG_INPUT;
}

static int tell_failure(const struct wire *wire, const struct failure *failure) {
  printf("failed %u %s\n", wire->wish.offset, failure->text);
  fflush(stdout);
  return 1;
}

/* ---- What they are ---- */

static int flag_from(const char *word, __u64 *flags) {
  static const struct { const char *word; __u64 flag; } known[] = {
    {"pull-up", GPIO_V2_LINE_FLAG_BIAS_PULL_UP}, {"pull-down", GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN},
    {"no-pull", GPIO_V2_LINE_FLAG_BIAS_DISABLED}, {"as-is", 0},
    {"high", 0}, {"low", GPIO_V2_LINE_FLAG_ACTIVE_LOW},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(word, known[i].word) == 0) {
      *flags |= known[i].flag;
      return 0;
    }
  return -1;
}

static int wire_from(char *text, struct wire *wire) {
  char pull[12], active[6], more;
  *wire = (struct wire){.fd = -1, .wish.consumer = "postern door"};
  if (sscanf(text, "in:%u:%11[a-z-]:%5[a-z]:%u%c", &wire->wish.offset, pull, active, &wire->wish.debounce_us, &more) == 4) {
    wire->wish.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING;
    return flag_from(pull, &wire->wish.flags) < 0 || flag_from(active, &wire->wish.flags) < 0 ? -1 : 0;
  }
  if (sscanf(text, "out:%u:%5[a-z]%c", &wire->wish.offset, active, &more) != 2) return -1;
  wire->wish.flags = GPIO_V2_LINE_FLAG_OUTPUT;
  return flag_from(active, &wire->wish.flags);
}

/* ---- Inputs ---- */

static int read_level(struct wire *wire) {
  struct failure failure;
  struct timespec now;
  if (gpio_line_get(wire->fd, &wire->level, &failure) < 0) return tell_failure(wire, &failure);
  clock_gettime(CLOCK_MONOTONIC, &now);
  printf("level %u %d %.3f\n", wire->wish.offset, wire->level, (double)now.tv_sec * 1000 + (double)now.tv_nsec / MS);
  return 0;
}

/* When the kernel's few places for events were full, some are lost: the level itself is read then. */
static int read_events(struct wire *wire) {
  struct gpio_v2_line_event events[MAX_EVENTS];
  ssize_t length = read(wire->fd, events, sizeof events);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  struct failure failure;
  if (length < (ssize_t)sizeof *events) {
    fail(&failure, length < 0 ? errno : EIO, "the line gives no more events");
    return tell_failure(wire, &failure);
  }
  bool lost = false;
  for (size_t i = 0; i < (size_t)length / sizeof *events; i++) {
    lost = lost || (wire->last_event != 0 && events[i].line_seqno != wire->last_event + 1);
    wire->last_event = events[i].line_seqno;
    wire->level = events[i].id == GPIO_V2_LINE_EVENT_RISING_EDGE;
    printf("level %u %d %.3f\n", wire->wish.offset, wire->level, (double)events[i].timestamp_ns / MS);
  }
  return lost ? read_level(wire) : 0;
}

/* ---- Outputs ---- */

static void obey(const char *order) {
  unsigned pin, level;
  char more;
  if (sscanf(order, "set %u %u%c", &pin, &level, &more) != 2 || level > 1) return;
  for (int i = 0; i < wire_count; i++) {
    struct failure failure;
    bool is;
    if (is_input(&wires[i]) || wires[i].wish.offset != pin) continue;
    if (gpio_line_set(wires[i].fd, level, &failure) < 0 || gpio_line_get(wires[i].fd, &is, &failure) < 0) tell_failure(&wires[i], &failure);
    else if (is != (bool)level) printf("failed %u EIO: it reads %s after it was switched %s; check the wiring for a short\n", pin, is ? "on" : "off", level ? "on" : "off");
  }
}

/* ---- The process ---- */

static int open_wires(const char *where) {
  struct failure failure;
  int chip = gpio_chip_open(where, &failure);
  if (chip < 0) return tell_failure(&wires[0], &failure);
  for (int i = 0; i < wire_count; i++) {
    wires[i].fd = gpio_line_request(chip, &wires[i].wish, &failure);
    if (wires[i].fd < 0) return tell_failure(&wires[i], &failure);
    if (is_input(&wires[i]) && read_level(&wires[i])) return 1;
  }
  close(chip);
  printf("ready\n");
  fflush(stdout);
  return 0;
}

static int serve(void) {
  struct pollfd ready[MAX_WIRES + 1] = {{.fd = STDIN_FILENO, .events = POLLIN}};
  for (int i = 0; i < wire_count; i++) ready[i + 1] = (struct pollfd){.fd = is_input(&wires[i]) ? wires[i].fd : -1, .events = POLLIN};
  for (;;) {
    if (poll(ready, (nfds_t)wire_count + 1, -1) < 0 && errno != EINTR) return 1;
    if (ready[0].revents && !take_orders(MAX_ORDER_LENGTH, obey)) return 0;
    for (int i = 0; i < wire_count; i++)
      if (ready[i + 1].revents && read_events(&wires[i])) return 1;
    if (fflush(stdout) != 0) return 0;
  }
}

int wires_mode(int count, char *const words[]) {
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], SIG_IGN);
  for (wire_count = 0; wire_count < count - 1 && wire_count < MAX_WIRES; wire_count++) {
    if (wire_from(words[wire_count + 1], &wires[wire_count]) == 0) continue;
    fprintf(stderr, "postern-guard: \"%s\" is no wire; see postern-guard --help\n", words[wire_count + 1]);
    return 2;
  }
  int code = open_wires(words[0]) || serve();
  struct failure failure;
  for (int i = 0; i < wire_count; i++)
    if (wires[i].fd >= 0 && !is_input(&wires[i])) gpio_line_set(wires[i].fd, false, &failure);
  return code;
}
