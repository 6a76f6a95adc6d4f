/* disk - keeps the parts of a program's database that would be left after a power failure
 *
 * usage: LD_PRELOAD=disk.so DISK=FOLDER program
 *
 * When the program waits for a file named responder.db or responder.db-wal (fsync, fdatasync), the file is on the disk,
 * and is copied into FOLDER. When it waits for the folder outbox, the names of the replies in it are on the disk, and
 * the replies are copied into FOLDER/outbox. Nothing else ever gets there. Before the Nth reply appears (a rename to
 * .eml), FOLDER's files are copied into FOLDER/N. With DISK_FORGETS=1 nothing gets to the disk, however long the
 * program waits.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const names[] = { "responder.db", "responder.db-wal" };
static char folder[256];
static int forgets, replies;

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("DISK");
  if (text != NULL) snprintf(folder, sizeof folder, "%s", text);
  forgets = getenv("DISK_FORGETS") != NULL;
  unsetenv("LD_PRELOAD");
}

static void fail(void) {
  static const char message[] = "disk: a file cannot be copied\n";
  syscall(SYS_write, 2, message, sizeof message - 1);
  _exit(64);
}

static void copy(const char *from, const char *to) {
  char buffer[65536];
  long count, source = syscall(SYS_openat, AT_FDCWD, from, O_RDONLY | O_CLOEXEC);
  if (source < 0) return;
  long target = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (target < 0) fail();
  while ((count = syscall(SYS_read, source, buffer, sizeof buffer)) > 0)
    if (syscall(SYS_write, target, buffer, count) != count) fail();
  if (count < 0) fail();
  syscall(SYS_close, source);
  syscall(SYS_close, target);
}

static void copy_replies(const char *outbox) {
  char from[1024], to[1024];
  struct dirent *entry;
  DIR *open = opendir(outbox);
  if (open == NULL) fail();
  snprintf(to, sizeof to, "%s/outbox", folder);
  mkdir(to, 0700);
  while ((entry = readdir(open)) != NULL) {
    const char *suffix = strrchr(entry->d_name, '.');
    if (suffix == NULL || strcmp(suffix, ".eml") != 0) continue;
    snprintf(from, sizeof from, "%s/%s", outbox, entry->d_name);
    snprintf(to, sizeof to, "%s/outbox/%s", folder, entry->d_name);
    copy(from, to);
  }
  closedir(open);
}

static void reached_disk(int fd) {
  char link[64], path[512], to[600];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = syscall(SYS_readlink, link, path, sizeof path - 1);
  if (length <= 0 || folder[0] == '\0' || forgets) return;
  path[length] = '\0';
  const char *name = strrchr(path, '/');
  if (name != NULL && strcmp(name + 1, "outbox") == 0) copy_replies(path);
  for (size_t i = 0; name != NULL && i < sizeof names / sizeof *names; i++) {
    if (strcmp(name + 1, names[i]) != 0) continue;
    snprintf(to, sizeof to, "%s/%s", folder, names[i]);
    copy(path, to);
  }
}

int fsync(int fd) {
  int result = (int)syscall(SYS_fsync, fd);
  if (result == 0) reached_disk(fd);
  return result;
}

int fdatasync(int fd) {
  int result = (int)syscall(SYS_fdatasync, fd);
  if (result == 0) reached_disk(fd);
  return result;
}

int rename(const char *from, const char *to) {
  const char *suffix = strrchr(to, '.');
  if (folder[0] != '\0' && suffix != NULL && strcmp(suffix, ".eml") == 0) {
    char there[300], image[600], kept[600];
    snprintf(there, sizeof there, "%s/%d", folder, ++replies);
    mkdir(there, 0700);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
      snprintf(image, sizeof image, "%s/%s", folder, names[i]);
      snprintf(kept, sizeof kept, "%s/%s", there, names[i]);
      copy(image, kept);
    }
  }
  return (int)syscall(SYS_rename, from, to);
}
