/* The modes of postern-guard. Each returns the process's exit code. */
#ifndef POSTERN_GUARD_H
#define POSTERN_GUARD_H

/* Holds the relay by leases, by orders on stdin; see guard.c. */
int guard_mode(int count, char *const words[]);
/* Holds a door's other lines: tells inputs, switches outputs; see wires.c. */
int wires_mode(int count, char *const words[]);

/* Tells what GPIO chips there are; see chips.c. */
int chips_mode(int count, char *const pins[]);

#endif
