/* A small pool of threads that runs numbered tasks.
 *
 * Tasks are claimed one by one, so a worker that the system keeps from running (a
 * matrix library's idle threads spin for a while) delays nobody: the caller does the
 * rest. What a task computes may depend on its number only, never on the thread.
 */
#ifndef CS231N_THREADS_H
#define CS231N_THREADS_H

#define MAX_THREADS 64

typedef void (*task_fn)(void *context, long task, int slot);

void threads_set(int count);
int threads_get(void);

/* Run tasks 0 to count - 1; slot is below threads_get() and no two tasks that run at
 * the same time share one. */
void threads_run(task_fn task, void *context, long count);

#endif
