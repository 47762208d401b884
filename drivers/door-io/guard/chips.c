/*
 * What GPIO chips there are, and who has their lines, for a driver and `postern doctor`, which cannot ask the kernel themselves.
 *
 *     postern-guard chips [<pin>…]
 *
 * One line each on stdout:
 *
 *     chip <path> <lines> <label>
 *     refused <path> <CODE: sentence>
 *     pin <path> <pin> free|held <consumer>     for each pin asked for, of each chip that has it
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gpio-chip.h"
#include "guard.h"

static void tell_pin(int chip, const char *path, unsigned pin) {
  struct gpio_v2_line_info info = {.offset = pin};
  if (ioctl(chip, GPIO_V2_GET_LINEINFO_IOCTL, &info) < 0) return;
  printf("pin %s %u %s %.32s\n", path, pin, info.flags & GPIO_V2_LINE_FLAG_USED ? "held" : "free", info.consumer);
}

static void tell_chip(const char *path, int count, char *const pins[]) {
  struct gpiochip_info info = {0};
  struct failure failure;
  int chip = gpio_chip_open(path, &failure);
  if (chip < 0 || ioctl(chip, GPIO_GET_CHIPINFO_IOCTL, &info) < 0) {
    if (chip >= 0) fail(&failure, errno, "%s does not say what it is", path);
    printf("refused %s %s\n", path, failure.text);
  } else {
    printf("chip %s %u %.32s\n", path, info.lines, info.label);
    for (int i = 0; i < count; i++) tell_pin(chip, path, (unsigned)strtoul(pins[i], NULL, 10));
  }
  if (chip >= 0) close(chip);
}

int chips_mode(int count, char *const pins[]) {
  DIR *devices = opendir("/dev");
  if (!devices) return 1;
  for (struct dirent *entry = readdir(devices); entry; entry = readdir(devices)) {
    char path[sizeof "/dev/" + 64];
    /* A link is another name of a chip that is told already. */
    if (strncmp(entry->d_name, "gpiochip", 8) != 0 || strlen(entry->d_name) > 60 || entry->d_type == DT_LNK) continue;
    snprintf(path, sizeof path, "/dev/%.60s", entry->d_name);
    tell_chip(path, count, pins);
  }
  closedir(devices);
  return 0;
}
