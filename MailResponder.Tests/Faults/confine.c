/* confine - runs a program like a systemd unit with these lines would, where systemd does not run
 *
 * usage: confine [NAME=VALUE...] -- program [argument...]
 *        confine [NAME=VALUE...]
 *
 * NAME and VALUE are those of systemd.exec(5). For SystemCallFilter=, VALUE is a list of plain names of system calls.
 * These are allowed. The others fail as with SystemCallErrorNumber=EPERM, and those that systemd does not know fail
 * with ENOSYS. A NAME that is not handled below is refused, so that no line seems to be in force when it is not.
 * Without a program it tries what is forbidden, and prints one line for each attempt: its name and its result.
 *
 * calls.h holds a line { "NAME", NUMBER }, for each system call that systemd knows.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined __x86_64__
#define NATIVE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "which architecture is it?"
#endif

enum {
  MAX_FILTER = 4096,
  NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
               CLONE_NEWNET | CLONE_NEWTIME
};

static const struct call { const char *name; int number; } calls[] = {
#include "calls.h"
};

static const struct { const char *name; int resource; } limits[] = {
  { "LimitAS", RLIMIT_AS }, { "LimitCORE", RLIMIT_CORE }, { "LimitFSIZE", RLIMIT_FSIZE },
  { "LimitMEMLOCK", RLIMIT_MEMLOCK }, { "LimitNOFILE", RLIMIT_NOFILE }, { "LimitNPROC", RLIMIT_NPROC },
  { "LimitSTACK", RLIMIT_STACK },
};

static void die(const char *format, ...) {
  va_list values;
  va_start(values, format);
  fprintf(stderr, "confine: ");
  vfprintf(stderr, format, values);
  fprintf(stderr, ": %s\n", strerror(errno));
  exit(64);
}

/* Iterates over the words of a value. */
#define EACH_WORD(word, value) \
  (char *rest_ = strdupa(value), *word = strtok_r(rest_, " ", &rest_); word != NULL; word = strtok_r(NULL, " ", &rest_))

/* seccomp: several filters are installed, and the kernel uses the strictest answer. */

static struct sock_filter filter[MAX_FILTER];
static unsigned short length;

static void add(unsigned short code, unsigned char yes, unsigned char no, unsigned int value) {
  if (length == MAX_FILTER) die("a filter is too long");
  filter[length++] = (struct sock_filter){ code, yes, no, value };
}

static void load(size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, 0, 0, (unsigned int)offset); }

static void answer(unsigned int action) { add(BPF_RET | BPF_K, 0, 0, action); }

static void refuse(int error) { answer(SECCOMP_RET_ERRNO | (unsigned int)error); }

/* Loads the number of the call. A call of another architecture is not handled by this filter. */
static void begin(void) {
  length = 0;
  load(offsetof(struct seccomp_data, arch));
  add(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, NATIVE);
  answer(SECCOMP_RET_ALLOW);
  load(offsetof(struct seccomp_data, nr));
}

/* Tests the lower half of an argument; flags and modes have no upper half. One instruction follows, and then the
 * number is loaded again. */
static void on_argument(int call, int argument, unsigned int mask, unsigned short test, unsigned int value, int holds,
                        int error) {
  add(BPF_JMP | BPF_JEQ | BPF_K, 0, 5, (unsigned int)call);
  load(offsetof(struct seccomp_data, args) + 8 * (size_t)argument);
  add(BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
  add(BPF_JMP | test | BPF_K, holds ? 0 : 1, holds ? 1 : 0, value);
  refuse(error);
  load(offsetof(struct seccomp_data, nr));
}

static void on_call(int call, unsigned int action) {
  add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (unsigned int)call);
  answer(action);
}

static void install(void) {
  struct sock_fprog program = { length, filter };
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) die("seccomp");
}

static void allow_calls(const char *value) {
  begin();
  for EACH_WORD(word, value)
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
      if (strcmp(calls[i].name, word) == 0) on_call(calls[i].number, SECCOMP_RET_ALLOW);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) on_call(calls[i].number, SECCOMP_RET_ERRNO | EPERM);
  refuse(ENOSYS);
  install();
}

static void deny_write_execute(void) {
  begin();
  on_argument(__NR_mmap, 2, PROT_WRITE | PROT_EXEC, BPF_JEQ, PROT_WRITE | PROT_EXEC, 1, EPERM);
  on_argument(__NR_mprotect, 2, PROT_EXEC, BPF_JEQ, PROT_EXEC, 1, EPERM);
  on_argument(__NR_pkey_mprotect, 2, PROT_EXEC, BPF_JEQ, PROT_EXEC, 1, EPERM);
  on_argument(__NR_shmat, 2, SHM_EXEC, BPF_JEQ, SHM_EXEC, 1, EPERM);
  answer(SECCOMP_RET_ALLOW);
  install();
}

