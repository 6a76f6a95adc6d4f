/* main - runs before and after the .NET runtime
 *
 * The linker makes this the program's main (--wrap=main). __real_main is .NET's own.
 *
 * A runtime that cannot start, because there is no memory or no process left, returns -1, which is the exit code 255.
 * Postfix bounces a message on every code that it does not know. On 75 it keeps the message and tries again. .NET
 * reports nothing in this case, so the line for the log is written here. The settings are not read yet, so the line
 * goes to the default socket and facility.
 *
 * With DOTNET_ variables, the runtime would write its memory, and with it the requester's address, into files, or open
 * a socket for debuggers. So these variables are removed. A core file would hold the address too. The core limit 1 is
 * too small for a file, and it is the only value at which Linux does not pipe the core to a program either (core(5)).
 *
 * If a standard stream is closed, the first file that the program opens takes its number: the program would read its
 * settings as a message, or write a line into the database. So a closed stdin is opened write-only, and a closed stdout
 * or stderr read-only. Later use of the stream still fails.
 *
 * A message must not use up the host's memory, whatever others send, such as a server whose answer never ends. So the
 * filter's memory is limited. Commands, whose first argument is a word, are not limited: they have many threads, and
 * the limit would count their stacks.
 *
 * A limit for the size of files would end the process by a signal, without a line in the log. With the signal ignored,
 * the write fails instead, and the message is deferred.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* Thirty times the memory that a message needs. */
static const rlim_t MAX_DATA_BYTES = 512 << 20;

enum { TEMPORARY_FAILURE = 75, RUNTIME_DID_NOT_START = 255 };

extern char **environ;

int __real_main(int argc, char **argv);

static void bound_memory(int argc, char **argv) {
  struct rlimit data;
  if (argc > 1 && argv[1][0] != '-') return;
  if (getrlimit(RLIMIT_DATA, &data) != 0 || data.rlim_cur <= MAX_DATA_BYTES) return;
  data.rlim_cur = MAX_DATA_BYTES;
  setrlimit(RLIMIT_DATA, &data);
}

static void occupy_standard_streams(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static void forget_runtime_variables(void) {
  char **to = environ;
  for (char **from = environ; *from != NULL; from++)
    if (strncmp(*from, "DOTNET_", 7) != 0 && strncmp(*from, "COMPlus_", 8) != 0) *to++ = *from;
  *to = NULL;
}

/* Writes what syslog(3) would, but uses no heap, because memory may be exhausted. */
static void log_line(const char *text) {
  static const struct sockaddr_un place = { AF_UNIX, "/dev/log" };
  char line[512], now[32] = "";
  time_t seconds = time(NULL);
  struct tm fields;
  if (localtime_r(&seconds, &fields) != NULL) strftime(now, sizeof now, "%b %e %H:%M:%S", &fields);
  int length = snprintf(line, sizeof line, "<%d>%s mail_responder[%d]: %s",
                        LOG_LOCAL0 | LOG_ERR, now, (int)getpid(), text);
  int log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (log >= 0) sendto(log, line, (size_t)length, 0, (const struct sockaddr *)&place, sizeof place);
}

static int report(void) {
  static const char notice[] = "4.3.0 The responder cannot answer now; the message is kept and tried again.\n";
  ssize_t written = write(STDERR_FILENO, notice, sizeof notice - 1);
  (void)written;
  log_line("deferred reason=unexpected address=unknown replies=0 ms=0 queue_id=- problem=\"the program cannot start: "
           "there is no memory left, or no process can be started; check free, ulimit -a and the limits of "
           "Postfix's service\"");
  return TEMPORARY_FAILURE;
}

int __wrap_main(int argc, char **argv) {
  struct rlimit no_core = { 1, 1 };
  setrlimit(RLIMIT_CORE, &no_core);
  bound_memory(argc, argv);
  occupy_standard_streams();
  signal(SIGXFSZ, SIG_IGN);
  forget_runtime_variables();
  int status = __real_main(argc, argv);
  return (status & 0xff) == RUNTIME_DID_NOT_START ? report() : status;
}
