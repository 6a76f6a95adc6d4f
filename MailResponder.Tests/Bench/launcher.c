/* launcher INPUT ERRORS PROGRAM [ARGUMENT...] - runs a program once and prints what it cost
 *
 * The program reads the file INPUT. Its output is discarded, and its errors go to the file ERRORS. Prints one line:
 * microseconds of CPU (user and system, including its children), microseconds of wall time, peak memory in KiB, and
 * the exit status (128 + signal).
 *
 * On Linux a program inherits the peak memory of the process that starts it. This process is small, so that the figure
 * is the program's own. Python's would not be small. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long microseconds(struct timespec from, struct timespec to) {
  return (to.tv_sec - from.tv_sec) * 1000000LL + (to.tv_nsec - from.tv_nsec) / 1000;
}

static long long of(struct timeval time) { return time.tv_sec * 1000000LL + time.tv_usec; }

int main(int argc, char **argv) {
  if (argc < 4) {
    fputs("usage: launcher INPUT ERRORS PROGRAM [ARGUMENT...]\n", stderr);
    return 64;
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, argv[1], O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, 2, argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600);

  struct timespec start, end;
  struct rusage usage;
  pid_t child;
  int status;
  clock_gettime(CLOCK_MONOTONIC, &start);
  int error = posix_spawn(&child, argv[3], &files, NULL, argv + 3, environ);
  if (error != 0) {
    fprintf(stderr, "launcher: %s: %s\n", argv[3], strerror(error));
    return 69;
  }
  if (wait4(child, &status, 0, &usage) != child) {
    perror("launcher: wait4");
    return 71;
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%lld %lld %ld %d\n", of(usage.ru_utime) + of(usage.ru_stime), microseconds(start, end), usage.ru_maxrss,
         WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