static void allow_families(const char *value) {
  static const struct { const char *name; int number; } families[] = {
    { "AF_UNIX", AF_UNIX }, { "AF_INET", AF_INET }, { "AF_INET6", AF_INET6 }, { "AF_NETLINK", AF_NETLINK },
  };
  begin();
  add(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, __NR_socket);
  answer(SECCOMP_RET_ALLOW);
  load(offsetof(struct seccomp_data, args));
  for EACH_WORD(word, value) {
    size_t i = 0;
    while (i < sizeof families / sizeof *families && strcmp(families[i].name, word) != 0) i++;
    if (i == sizeof families / sizeof *families) die("%s", word);
    on_call(families[i].number, SECCOMP_RET_ALLOW);
  }
  refuse(EAFNOSUPPORT);
  install();
}

static void deny_namespaces(void) {
  begin();
  on_call(__NR_setns, SECCOMP_RET_ERRNO | EPERM);
  /* Its flags are in memory, where a filter cannot read them; libc then uses clone. */
  on_call(__NR_clone3, SECCOMP_RET_ERRNO | ENOSYS);
  on_argument(__NR_clone, 0, NAMESPACES, BPF_JEQ, 0, 0, EPERM);
  on_argument(__NR_unshare, 0, NAMESPACES, BPF_JEQ, 0, 0, EPERM);
  answer(SECCOMP_RET_ALLOW);
  install();
}

static void lock_personality(void) {
  begin();
  on_argument(__NR_personality, 0, ~0u, BPF_JEQ, PER_LINUX, 0, EPERM);
  answer(SECCOMP_RET_ALLOW);
  install();
}

static void deny_realtime(void) {
  begin();
  /* SCHED_OTHER, SCHED_BATCH and SCHED_IDLE are 0, 3 and 5. */
  on_argument(__NR_sched_setscheduler, 1, ~0u, BPF_JEQ, SCHED_FIFO, 1, EPERM);
  on_argument(__NR_sched_setscheduler, 1, ~0u, BPF_JEQ, SCHED_RR, 1, EPERM);
  on_argument(__NR_sched_setscheduler, 1, ~0u, BPF_JGT, SCHED_IDLE, 1, EPERM);
  answer(SECCOMP_RET_ALLOW);
  install();
}

static void only_native(void) {
  length = 0;
  load(offsetof(struct seccomp_data, arch));
  on_call(NATIVE, SECCOMP_RET_ALLOW);
  answer(SECCOMP_RET_KILL_PROCESS);
  install();
}

/* File systems */

/* Makes all mounts read-only except the given folders. systemd leaves /dev, /proc and /sys as they are; this does
 * not. */
static void make_read_only(const char *writable, const char *bound) {
  char line[4096], point[2048];
  FILE *mounts;
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) die("a mount namespace");
  for EACH_WORD(word, bound) {
    char *to = strchr(word, ':');
    if (to == NULL) die("%s", word);
    *to++ = '\0';
    if (mount(word, to, NULL, MS_BIND, NULL) != 0) die("%s", to);
  }
  for EACH_WORD(word, writable)
    if (mount(word, word, NULL, MS_BIND | MS_REC, NULL) != 0) die("%s", word);
  mounts = fopen("/proc/self/mountinfo", "re");
  if (mounts == NULL) die("/proc/self/mountinfo");
  while (fgets(line, sizeof line, mounts) != NULL) {
    int stays = 0;
    if (sscanf(line, "%*d %*d %*s %*s %2047s", point) != 1) die("/proc/self/mountinfo");
    for EACH_WORD(word, writable) stays |= strcmp(word, point) == 0;
    /* A mount hidden under another one cannot be reached, and need not be. */
    if (!stays) mount("none", point, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
  }
  fclose(mounts);
  /* Enters the working folder again by its path, because the open one is that of the old mount. */
  if (getcwd(point, sizeof point) == NULL || chdir(point) != 0) die("the current folder");
}

/* The process */

static rlim_t number_in(const char *value) {
  char *end;
  rlim_t number = strtoull(value, &end, 10);
  if (*end == 'K') number <<= 10, end++;
  else if (*end == 'M') number <<= 20, end++;
  if (end == value || *end != '\0') die("%s", value);
  return number;
}

static void become(const char *name) {
  const struct passwd *user = getpwnam(name);
  if (user == NULL || initgroups(name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
    die("%s", name);
}

static void drop_capabilities(void) {
  for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) die("capability %lu", capability);
}

/* The forbidden actions */

static void report(const char *what, long result) {
  printf("%s %s\n", what, result >= 0 ? "done" : strerrorname_np(errno));
}

static void try_foreign_call(void) {
#if defined __x86_64__
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    long number = 20; /* getpid of i386 */
    __asm__ volatile("int $0x80" : "+a"(number) : : "memory");
    _exit(0);
  }
  waitpid(child, &status, 0);
  printf("foreign-call %s\n", WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : "done");
#else
  printf("foreign-call done\n");
#endif
}

