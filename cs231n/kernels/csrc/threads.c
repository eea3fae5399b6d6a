#define _GNU_SOURCE
#include "threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* one caller at a time */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
static int wanted = 1;  /* threads to use, the caller among them */
static int started = 0; /* workers that exist */
static atomic_int active = 0; /* workers inside the current job */
static atomic_ulong job_number = 0;
static int job_open = 0;
#if !defined(_WIN32)
static int watched = 0; /* pthread_atfork done */
#endif

static task_fn job_task;
static void *job_context;
static long job_count;
static int job_width;
static atomic_long job_next;

/* Waking a thread costs as much as a small kernel, so who waits looks again and again
 * first: for some 30 microseconds, too short to be in a matrix library's way. */
#define LOOKS 1000

static void breathe(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static pthread_t workers[MAX_THREADS];
static int kept_off = -1; /* the processor where workers may not run */

/* Some schedulers wake a worker where its caller computes, and leave it waiting there
 * beside an idle processor. So workers may run on all processors but their caller's. */
static void keep_apart(void)
{
#if defined(__linux__)
    cpu_set_t others;
    int here = sched_getcpu();
    if (here < 0 || here == kept_off || sched_getaffinity(0, sizeof others, &others))
        return;
    CPU_CLR(here, &others);
    if (!CPU_COUNT(&others)) /* there is no other */
        return;
    kept_off = here;
    for (int slot = 1; slot <= started; slot++)
        pthread_setaffinity_np(workers[slot], sizeof others, &others);
#endif
}

static void work_off(int slot)
{
    long task;
    while ((task = atomic_fetch_add(&job_next, 1)) < job_count)
        job_task(job_context, task, slot);
}

static void *worker(void *argument)
{
    int slot = (int)(ptrdiff_t)argument;
    unsigned long seen = 0;
    for (;;) {
        for (int k = 0; k < LOOKS && job_number == seen; k++)
            breathe();
        pthread_mutex_lock(&lock);
        while (!job_open || job_number == seen || slot >= job_width)
            pthread_cond_wait(&work, &lock);
        seen = job_number;
        active++;
        pthread_mutex_unlock(&lock);
        work_off(slot);
        pthread_mutex_lock(&lock);
        if (--active == 0)
            pthread_cond_signal(&idle);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

#if !defined(_WIN32)
/* A forked child has no workers: forget them, and the locks as they were. */
static void forget(void)
{
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    static const pthread_cond_t calm = PTHREAD_COND_INITIALIZER;
    gate = lock = fresh;
    work = idle = calm;
    started = job_open = 0;
    active = 0;
}
#endif

/* Start workers up to the number wanted; called with the lock held. */
static void start_workers(void)
{
#if !defined(_WIN32)
    if (!watched) {
        pthread_atfork(NULL, NULL, forget);
        watched = 1;
    }
#endif
    while (started < wanted - 1) {
        pthread_t id;
        if (pthread_create(&id, NULL, worker, (void *)(ptrdiff_t)(started + 1)))
            return; /* go on with fewer */
        pthread_detach(id);
        started++;
        workers[started] = id;
        kept_off = -1;
    }
}

void threads_set(int count)
{
    pthread_mutex_lock(&lock);
    wanted = count < 1 ? 1 : count > MAX_THREADS ? MAX_THREADS : count;
    pthread_mutex_unlock(&lock);
}

int threads_get(void)
{
    pthread_mutex_lock(&lock);
    int count = wanted;
    pthread_mutex_unlock(&lock);
    return count;
}

void threads_run(task_fn task, void *context, long count)
{
    int width = threads_get();
    if (width == 1 || count < 2 || pthread_mutex_trylock(&gate)) {
        for (long k = 0; k < count; k++) /* alone, or someone else has the pool */
            task(context, k, 0);
        return;
    }
    pthread_mutex_lock(&lock);
    start_workers();
    job_task = task;
    job_context = context;
    job_count = count;
    job_width = width;
    atomic_store(&job_next, 0);
    job_number++;
    job_open = 1;
    keep_apart();
    if (count < width) {
        for (long k = 1; k < count; k++)
            pthread_cond_signal(&work);
    } else {
        pthread_cond_broadcast(&work);
    }
    pthread_mutex_unlock(&lock);
    work_off(0);
    for (int k = 0; k < LOOKS && active; k++)
        breathe();
    pthread_mutex_lock(&lock);
    job_open = 0;
    while (active)
        pthread_cond_wait(&idle, &lock);
    pthread_mutex_unlock(&lock);
    pthread_mutex_unlock(&gate);
}
