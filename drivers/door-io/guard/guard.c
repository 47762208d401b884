/*
 * The relay guard [S1]: orders on stdin, answers on stdout, by the protocol in ../guard-protocol.ts. It knows the time by
 * itself, takes no signal but SIGKILL, and rests the relay and ends when its stdin closes, which the kernel does for a daemon
 * that has died in whatever way.
 *
 * INVARIANTS
 * - While the relay may be energised, either `lease_end` is set and armed in the timer, or rest is being tried again.
 * - The end of a lease comes before any order that waits, so a guard that was stopped rests first.
 * - Nothing blocks but poll: an answer that nobody reads is dropped, and no memory is asked for.
 */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "orders.h"
#include "relay-line.h"

#define MS 1000000LL
/* An order to energise that was sent longer ago is dropped: this process was stopped, or the pipe stood still. */
#define MAX_ORDER_AGE (1000 * MS)
#define MAX_LEASE (300000 * MS)
/* A relay that would not rest is told to again this often, and for so long after the daemon has gone. */
#define TRY_AGAIN (50 * MS)
#define LAST_TRIES (5000 * MS)
/* Longer than any order; more without a newline is no daemon of ours. */
#define MAX_ORDER_LENGTH 200
/* Above whatever shares the processor, below the kernel's own threads of 50. As the unit's LimitRTPRIO. */
#define PRIORITY 10
/*
 * Microseconds it may compute in one go at that priority, a thousand times what an order takes. A guard that ran wild
 * would take the processor from all else, the daemon that could replace it included; the kernel ends it (getrlimit(2)).
 */
#define LONGEST_RUN 500000

static struct relay_line line;
static int64_t lease_end;
static int64_t try_again_at;
/* What was last told of a relay that does not rest, so that it is told once. */
static char trouble[16];
static char answers[16384];
static size_t answers_length;
static bool nobody_listens;

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 * MS + now.tv_nsec;
}

/* ---- Answers ---- */

static void flush_answers(void) {
  while (answers_length > 0 && !nobody_listens) {
    ssize_t written = write(STDOUT_FILENO, answers, answers_length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno != EAGAIN && errno != EWOULDBLOCK) nobody_listens = true;
    if (written <= 0) return;
    answers_length -= (size_t)written;
    memmove(answers, answers + written, answers_length);
  }
}

/* Dropped when the daemon has not read for long; it will miss it, and start another guard. */
static void answer(const char *id, const char *result) {
  char text[512];
  int length = snprintf(text, sizeof text, "%s %s\n", id, result);
  if (nobody_listens || length >= (int)sizeof text || answers_length + (size_t)length > sizeof answers) return;
  memcpy(answers + answers_length, text, (size_t)length);
  answers_length += (size_t)length;
  flush_answers();
}

/* ---- The relay ---- */

/* Writes a level and reads it back: `rest`, `energised`, or `failed` and why. */
static bool set_relay(bool energised, char *result, size_t size) {
  struct failure failure;
  bool is = true;
  if (relay_line_write(&line, energised, &failure) < 0 || relay_line_read(&line, &is, &failure) < 0) {
    snprintf(result, size, "failed %s", failure.text);
    return false;
  }
  snprintf(result, size, "%s", is ? "energised" : "rest");
  return is == energised;
}

static void rest_relay(char *result, size_t size) {
  lease_end = 0;
  try_again_at = set_relay(false, result, size) ? 0 : now_ns() + TRY_AGAIN;
}

/* Tells of it when it is something new: `0 rest` at the end of a lease, or when a relay that would not rest does. */
static void rest_unasked(void) {
  char result[450];
  bool again = try_again_at != 0;
  rest_relay(result, sizeof result);
  if (again && strncmp(result, trouble, sizeof trouble - 1) == 0) return;
  snprintf(trouble, sizeof trouble, "%.*s", (int)sizeof trouble - 1, result);
  answer("0", result);
}

static void energise_relay(const char *id, int64_t lease, int64_t sent_at) {
  char result[450];
  int64_t age = now_ns() - sent_at;
  if (lease <= 0 || lease > MAX_LEASE || age < 0) return answer(id, "failed a lease must be of 1 to 300000 ms and sent in the past");
  if (age > MAX_ORDER_AGE || age >= lease) return answer(id, "late");
  lease_end = sent_at + lease;
  try_again_at = 0;
  set_relay(true, result, sizeof result);
  answer(id, result);
}

/* ---- Orders ---- */

/* Milliseconds with or without decimals, up to `end`, in nanoseconds; -1 for anything else. */
static int64_t time_from(const char **text, char end) {
  int64_t ns = 0, unit = MS;
  int digits = 0, decimals = 0;
  const char *c = *text;
  for (; *c >= '0' && *c <= '9'; c++, digits++) {
    if (digits == 12) return -1;
    ns = ns * 10 + (*c - '0') * MS;
  }
  if (*c == '.' && digits > 0)
    for (c++; *c >= '0' && *c <= '9'; c++, decimals++) {
      unit /= 10;
      ns += (*c - '0') * unit;
    }
  else
    decimals = 1;
  if (digits == 0 || decimals == 0 || *c != end) return -1;
  *text = c + 1;
  return ns;
}

