/*
 * The bench's eyes and hand in the guest. All times are CLOCK_MONOTONIC in nanoseconds.
 *
 *   door-watch line FILE               samples FILE (a gpio-sim value) 2,000 times a second and writes "TIME LEVEL" for
 *                                      each change, the first reading too; at SIGTERM "TIME gap LONGEST" and ends
 *   door-watch signal NUMBER PID...    writes the time, then sends the signal to each
 *   door-watch put FILE TEXT           writes the time, then TEXT into FILE
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS 500000L

static volatile sig_atomic_t over;

static void end(int number) { (void)number; over = 1; }

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int fail(const char *what) {
  perror(what);
  return 1;
}

static int watch(const char *path) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) return fail(path);
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGTERM, end);
  char before = 0, level;
  long long last = now(), longest = 0;
  while (!over) {
    if (pread(fd, &level, 1, 0) != 1) return fail(path);
    long long t = now();
    if (t - last > longest) longest = t - last;
    last = t;
    if (level != before) printf("%lld %c\n", t, before = level);
    struct timespec pause = { 0, PERIOD_NS };
    nanosleep(&pause, NULL);
  }
  printf("%lld gap %lld\n", now(), longest);
  return 0;
}

static int send_signals(int number, char **pids) {
  printf("%lld\n", now());
  for (; *pids; pids++) if (kill(atoi(*pids), number) != 0) return fail(*pids);
  return 0;
}

static int put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY);
  if (fd < 0) return fail(path);
  printf("%lld\n", now());
  return write(fd, text, strlen(text)) < 0 ? fail(path) : 0;
}

int main(int count, char **word) {
  if (count == 3 && !strcmp(word[1], "line")) return watch(word[2]);
  if (count > 3 && !strcmp(word[1], "signal")) return send_signals(atoi(word[2]), word + 3);
  if (count == 4 && !strcmp(word[1], "put")) return put(word[2], word[3]);
  fprintf(stderr, "usage: door-watch line FILE | signal NUMBER PID... | put FILE TEXT\n");
  return 2;
}