/* Tries to write a file, and leaves nothing behind if it succeeds. */
static void try_to_write(const char *what, const char *folder) {
  char path[64];
  snprintf(path, sizeof path, "%s/.confine-%d", folder, (int)getpid());
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  report(what, file);
  if (file >= 0) unlink(path);
}

static void *last_page;

static long map(int protection) {
  last_page = mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return last_page == MAP_FAILED ? -1 : 0;
}

static int try_all(void) {
  struct sched_param priority = { .sched_priority = 1 };
  try_to_write("write-tmp", "/tmp");
  try_to_write("write-shm", "/dev/shm");
  try_to_write("write-etc", "/etc");
  report("ptrace", ptrace(PTRACE_DETACH, getpid(), NULL, NULL));
  report("umount", umount("/nonexistent"));
  report("swapoff", syscall(__NR_swapoff, "/nonexistent"));
  report("delete-module", syscall(__NR_delete_module, "", 0));
  report("unknown-call", syscall(9999));
  report("write-execute", map(PROT_READ | PROT_WRITE | PROT_EXEC));
  if (map(PROT_READ | PROT_WRITE) == 0) report("make-executable", mprotect(last_page, 4096, PROT_READ | PROT_EXEC));
  report("packet-socket", socket(AF_PACKET, SOCK_DGRAM, 0));
  report("netlink-socket", socket(AF_NETLINK, SOCK_RAW, 0));
  report("unix-socket", socket(AF_UNIX, SOCK_STREAM, 0));
  report("unshare", unshare(CLONE_NEWUTS));
  report("setns", setns(-1, 0));
  report("clone3", syscall(__NR_clone3, NULL, 0));
  report("personality", personality(ADDR_NO_RANDOMIZE));
  report("realtime", sched_setscheduler(0, SCHED_FIFO, &priority));
  report("chroot", chroot("/"));
  report("setuid", setuid(0));
  report("setpriority", setpriority(PRIO_PROCESS, 0, -1));
  try_foreign_call();
  return 0;
}

int main(int count, char **words) {
  const char *user = NULL, *writable = "", *bound = "", *families = NULL, *allowed = NULL;
  int strict = 0, no_new_privileges = 0, drops = 0, native = 0, no_execute = 0, no_namespaces = 0;
  int personality_locked = 0, no_realtime = 0;
  int i = 1;
  for (; i < count && strcmp(words[i], "--") != 0; i++) {
    char *value = strchr(words[i], '=');
    size_t limit = 0;
    if (value == NULL) die("%s", words[i]);
    *value++ = '\0';
    const char *name = words[i];
#define IS(line, yes) (strcmp(name, line) == 0 && (strcmp(value, yes) == 0 || (die("%s=%s", name, value), 0)))
#define HAS(line) (strcmp(name, line) == 0)
    for (limit = 0; limit < sizeof limits / sizeof *limits && strcmp(limits[limit].name, name) != 0;) limit++;
    if (limit < sizeof limits / sizeof *limits) {
      struct rlimit both = { number_in(value), number_in(value) };
      if (setrlimit((__rlimit_resource_t)limits[limit].resource, &both) != 0) die("%s", name);
    }
    else if (HAS("User")) user = value;
    else if (HAS("ReadWritePaths")) writable = value;
    else if (HAS("BindReadOnlyPaths")) bound = value;
    else if (HAS("RestrictAddressFamilies")) families = value;
    else if (HAS("SystemCallFilter")) allowed = value;
    else if (IS("SystemCallErrorNumber", "EPERM")) continue;
    else if (IS("SystemCallArchitectures", "native")) native = 1;
    else if (IS("ProtectSystem", "strict")) strict = 1;
    else if (IS("CapabilityBoundingSet", "")) drops = 1;
    else if (IS("NoNewPrivileges", "yes")) no_new_privileges = 1;
    else if (IS("MemoryDenyWriteExecute", "yes")) no_execute = 1;
    else if (IS("RestrictNamespaces", "yes")) no_namespaces = 1;
    else if (IS("LockPersonality", "yes")) personality_locked = 1;
    else if (IS("RestrictRealtime", "yes")) no_realtime = 1;
    else die("%s", name);
  }

  if (strict) make_read_only(writable, bound);
  if (drops) drop_capabilities();
  if (user != NULL) become(user);
  /* Without root's privileges the kernel accepts a filter only with this, and systemd sets it too. */
  if ((no_new_privileges || user != NULL) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) die("no new privileges");
  if (no_execute) deny_write_execute();
  if (families != NULL) allow_families(families);
  if (no_namespaces) deny_namespaces();
  if (personality_locked) lock_personality();
  if (no_realtime) deny_realtime();
  if (native) only_native();
  if (allowed != NULL) allow_calls(allowed);
  if (i >= count) return try_all();
  execv(words[i + 1], words + i + 1);
  die("%s", words[i + 1]);
}
