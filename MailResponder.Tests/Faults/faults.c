/* faults - makes chosen calls of a program to libc fail
 *
 * usage: LD_PRELOAD=faults.so FAULTS='RULE[;RULE...]' program
 *
 * RULE is CALL,PLACE,FIRST,COUNT,ACTION. It applies to COUNT matching calls of the process (0: all), from the FIRST on.
 *
 *   CALL    a name below, or * for every call that reads or changes something outside the process
 *   PLACE   a part of the file's path, or of the path or port ("127.0.0.1:25") of a socket's peer; * for any
 *   ACTION  an errno (a number): the call fails with it
 *           short     write: half of the bytes are written
 *           sleepN    the call takes N milliseconds longer
 *           killN     the process gets signal N before the call is done
 *           afterN    the process gets signal N after the call is done; a call that would have to wait is not done
 *           setN      time: the clock shows the second N of the epoch
 *           stepN     time: the clock is N seconds off
 *
 * With FAULTS_COUNT=FILE each matching call of the first rule adds a line to FILE: the calls that can be made to fail.
 * With FAULTS_LOG=SOCKET messages for /dev/log go to SOCKET. Child processes start without any of this.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RULES = 8, MAX_FILES = 1024, MAX_PLACE = 256 };

static struct rule {
  char call[24], place[MAX_PLACE], action[24];
  long first, count, seen;
} rules[MAX_RULES];

static int rule_count, count_fd = -1;
static char places[MAX_FILES][MAX_PLACE];
static struct sockaddr_un log_socket;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (real == NULL) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void read_rules(void) {
  const char *text = getenv("FAULTS");
  const char *count = getenv("FAULTS_COUNT");
  while (text != NULL && *text != '\0' && rule_count < MAX_RULES) {
    struct rule *rule = &rules[rule_count++];
    if (sscanf(text, "%23[^,],%255[^,],%ld,%ld,%23[^;]",
               rule->call, rule->place, &rule->first, &rule->count, rule->action) != 5) {
      static const char message[] = "faults: a rule cannot be read\n";
      syscall(SYS_write, 2, message, sizeof message - 1);
      _exit(64);
    }
    text = strchr(text, ';');
    if (text != NULL) text++;
  }
  if (count != NULL)
    count_fd = (int)syscall(SYS_openat, AT_FDCWD, count, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  snprintf(places[0], MAX_PLACE, "stdin");
  unsetenv("LD_PRELOAD");
  unsetenv("FAULTS");
  unsetenv("FAULTS_COUNT");
  const char *log = getenv("FAULTS_LOG");
  if (log != NULL) {
    log_socket.sun_family = AF_UNIX;
    snprintf(log_socket.sun_path, sizeof log_socket.sun_path, "%s", log);
  }
  unsetenv("FAULTS_LOG");
}

static void send_signal(int number) {
  syscall(SYS_kill, (pid_t)syscall(SYS_getpid), number);
  /* The program continues if it handles the signal. */
}

/* Returns 0 to go on, or the errno to fail with. *after is a signal to send after the call; *cut asks for a short
 * write. */
static int fault(const char *call, const char *place, int *after, int *cut) {
  int error = 0;
  long pause = 0;
  int now = 0;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < rule_count; i++) {
    struct rule *rule = &rules[i];
    if (strcmp(rule->call, call) != 0 && (strcmp(rule->call, "*") != 0 || strcmp(call, "time") == 0)) continue;
    if (strcmp(rule->place, "*") != 0 && strstr(place, rule->place) == NULL) continue;
    rule->seen++;
    if (i == 0 && count_fd >= 0) {
      char line[MAX_PLACE + 40];
      int length = snprintf(line, sizeof line, "%s %s\n", call, place);
      syscall(SYS_write, count_fd, line, (size_t)length);
    }
    if (rule->seen < rule->first || (rule->count > 0 && rule->seen >= rule->first + rule->count)) continue;
    if (sscanf(rule->action, "sleep%ld", &pause) == 1) continue;
    if (sscanf(rule->action, "kill%d", &now) == 1) continue;
    if (sscanf(rule->action, "after%d", after) == 1) continue;
    if (strcmp(rule->action, "short") == 0) *cut = 1;
    else error = atoi(rule->action);
  }
  pthread_mutex_unlock(&lock);
  if (pause > 0) {
    struct timespec length = { pause / 1000, pause % 1000 * 1000000 };
    while (syscall(SYS_nanosleep, &length, &length) != 0 && errno == EINTR) { }
  }
  if (now > 0) send_signal(now);
  return error;
}

static void remember(int fd, const char *place) {
  if (fd >= 0 && fd < MAX_FILES) snprintf(places[fd], MAX_PLACE, "%s", place);
}

static const char *place_of(int fd) { return fd >= 0 && fd < MAX_FILES ? places[fd] : ""; }

