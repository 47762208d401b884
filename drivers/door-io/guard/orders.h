/* Orders on stdin: lines of text. */
#ifndef POSTERN_ORDERS_H
#define POSTERN_ORDERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Takes what has come on stdin and has each whole line obeyed; one that is longer than `longest` or has a NUL character in
 * it, behind which nothing would be looked at, as an empty one. False when no more will come, or what comes is endless: no
 * daemon of ours. For one reader a process.
 */
bool take_orders(size_t longest, void (*obey)(const char *order));

#endif
