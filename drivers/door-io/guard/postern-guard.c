/*
 * What must go on when the daemon does not: a small program beside it.
 *
 *     postern-guard guard <line>          holds the lock relay by leases; orders on stdin, answers on stdout
 *     postern-guard rest <line>           brings the relay to rest, reads it back, ends
 *     postern-guard rest-file <file> [<user>]
 *                                         the same for the line that the file names, one word a line, as this user
 *     postern-guard wires <chip> <wire>…  tells a door's inputs and switches its outputs
 *     postern-guard chips [<pin>…]        tells what GPIO chips there are, and who has these lines
 *
 * <line> is explained in relay-line.h, <wire> in wires.c. It asks for no memory once it has started and needs nothing but
 * the C library and the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guard.h"
#include "relay-line.h"

static const char usage[] =
  "Usage: postern-guard rest <line> | rest-file <file> [<user>] | guard <line> | wires <chip> <wire>... | chips [<pin>...]\n\n"
  "  <line>   file <path>\n"
  "           sysfs <gpio>|<chip label>:<pin> high|low     high or low is the level that energises the relay\n"
  "           chip <path>|<chip label> <pin> high|low\n"
  "  <wire>   in:<pin>:<pull-up|pull-down|no-pull|as-is>:<high|low>:<debounce in us> or out:<pin>:<high|low>\n\n"
  "Exit codes of rest: 0 the relay is at rest, read back; 1 it is not, or that cannot be known; 2 wrong usage.\n";

static int rest_mode(int count, char *const words[]) {
  struct relay_line line;
  struct failure failure;
  bool energised = true;
  if (relay_line_open(&line, count, words, &failure) < 0 || relay_line_write(&line, false, &failure) < 0 || relay_line_read(&line, &energised, &failure) < 0) {
    fprintf(stderr, "postern-guard: the relay cannot be brought to rest: %s\n", failure.text);
    return 1;
  }
  if (!energised) return 0;
  fprintf(stderr, "postern-guard: the relay reads energised after it was told to rest: its contacts may be welded, or something else drives its line\n");
  return 1;
}

/*
 * Root becomes this user, with its groups: the file is the user's word, and may move no more than the user may. systemd
 * could do it with User=, and takes twice as long for it, with all else that it then does before a program starts.
 */
static int become(const char *name) {
  errno = 0;
  struct passwd *user = getpwnam(name);
  if (user && user->pw_uid == geteuid()) return 0;
  if (user && initgroups(name, user->pw_gid) == 0 && setgid(user->pw_gid) == 0 && setuid(user->pw_uid) == 0) return 0;
  fprintf(stderr, "postern-guard: cannot become the user %s: %s\n", name, user || errno ? strerror(errno) : "there is none of this name");
  return -1;
}

/* No file: no daemon has held a relay here yet, and there is nothing to rest. */
static int rest_file_mode(const char *path) {
  static char text[4097];
  char *words[4];
  int count = 0;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return 0;
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (length < 0) {
    fprintf(stderr, "postern-guard: %s cannot be read: %s\n", path, strerror(errno));
    return 1;
  }
  text[length] = '\0';
  for (char *word = text; count < 4 && *word; count++) {
    char *end = word + strcspn(word, "\n");
    words[count] = word;
    word = *end ? end + 1 : end;
    *end = '\0';
  }
  return rest_mode(count, words);
}

int main(int count, char *words[]) {
  const char *mode = count > 1 ? words[1] : "";
  if (strcmp(mode, "guard") == 0 && count > 2) return guard_mode(count - 2, words + 2);
  if (strcmp(mode, "rest") == 0 && count > 2) return rest_mode(count - 2, words + 2);
  if (strcmp(mode, "rest-file") == 0 && (count == 3 || count == 4)) return count == 4 && become(words[3]) < 0 ? 1 : rest_file_mode(words[2]);
  if (strcmp(mode, "wires") == 0 && count > 3) return wires_mode(count - 2, words + 2);
  if (strcmp(mode, "chips") == 0) return chips_mode(count - 2, words + 2);
  bool help = strcmp(mode, "--help") == 0;
  fputs(usage, help ? stdout : stderr);
  return help ? 0 : 2;
}