#define CHECK(call, place, failed) \
  int after = 0, cut = 0, error = fault(call, place, &after, &cut); \
  (void)cut; \
  if (error != 0) { errno = error; return failed; }

#define RETURN(call) \
  do { \
    int errno_before = errno; \
    errno = 0; \
    __typeof__(call) result = call; \
    if (after > 0 && errno != EAGAIN) send_signal(after); \
    if (errno == 0) errno = errno_before; \
    return result; \
  } while (0)

static int opened(int directory, const char *path, int flags, mode_t mode) {
  CHECK("open", path, -1)
  int fd = (int)syscall(SYS_openat, directory, path, flags, mode);
  remember(fd, path);
  RETURN(fd);
}

#define MODE_OF(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | __O_TMPFILE)) { \
    va_list rest; \
    va_start(rest, flags); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }

int open(const char *path, int flags, ...) { MODE_OF(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
int openat(int at, const char *path, int flags, ...) { MODE_OF(flags) return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(at, path, flags | O_LARGEFILE, mode);
}

int close(int fd) {
  char place[MAX_PLACE];
  snprintf(place, sizeof place, "%s", place_of(fd));
  int after = 0, cut = 0, error = fault("close", place, &after, &cut);
  (void)cut;
  if (fd >= 0 && fd < MAX_FILES) places[fd][0] = '\0';
  int result_of_call = (int)syscall(SYS_close, fd);
  if (error != 0) { errno = error; return -1; }
  RETURN(result_of_call);
}

ssize_t read(int fd, void *to, size_t size) { CHECK("read", place_of(fd), -1) RETURN(syscall(SYS_read, fd, to, size)); }
ssize_t pread(int fd, void *to, size_t size, off_t at) {
  CHECK("read", place_of(fd), -1)
  RETURN(syscall(SYS_pread64, fd, to, size, at));
}
ssize_t pread64(int fd, void *to, size_t size, off64_t at) { return pread(fd, to, size, at); }

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned int flags) {
  CHECK("read", place_of(from), -1)
  RETURN(syscall(SYS_copy_file_range, from, from_at, to, to_at, size, flags));
}

ssize_t write(int fd, const void *from, size_t size) {
  CHECK("write", place_of(fd), -1)
  RETURN(syscall(SYS_write, fd, from, cut && size > 1 ? size / 2 : size));
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
  CHECK("write", place_of(fd), -1)
  RETURN(syscall(SYS_pwrite64, fd, from, cut && size > 1 ? size / 2 : size, at));
}

ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) { return pwrite(fd, from, size, at); }

ssize_t writev(int fd, const struct iovec *from, int count) {
  CHECK("write", place_of(fd), -1)
  RETURN(syscall(SYS_writev, fd, from, count));
}
ssize_t pwritev(int fd, const struct iovec *from, int count, off_t at) {
  CHECK("write", place_of(fd), -1)
  RETURN(syscall(SYS_pwritev, fd, from, count, at, 0));
}
ssize_t pwritev64(int fd, const struct iovec *from, int count, off64_t at) { return pwritev(fd, from, count, at); }

