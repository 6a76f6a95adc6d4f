/* reader - a sendmail that reads its input to the end and does nothing with it, at the least cost */
#include <unistd.h>

static char buffer[1 << 16];

int main(void) {
  ssize_t count;
  while ((count = read(0, buffer, sizeof buffer)) > 0) {
  }
  return count < 0 ? 75 : 0;
}
