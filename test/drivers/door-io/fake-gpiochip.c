/*
 * A GPIO chip of files, for kernels without one. Linked into the guard's own objects with the linker's --wrap, so that
 * every line of the program that a door runs is run, down to the system calls. In the folder FAKE_GPIO:
 *
 *     gpiochipN           "label\nlines\n": a chip that /dev seems to have
 *     of-gpiochipN/M       the raw level of line M, 0 or 1; whoever writes it moves the wire
 *     of-gpiochipN/M.driven    every raw level that it was driven to
 *     of-gpiochipN/M.asked     flags and debounce of the last request
 *     of-gpiochipN/M.held      locked by who has the line, with its name; gone with the process, as the kernel does it
 *     of-gpiochipN/M.refuse    a number of errno
 *     of-gpiochipN/M.unreadable    a number of errno, when its level is asked for
 *     of-gpiochipN/M.stuck     a raw level that is read whatever is driven
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

int __real_open(const char *path, int flags, ...);
int __real_ioctl(int fd, unsigned long request, ...);
DIR *__real_opendir(const char *path);

#define MAX_FDS 1024

static struct fake {
  enum { NOTHING, CHIP, LINE } is;
  char path[300];
  unsigned offset;
  __u64 flags;
  unsigned debounce_us;
  int events, watch, told;
} fakes[MAX_FDS];

static const char *root(void) {
  const char *dir = getenv("FAKE_GPIO");
  return dir ? dir : "/nonexistent";
}

int __wrap_open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  int mode = flags & O_CREAT ? va_arg(more, int) : 0;
  va_end(more);
  if (strncmp(path, "/dev/gpiochip", 13) != 0) return __real_open(path, flags, mode);
  char file[300];
  snprintf(file, sizeof file, "%s/%s", root(), path + 5);
  int fd = __real_open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fd >= MAX_FDS) return fd;
  fakes[fd] = (struct fake){.is = CHIP};
  memcpy(fakes[fd].path, file, sizeof file);
  return fd;
}

DIR *__wrap_opendir(const char *path) {
  return __real_opendir(strcmp(path, "/dev") == 0 ? root() : path);
}

static void name_of(const struct fake *fake, unsigned offset, const char *ending, char *name, size_t size) {
  snprintf(name, size, "%s/of-%s/%u%s", root(), strrchr(fake->path, '/') + 1, offset, ending);
}

static int number_in(const struct fake *fake, unsigned offset, const char *ending, int otherwise) {
  char name[400], text[16] = "";
  name_of(fake, offset, ending, name, sizeof name);
  int file = __real_open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return otherwise;
  int known = read(file, text, sizeof text - 1) > 0;
  close(file);
  return known ? atoi(text) : otherwise;
}

static int raw_level(const struct fake *fake) {
  return number_in(fake, fake->offset, ".stuck", number_in(fake, fake->offset, "", 0));
}

static int logical_level(const struct fake *fake) {
  return raw_level(fake) ^ !!(fake->flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW);
}

static int tell_level(const struct fake *fake, struct gpio_v2_line_values *values) {
  int refusal = number_in(fake, fake->offset, ".unreadable", 0);
  if (refusal) return errno = refusal, -1;
  values->bits = (__u64)logical_level(fake);
  return 0;
}

static void put(const struct fake *fake, const char *ending, int flags, const char *text) {
  char name[400];
  name_of(fake, fake->offset, ending, name, sizeof name);
  int file = __real_open(name, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
  if (file < 0 || write(file, text, strlen(text)) < 0) abort();
  close(file);
}

static int drive(const struct fake *fake, int logical) {
  int refusal = number_in(fake, fake->offset, ".refuse", 0);
  if (refusal) return errno = refusal, -1;
  const char *text = logical ^ !!(fake->flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW) ? "1\n" : "0\n";
  put(fake, "", 0, text);
  put(fake, ".driven", O_APPEND, text);
  return 0;
}

/* Tells edges, debounced as the kernel does it: once the level has stayed. */
static void *watch(void *argument) {
  struct fake fake = *(struct fake *)argument;
  int at = fake.watch, told = fake.told;
  unsigned count = 0;
  char skipped[4096];
  free(argument);
  for (;;) {
    struct pollfd ready = {.fd = at, .events = POLLIN};
    if (poll(&ready, 1, -1) < 0) continue;
    do {
      if (read(at, skipped, sizeof skipped) < 0) continue;
    } while (fake.debounce_us && poll(&ready, 1, (int)(fake.debounce_us / 1000)) > 0);
    int level = logical_level(&fake);
    if (level == told) continue;
    told = level;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct gpio_v2_line_event event = {
      .timestamp_ns = (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec, .offset = fake.offset, .seqno = ++count, .line_seqno = count,
      .id = level ? GPIO_V2_LINE_EVENT_RISING_EDGE : GPIO_V2_LINE_EVENT_FALLING_EDGE,
    };
    if (write(fake.events, &event, sizeof event) < 0) return NULL;
  }
}

static int request_line(const struct fake *chip, struct gpio_v2_line_request *request) {
  struct fake fake = *chip;
  fake.is = LINE;
  fake.offset = request->offsets[0];
  fake.flags = request->config.flags;
  int lines = 0;
  char text[200], name[400];
  int file = __real_open(chip->path, O_RDONLY | O_CLOEXEC);
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  text[length > 0 ? length : 0] = '\0';
  if (strchr(text, '\n')) lines = atoi(strchr(text, '\n') + 1);
  if (fake.offset >= (unsigned)lines) return errno = EINVAL, -1;
  int refusal = number_in(chip, fake.offset, ".refuse", 0);
  if (refusal) return errno = refusal, -1;
  name_of(chip, fake.offset, ".held", name, sizeof name);
  int held = __real_open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (flock(held, LOCK_EX | LOCK_NB) < 0) return close(held), errno = EBUSY, -1;
  if (ftruncate(held, 0) < 0 || write(held, request->consumer, strlen(request->consumer)) < 0) abort();
  int is_output = !!(fake.flags & GPIO_V2_LINE_FLAG_OUTPUT), value = 0;
  for (unsigned i = 0; i < request->config.num_attrs; i++) {
    if (request->config.attrs[i].attr.id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES) value = request->config.attrs[i].attr.values & 1;
    if (request->config.attrs[i].attr.id == GPIO_V2_LINE_ATTR_ID_DEBOUNCE) fake.debounce_us = request->config.attrs[i].attr.debounce_period_us;
  }
  snprintf(text, sizeof text, "%llx %u\n", (unsigned long long)fake.flags, fake.debounce_us);
  put(&fake, ".asked", O_TRUNC, text);
  if (is_output) drive(&fake, value);
  int ends[2];
  if (pipe(ends) < 0) return -1;
  fake.events = ends[1];
  fakes[ends[0]] = fake;
  request->fd = ends[0];
  if (is_output) return 0;
  /* From here on nothing is missed, whenever the thread gets its turn. */
  fake.watch = inotify_init1(IN_CLOEXEC);
  name_of(&fake, fake.offset, "", name, sizeof name);
  inotify_add_watch(fake.watch, name, IN_MODIFY);
  fake.told = logical_level(&fake);
  struct fake *copy = malloc(sizeof *copy);
  *copy = fake;
  pthread_t thread;
  return pthread_create(&thread, NULL, watch, copy) == 0 ? 0 : -1;
}

static int line_info(const struct fake *chip, struct gpio_v2_line_info *info) {
  char name[400];
  name_of(chip, info->offset, ".held", name, sizeof name);
  int held = __real_open(name, O_RDWR | O_CLOEXEC);
  info->flags = 0;
  if (held < 0) return 0;
  if (flock(held, LOCK_EX | LOCK_NB) < 0) {
    info->flags = GPIO_V2_LINE_FLAG_USED;
    ssize_t length = read(held, info->consumer, sizeof info->consumer - 1);
    info->consumer[length > 0 ? length : 0] = '\0';
  }
  close(held);
  return 0;
}

static int chip_info(const struct fake *chip, struct gpiochip_info *info) {
  char text[200] = "";
  int file = __real_open(chip->path, O_RDONLY | O_CLOEXEC);
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0 || !strchr(text, '\n')) return errno = EINVAL, -1;
  info->lines = (__u32)atoi(strchr(text, '\n') + 1);
  snprintf(info->label, sizeof info->label, "%.*s", (int)strcspn(text, "\n"), text);
  return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...) {
  va_list more;
  va_start(more, request);
  void *argument = va_arg(more, void *);
  va_end(more);
  struct fake *fake = fd >= 0 && fd < MAX_FDS ? &fakes[fd] : NULL;
  if (!fake || fake->is == NOTHING) return __real_ioctl(fd, request, argument);
  struct gpio_v2_line_values *values = argument;
  switch (request) {
  case GPIO_GET_CHIPINFO_IOCTL: return chip_info(fake, argument);
  case GPIO_V2_GET_LINEINFO_IOCTL: return line_info(fake, argument);
  case GPIO_V2_GET_LINE_IOCTL: return request_line(fake, argument);
  case GPIO_V2_LINE_SET_VALUES_IOCTL: return drive(fake, values->bits & 1);
  case GPIO_V2_LINE_GET_VALUES_IOCTL: return tell_level(fake, values);
  default: return errno = ENOTTY, -1;
  }
}