int fsync(int fd) { CHECK("sync", place_of(fd), -1) RETURN((int)syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { CHECK("sync", place_of(fd), -1) RETURN((int)syscall(SYS_fdatasync, fd)); }
int ftruncate(int fd, off_t size) { CHECK("truncate", place_of(fd), -1) RETURN((int)syscall(SYS_ftruncate, fd, size)); }
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int fallocate(int fd, int mode, off_t at, off_t size) {
  CHECK("write", place_of(fd), -1)
  RETURN((int)syscall(SYS_fallocate, fd, mode, at, size));
}
int fallocate64(int fd, int mode, off64_t at, off64_t size) { return fallocate(fd, mode, at, size); }
int posix_fallocate(int fd, off_t at, off_t size) {
  int after = 0, cut = 0, error = fault("write", place_of(fd), &after, &cut);
  (void)cut;
  if (error != 0) return error;
  RETURN(syscall(SYS_fallocate, fd, 0, at, size) == 0 ? 0 : errno);
}
int posix_fallocate64(int fd, off64_t at, off64_t size) { return posix_fallocate(fd, at, size); }

int rename(const char *from, const char *to) { CHECK("rename", to, -1) RETURN((int)syscall(SYS_rename, from, to)); }
int link(const char *from, const char *to) { CHECK("link", to, -1) RETURN((int)syscall(SYS_link, from, to)); }
int unlink(const char *path) { CHECK("unlink", path, -1) RETURN((int)syscall(SYS_unlink, path)); }
int mkdir(const char *path, mode_t mode) { CHECK("mkdir", path, -1) RETURN((int)syscall(SYS_mkdir, path, mode)); }

int stat(const char *path, struct stat *to) {
  CHECK("stat", path, -1)
  REAL(int, "stat", const char *, struct stat *);
  RETURN(real(path, to));
}
int stat64(const char *path, struct stat64 *to) {
  CHECK("stat", path, -1)
  REAL(int, "stat64", const char *, struct stat64 *);
  RETURN(real(path, to));
}

int fcntl(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  if (command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK) {
    CHECK("lock", place_of(fd), -1)
    RETURN((int)syscall(SYS_fcntl, fd, command, argument));
  }
  int result = (int)syscall(SYS_fcntl, fd, command, argument);
  if (command == F_DUPFD_CLOEXEC || command == F_DUPFD) remember(result, place_of(fd));
  return result;
}

int fcntl64(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  return fcntl(fd, command, argument);
}

int flock(int fd, int operation) { CHECK("lock", place_of(fd), -1) RETURN((int)syscall(SYS_flock, fd, operation)); }

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t at) {
  CHECK(fd >= 0 ? "map" : "memory", fd >= 0 ? place_of(fd) : "", MAP_FAILED)
  void *result_of_call = (void *)syscall(SYS_mmap, address, size, protection, flags, fd, at);
  RETURN(result_of_call);
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t at) {
  return mmap(address, size, protection, flags, fd, at);
}

static void name_of(const struct sockaddr *address, socklen_t size, char *name) {
  name[0] = '\0';
  if (address == NULL || size < sizeof(sa_family_t)) return;
  if (address->sa_family == AF_UNIX) {
    snprintf(name, MAX_PLACE, "%.108s", ((const struct sockaddr_un *)address)->sun_path);
  } else if (address->sa_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)address;
    char text[INET_ADDRSTRLEN] = "";
    inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
    snprintf(name, MAX_PLACE, "%s:%d", text, ntohs(in->sin_port));
  } else if (address->sa_family == AF_INET6) {
    snprintf(name, MAX_PLACE, "127.0.0.1:%d", ntohs(((const struct sockaddr_in6 *)address)->sin6_port));
  }
}

int socket(int domain, int type, int protocol) {
  CHECK("socket", "", -1)
  RETURN((int)syscall(SYS_socket, domain, type, protocol));
}

int connect(int fd, const struct sockaddr *address, socklen_t size) {
  char place[MAX_PLACE];
  name_of(address, size, place);
  remember(fd, place);
  CHECK("connect", place, -1)
  RETURN((int)syscall(SYS_connect, fd, address, size));
}

ssize_t sendto(int fd, const void *from, size_t size, int flags, const struct sockaddr *address, socklen_t length) {
  char place[MAX_PLACE];
  name_of(address, length, place);
  CHECK("send", place[0] != '\0' ? place : place_of(fd), -1)
  if (strcmp(place, "/dev/log") == 0 && log_socket.sun_path[0] != '\0')
    RETURN(syscall(SYS_sendto, fd, from, size, flags, &log_socket, sizeof log_socket));
  RETURN(syscall(SYS_sendto, fd, from, size, flags, address, length));
}

ssize_t send(int fd, const void *from, size_t size, int flags) { return sendto(fd, from, size, flags, NULL, 0); }

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  char place[MAX_PLACE];
  name_of(message->msg_name, message->msg_namelen, place);
  CHECK("send", place[0] != '\0' ? place : place_of(fd), -1)
  struct msghdr redirected = *message;
  if (strcmp(place, "/dev/log") == 0 && log_socket.sun_path[0] != '\0') {
    redirected.msg_name = &log_socket;
    redirected.msg_namelen = sizeof log_socket;
  }
  RETURN(syscall(SYS_sendmsg, fd, &redirected, flags));
}

ssize_t recv(int fd, void *to, size_t size, int flags) {
  CHECK("receive", place_of(fd), -1)
  RETURN(syscall(SYS_recvfrom, fd, to, size, flags, NULL, NULL));
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  CHECK("receive", place_of(fd), -1)
  RETURN(syscall(SYS_recvmsg, fd, message, flags));
}

ssize_t getrandom(void *to, size_t size, unsigned int flags) {
  CHECK("random", "", -1)
  RETURN(syscall(SYS_getrandom, to, size, flags));
}

int getentropy(void *to, size_t size) {
  CHECK("random", "", -1)
  RETURN(syscall(SYS_getrandom, to, size, 0) == (long)size ? 0 : -1);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) return result;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < rule_count; i++) {
    long seconds;
    struct rule *rule = &rules[i];
    if (strcmp(rule->call, "time") != 0 || ++rule->seen < rule->first) continue;
    if (rule->count > 0 && rule->seen >= rule->first + rule->count) continue;
    if (sscanf(rule->action, "set%ld", &seconds) == 1) time->tv_sec = seconds;
    if (sscanf(rule->action, "step%ld", &seconds) == 1) time->tv_sec += seconds;
  }
  pthread_mutex_unlock(&lock);
  return result;
}
