#include "gpio-chip.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int open_path(const char *path, struct failure *failure) {
  int chip = open(path, O_RDWR | O_CLOEXEC);
  return chip >= 0 ? chip : fail(failure, errno, "the GPIO chip %s cannot be opened", path);
}

static bool has_label(const char *path, const char *label) {
  struct gpiochip_info info = {0};
  int chip = open(path, O_RDWR | O_CLOEXEC);
  if (chip < 0) return false;
  bool fits = ioctl(chip, GPIO_GET_CHIPINFO_IOCTL, &info) == 0 && strncmp(info.label, label, sizeof info.label) == 0;
  close(chip);
  return fits;
}

int gpio_chip_open(const char *path_or_label, struct failure *failure) {
  if (path_or_label[0] == '/') return open_path(path_or_label, failure);
  DIR *devices = opendir("/dev");
  if (!devices) return fail(failure, errno, "/dev cannot be read");
  char found[sizeof "/dev/" + 64] = "";
  int many = 0;
  for (struct dirent *entry = readdir(devices); entry; entry = readdir(devices)) {
    char path[sizeof found];
    if (strncmp(entry->d_name, "gpiochip", 8) != 0 || strlen(entry->d_name) > 60) continue;
    snprintf(path, sizeof path, "/dev/%.64s", entry->d_name);
    if (entry->d_type == DT_LNK || !has_label(path, path_or_label)) continue;
    memcpy(found, path, sizeof found);
    many++;
  }
  closedir(devices);
  if (many == 1) return open_path(found, failure);
  return fail(failure, many ? EINVAL : ENODEV, "%d GPIO chips that may be opened are labelled %s; exactly one must be", many, path_or_label);
}

/* EBUSY says nothing of who it is; the line's own information does. */
static int refused(int chip, const struct gpio_wish *wish, int code, struct failure *failure) {
  struct gpio_v2_line_info info = {.offset = wish->offset};
  if (code == EBUSY && ioctl(chip, GPIO_V2_GET_LINEINFO_IOCTL, &info) == 0)
    return fail(failure, code, "line %u is held by \"%.32s\"", wish->offset, info.consumer[0] ? info.consumer : "the kernel");
  return fail(failure, code, "line %u cannot be had", wish->offset);
}

int gpio_line_request(int chip, const struct gpio_wish *wish, struct failure *failure) {
  struct gpio_v2_line_request request = {.num_lines = 1};
  struct gpio_v2_line_config *config = &request.config;
  request.offsets[0] = wish->offset;
  snprintf(request.consumer, sizeof request.consumer, "%s", wish->consumer);
  config->flags = wish->flags;
  if (wish->flags & GPIO_V2_LINE_FLAG_OUTPUT) {
    config->attrs[config->num_attrs].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
    config->attrs[config->num_attrs].attr.values = 0;
    config->attrs[config->num_attrs++].mask = 1;
  }
  if (wish->debounce_us > 0) {
    config->attrs[config->num_attrs].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
    config->attrs[config->num_attrs].attr.debounce_period_us = wish->debounce_us;
    config->attrs[config->num_attrs++].mask = 1;
  }
  if (ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) < 0) return refused(chip, wish, errno, failure);
  return request.fd;
}

int gpio_line_set(int line, bool active, struct failure *failure) {
  struct gpio_v2_line_values values = {.bits = active, .mask = 1};
  return ioctl(line, GPIO_V2_LINE_SET_VALUES_IOCTL, &values) == 0 ? 0 : fail(failure, errno, "the line's level cannot be set");
}

int gpio_line_get(int line, bool *active, struct failure *failure) {
  struct gpio_v2_line_values values = {.mask = 1};
  if (ioctl(line, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) < 0) return fail(failure, errno, "the line's level cannot be read");
  *active = values.bits & 1;
  return 0;
}
