/* What went wrong, in words for people; the first word is the system's name of the error, by which the daemon finds the mend. */
#ifndef POSTERN_FAILURE_H
#define POSTERN_FAILURE_H

struct failure {
  int code;
  char text[400];
};

/* Fills in `EBUSY: ` (from `code`, if it is an errno) and the sentence. Returns -1, to be handed on. */
int fail(struct failure *failure, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
