#include "relay-line.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "gpio-chip.h"

#define SYSFS_ROOT "/sys/class/gpio"

/* udev gives a line that was just exported to its group some moments later. */
#define PATIENCE_MS 1000
/* A guard whose daemon was killed lets go of a line within milliseconds. */
#define BUSY_PATIENCE_MS 2000
#define TRY_EVERY_MS 20

static void wait_a_little(void) {
  struct timespec pause = {.tv_nsec = TRY_EVERY_MS * 1000000L};
  nanosleep(&pause, NULL);
}

static int number_from(const char *word, long *number) {
  char *end;
  errno = 0;
  if (word[0] < '0' || word[0] > '9') return -1;
  *number = strtol(word, &end, 10);
  return *end == '\0' && errno == 0 && *number <= INT_MAX ? 0 : -1;
}

/* ---- A file ---- */

static int open_file(struct relay_line *line, const char *path, struct failure *failure) {
  if (snprintf(line->welded, sizeof line->welded, "%s-welded", path) >= (int)sizeof line->welded) return fail(failure, ENAMETOOLONG, "the path is too long");
  line->kind = LINE_FILE;
  line->active = '1';
  line->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  return line->fd >= 0 ? 0 : fail(failure, errno, "%s cannot be opened", path);
}

/* ---- sysfs ---- */

static int read_text(const char *path, char *text, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = read(file, text, size - 1);
  int code = errno;
  close(file);
  errno = code;
  if (length < 0) return -1;
  text[length] = '\0';
  text[strcspn(text, "\n")] = '\0';
  return 0;
}

static int write_text(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = write(file, text, strlen(text));
  int code = errno;
  close(file);
  errno = code;
  return length == (ssize_t)strlen(text) ? 0 : -1;
}

/* The kernel's number of line `pin` of the one chip with this label. */
static int number_by_label(const char *root, const char *label, long pin, long *gpio, struct failure *failure) {
  DIR *chips = opendir(root);
  if (!chips) return fail(failure, errno, "%s cannot be read: this kernel has no GPIO through sysfs", root);
  int many = 0;
  for (struct dirent *entry = readdir(chips); entry; entry = readdir(chips)) {
    char path[PATH_MAX], text[128];
    long base, lines;
    if (strncmp(entry->d_name, "gpiochip", 8) != 0) continue;
    snprintf(path, sizeof path, "%s/%s/label", root, entry->d_name);
    if (read_text(path, text, sizeof text) < 0 || strcmp(text, label) != 0) continue;
    snprintf(path, sizeof path, "%s/%s/base", root, entry->d_name);
    if (read_text(path, text, sizeof text) < 0 || number_from(text, &base) < 0) continue;
    snprintf(path, sizeof path, "%s/%s/ngpio", root, entry->d_name);
    if (read_text(path, text, sizeof text) < 0 || number_from(text, &lines) < 0 || pin >= lines) continue;
    *gpio = base + pin;
    many++;
  }
  closedir(chips);
  if (many == 1) return 0;
  return fail(failure, EINVAL, "%d GPIO chips are labelled %s and have a line %ld; exactly one must", many, label, pin);
}

static int gpio_from(const char *root, const char *word, long *gpio, struct failure *failure) {
  char label[64];
  long pin;
  const char *colon = strrchr(word, ':');
  if (!colon) return number_from(word, gpio) == 0 ? 0 : fail(failure, EINVAL, "\"%s\" is no GPIO number", word);
  if (colon - word >= (long)sizeof label || number_from(colon + 1, &pin) < 0) return fail(failure, EINVAL, "\"%s\" is no label and pin", word);
  snprintf(label, sizeof label, "%.*s", (int)(colon - word), word);
  return number_by_label(root, label, pin, gpio, failure);
}

static int export_line(const char *root, long gpio, struct failure *failure) {
  char path[PATH_MAX], number[24];
  snprintf(path, sizeof path, "%s/gpio%ld", root, gpio);
  if (access(path, F_OK) == 0) return 0;
  snprintf(path, sizeof path, "%s/export", root);
  snprintf(number, sizeof number, "%ld", gpio);
  return write_text(path, number) == 0 ? 0 : fail(failure, errno, "line %ld cannot be exported", gpio);
}

/* `high` and `low` set direction and raw level in one go, whatever active_low says: rest from the first instant. */
static int make_output(const char *dir, bool active_low, struct failure *failure) {
  char path[PATH_MAX], direction[16];
  snprintf(path, sizeof path, "%s/direction", dir);
  for (int waited_ms = 0;; waited_ms += TRY_EVERY_MS) {
    if (read_text(path, direction, sizeof direction) < 0) return fail(failure, errno, "%s cannot be read", path);
    if (strcmp(direction, "out") == 0) return 0;
    if (write_text(path, active_low ? "high" : "low") < 0 && (errno != EACCES || waited_ms >= PATIENCE_MS))
      return fail(failure, errno, "%s cannot be written", path);
    if (waited_ms >= PATIENCE_MS) return fail(failure, EIO, "%s reads \"%s\" after it was set to be an output", path, direction);
    if (waited_ms > 0) wait_a_little();
  }
}