/* Copies the digits of the id behind `verb `; false when this is not that verb with an id, and `end` behind it. */
static bool is_order(const char *order, const char *verb, char end, char id[17], const char **rest) {
  size_t length = strlen(verb);
  if (strncmp(order, verb, length) != 0 || order[length] != ' ') return false;
  const char *from = order + length + 1;
  size_t digits = strspn(from, "0123456789");
  if (digits == 0 || digits > 16 || from[digits] != end) return false;
  memcpy(id, from, digits);
  id[digits] = '\0';
  *rest = from + digits + 1;
  return true;
}

static void obey(const char *order) {
  char id[17], result[450];
  const char *rest;
  bool is;
  struct failure failure;
  if (is_order(order, "energise", ' ', id, &rest)) {
    int64_t lease = time_from(&rest, ' '), sent_at = lease < 0 ? -1 : time_from(&rest, '\0');
    if (sent_at >= 0) return energise_relay(id, lease, sent_at);
    return answer(id, "failed not an order of this protocol");
  }
  if (is_order(order, "rest", '\0', id, &rest)) {
    rest_relay(result, sizeof result);
    snprintf(trouble, sizeof trouble, "%.*s", (int)sizeof trouble - 1, result);
    return answer(id, result);
  }
  if (is_order(order, "level", '\0', id, &rest)) {
    if (relay_line_read(&line, &is, &failure) == 0) return answer(id, is ? "energised" : "rest");
    snprintf(result, sizeof result, "failed %s", failure.text);
    return answer(id, result);
  }
  answer("0", "failed not an order of this protocol");
}

/* ---- The process ---- */

/* Ctrl-C, `systemctl stop` and a closed terminal reach the daemon too: it rests the relay and closes the pipe. */
static void ignore_signals(void) {
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGTSTP, SIGTTIN, SIGTTOU};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], SIG_IGN);
}

static bool write_oom_score(void) {
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  bool written = file >= 0 && write(file, "-1000", 5) == 5;
  if (file >= 0) close(file);
  return written;
}

/*
 * Each as far as this user may. It works without them as well, until memory or processor run out: so it is told, once,
 * where there is a door.
 */
static void stand_firm(bool is_door) {
  struct sched_param priority = {.sched_priority = PRIORITY};
  struct rlimit run = {.rlim_cur = LONGEST_RUN, .rlim_max = LONGEST_RUN};
  setrlimit(RLIMIT_RTTIME, &run);
  bool memory = mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
  bool first = sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority) == 0 || setpriority(PRIO_PROCESS, 0, -20) == 0;
  bool last_to_go = write_oom_score();
  if (!is_door || (memory && first && last_to_go)) return;
  fprintf(stderr, "postern-guard: may not%s%s%s; the unit of systemd/ allows it, or run as root\n", memory ? "" : " lock its memory,",
          first ? "" : " raise its priority,", last_to_go ? "" : " be spared when memory runs out");
}

static void arm(int timer) {
  int64_t due = lease_end ? lease_end : try_again_at;
  struct itimerspec at = {.it_value = {.tv_sec = due / (1000 * MS), .tv_nsec = due % (1000 * MS)}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

/* Nobody gives orders any more. A relay that does not rest is told to for some time yet. */
static int end_at_rest(void) {
  char result[450];
  struct timespec pause = {.tv_nsec = TRY_AGAIN};
  int64_t until = now_ns() + LAST_TRIES;
  for (rest_relay(result, sizeof result); try_again_at != 0 && now_ns() < until; rest_relay(result, sizeof result)) nanosleep(&pause, NULL);
  answer("0", result);
  return try_again_at == 0 ? 0 : 1;
}

static int keep_guard(int count, char *const words[]) {
  struct failure failure;
  fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (timer < 0) fail(&failure, errno, "there is no timer");
  if (timer < 0 || relay_line_open(&line, count, words, &failure) < 0 || relay_line_hold(&line, &failure) < 0) {
    char result[450];
    snprintf(result, sizeof result, "failed %s", failure.text);
    answer("0", result);
    return 1;
  }
  rest_unasked();
  for (;;) {
    /* Before the timer is armed, for what has fallen due meanwhile, and before orders are read. */
    int64_t now = now_ns();
    if ((lease_end && now >= lease_end) || (try_again_at && now >= try_again_at)) rest_unasked();
    arm(timer);
    struct pollfd ready[] = {
      {.fd = STDIN_FILENO, .events = POLLIN},
      {.fd = timer, .events = POLLIN},
      {.fd = answers_length > 0 && !nobody_listens ? STDOUT_FILENO : -1, .events = POLLOUT},
    };
    if (poll(ready, 3, -1) < 0 && errno != EINTR) return end_at_rest();
    if (ready[2].revents) flush_answers();
    now = now_ns();
    if ((lease_end && now >= lease_end) || (try_again_at && now >= try_again_at)) continue;
    if (ready[0].revents && !take_orders(MAX_ORDER_LENGTH, obey)) return end_at_rest();
  }
}

int guard_mode(int count, char *const words[]) {
  ignore_signals();
  stand_firm(strcmp(words[0], "file") != 0);
  int code = keep_guard(count, words);
  /* What is left to do is in no hurry: a sanitizer's look for leaks would wait for a thread that this one keeps from running. */
  sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){0});
  return code;
}
