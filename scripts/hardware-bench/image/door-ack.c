/*
 * Acknowledges events in an order that a power cut cannot change.
 *
 *   door-ack DISK SECTOR < the daemon's log
 *
 * For each line that tells of an event ("event":N) writes one sector "ACK N" past the file system, by O_DIRECT: in the
 * disk's own log of writes it then stands after everything that the daemon had made durable before it told.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512

int main(int count, char **word) {
  if (count != 3) { fprintf(stderr, "usage: door-ack DISK SECTOR\n"); return 2; }
  int disk = open(word[1], O_WRONLY | O_DIRECT);
  char *sector, line[65536];
  if (disk < 0 || posix_memalign((void **)&sector, SECTOR, SECTOR) != 0) { perror(word[1]); return 1; }
  off_t at = atoll(word[2]) * SECTOR;
  while (fgets(line, sizeof line, stdin)) {
    const char *event = strstr(line, "\"event\":");
    if (!event) continue;
    memset(sector, 0, SECTOR);
    snprintf(sector, SECTOR, "ACK %ld", atol(event + 8));
    if (pwrite(disk, sector, SECTOR, at) != SECTOR) { perror(word[1]); return 1; }
  }
  return 0;
}