static int open_sysfs(struct relay_line *line, const char *root, const char *word, bool active_low, struct failure *failure) {
  char dir[PATH_MAX / 2], path[PATH_MAX], text[16];
  long gpio;
  if (gpio_from(root, word, &gpio, failure) < 0 || export_line(root, gpio, failure) < 0) return -1;
  snprintf(dir, sizeof dir, "%s/gpio%ld", root, gpio);
  if (make_output(dir, active_low, failure) < 0) return -1;
  snprintf(path, sizeof path, "%s/active_low", dir);
  if (read_text(path, text, sizeof text) < 0) return fail(failure, errno, "%s cannot be read", path);
  /* `value` goes through the file active_low, which the daemon's driver sets and a bare export does not. */
  line->active = (text[0] == '1') == active_low ? '1' : '0';
  line->kind = LINE_SYSFS;
  snprintf(path, sizeof path, "%s/value", dir);
  line->fd = open(path, O_RDWR | O_CLOEXEC);
  return line->fd >= 0 ? 0 : fail(failure, errno, "%s cannot be opened", path);
}

/* ---- A character device ---- */

static int open_chip(struct relay_line *line, const char *where, const char *word, bool active_low, struct failure *failure) {
  long pin;
  if (number_from(word, &pin) < 0) return fail(failure, EINVAL, "\"%s\" is no line of a GPIO chip", word);
  int chip = gpio_chip_open(where, failure);
  if (chip < 0) return -1;
  struct gpio_wish wish = {.offset = (unsigned)pin, .consumer = "postern relay"};
  wish.flags = GPIO_V2_LINE_FLAG_OUTPUT | (active_low ? GPIO_V2_LINE_FLAG_ACTIVE_LOW : 0);
  line->kind = LINE_CHIP;
  line->fd = gpio_line_request(chip, &wish, failure);
  for (int waited_ms = 0; line->fd < 0 && failure->code == EBUSY && waited_ms < BUSY_PATIENCE_MS; waited_ms += TRY_EVERY_MS) {
    wait_a_little();
    line->fd = gpio_line_request(chip, &wish, failure);
  }
  close(chip);
  return line->fd < 0 ? -1 : 0;
}

/* ---- All of them ---- */

int relay_line_open(struct relay_line *line, int count, char *const words[], struct failure *failure) {
  if (count == 2 && strcmp(words[0], "file") == 0) return open_file(line, words[1], failure);
  bool sysfs = (count == 3 || count == 4) && strcmp(words[0], "sysfs") == 0;
  bool chip = count == 4 && strcmp(words[0], "chip") == 0;
  const char *polarity = sysfs ? words[2] : chip ? words[3] : "";
  bool low = strcmp(polarity, "low") == 0;
  if (!low && strcmp(polarity, "high") != 0)
    return fail(failure, EINVAL, "a line is \"file <path>\", \"sysfs <gpio>|<label>:<pin> high|low\" or \"chip <path>|<label> <pin> high|low\"");
  return sysfs ? open_sysfs(line, count == 4 ? words[3] : SYSFS_ROOT, words[1], low, failure) : open_chip(line, words[1], words[2], low, failure);
}

int relay_line_hold(struct relay_line *line, struct failure *failure) {
  /* The kernel gives a chip's line to one alone. */
  if (line->kind == LINE_CHIP) return 0;
  for (int waited_ms = 0; flock(line->fd, LOCK_EX | LOCK_NB) < 0; waited_ms += TRY_EVERY_MS) {
    /* Where there are no locks, it is as if nobody else were there. */
    if (errno != EWOULDBLOCK) return 0;
    if (waited_ms >= BUSY_PATIENCE_MS) return fail(failure, EBUSY, "the line is held by \"another door\"");
    wait_a_little();
  }
  return 0;
}

int relay_line_write(struct relay_line *line, bool energised, struct failure *failure) {
  if (line->kind == LINE_CHIP) return gpio_line_set(line->fd, energised, failure);
  if (line->kind == LINE_FILE && access(line->welded, F_OK) == 0) energised = true;
  /* One call: whoever reads sees one level or the other. */
  char text[2] = {energised ? line->active : (char)('0' + '1' - line->active), '\n'};
  ssize_t length = pwrite(line->fd, text, sizeof text, 0);
  return length == (ssize_t)sizeof text ? 0 : fail(failure, length < 0 ? errno : EIO, "the line's level cannot be written");
}

int relay_line_read(struct relay_line *line, bool *energised, struct failure *failure) {
  if (line->kind == LINE_CHIP) return gpio_line_get(line->fd, energised, failure);
  char level;
  ssize_t length = pread(line->fd, &level, 1, 0);
  if (length != 1) return fail(failure, length < 0 ? errno : EIO, "the line's level cannot be read");
  *energised = level == line->active;
  return 0;
}
