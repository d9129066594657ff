// A library that is loaded before a program (LD_PRELOAD) and stands between it and its files.
//
//   CRASH_ROOT    only files below this folder count; absolute, without a slash at its end
//   CRASH_TRACE   every call that changes a file is written down here, in the order in which it took effect
//   CRASH_FAIL    n:errno:kinds[:sticky]  the n-th call (from 1) of these kinds fails with that errno, and with
//                 "sticky" all after it too; kinds are letters: w write and pwrite, t truncate, o open,
//                 s fsync and fdatasync, u unlink, r rename, l link
//
// crash.py reads the trace. A record: one letter, two paths (length and bytes), offset, length, data; numbers are
// little-endian, 32 bits for the paths' lengths, 64 bits else. Letters: O created or emptied (offset 1: emptied), W written,
// T cut to a length, S made durable, D folder made durable, U removed, R renamed, L linked, M folder made.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define DESCRIPTORS 1024

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *paths[DESCRIPTORS];  // below the root, relative to it; NULL for other files
static int is_folder[DESCRIPTORS];
static char root[PATH_MAX];
static int trace = -1;
static long fail_at, fail_errno, calls;
static char fail_kinds[16];
static int fail_sticky;
static int is_ready;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);
static int (*real_link)(const char *, const char *);
static int (*real_mkdir)(const char *, mode_t);

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static void prepare(void) {
    if (is_ready) return;
    real_write = next("write");
    real_pwrite = next("pwrite64");
    real_open = next("open64");
    real_close = next("close");
    real_fsync = next("fsync");
    real_fdatasync = next("fdatasync");
    real_ftruncate = next("ftruncate64");
    real_unlink = next("unlink");
    real_rename = next("rename");
    real_link = next("link");
    real_mkdir = next("mkdir");
    const char *text = getenv("CRASH_ROOT");
    if (text) snprintf(root, sizeof root, "%s", text);
    text = getenv("CRASH_TRACE");
    if (text && root[0]) trace = real_open(text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    text = getenv("CRASH_FAIL");
    if (text && root[0]) {
        fail_sticky = strstr(text, ":sticky") != NULL;
        sscanf(text, "%ld:%ld:%15[a-z]", &fail_at, &fail_errno, fail_kinds);
    }
    is_ready = 1;
}

__attribute__((constructor)) static void begin(void) { prepare(); }

// The path below the root, or NULL. The program's own folder is the root.
static const char *below(const char *path, char *buffer) {
    if (!root[0] || !path) return NULL;
    size_t length = strlen(root);
    if (path[0] == '/') {
        if (strncmp(path, root, length) != 0 || path[length] != '/') return strcmp(path, root) == 0 ? "." : NULL;
        path += length + 1;
    }
    while (path[0] == '.' && path[1] == '/') path += 2;
    snprintf(buffer, PATH_MAX, "%s", path);
    return buffer;
}

static void put(const void *bytes, size_t count) {
    const char *rest = bytes;
    while (count > 0) {
        ssize_t done = real_write(trace, rest, count);
        if (done <= 0) abort();
        rest += done;
        count -= done;
    }
}

static void note(char kind, const char *path, const char *other, uint64_t offset, uint64_t length, const void *data,
                 uint64_t count) {
    if (trace < 0) return;
    uint32_t first = strlen(path), second = other ? strlen(other) : 0;
    put(&kind, 1);
    put(&first, 4);
    put(path, first);
    put(&second, 4);
    if (second) put(other, second);
    put(&offset, 8);
    put(&length, 8);
    put(&count, 8);
    if (count) put(data, count);
}

// Whether this call is the one that fails; sets errno.
static int fails(char kind) {
    if (!fail_at || !strchr(fail_kinds, kind)) return 0;
    calls++;
    if (calls != fail_at && !(fail_sticky && calls > fail_at)) return 0;
    errno = fail_errno;
    return 1;
}

static const char *path_of(int fd) { return fd >= 0 && fd < DESCRIPTORS ? paths[fd] : NULL; }

static int open_file(const char *path, int flags, mode_t mode) {
    prepare();
    char buffer[PATH_MAX];
    const char *name = below(path, buffer);
    if (!name) return real_open(path, flags, mode);
    pthread_mutex_lock(&lock);
    if (fails('o')) {
        pthread_mutex_unlock(&lock);
        return -1;
    }
    struct stat before;
    int was_there = stat(path, &before) == 0;
    int fd = real_open(path, flags, mode);
    if (fd >= 0) {
        int error = errno;
        int empties = was_there && (flags & O_TRUNC) && (flags & O_ACCMODE) != O_RDONLY;
        if ((flags & O_CREAT) && !was_there) note('O', name, NULL, 0, 0, NULL, 0);
        if (empties) note('O', name, NULL, 1, 0, NULL, 0);
        if (fd < DESCRIPTORS) {
            free(paths[fd]);
            paths[fd] = strdup(name);
            is_folder[fd] = was_there && S_ISDIR(before.st_mode);
        }
        errno = error;
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static mode_t mode_of(int flags, va_list list) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; }

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return open_file(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return open_file(path, flags, mode);
}

int close(int fd) {
    prepare();
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < DESCRIPTORS && paths[fd]) {
        free(paths[fd]);
        paths[fd] = NULL;
    }
    pthread_mutex_unlock(&lock);
    return real_close(fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    prepare();
    const char *name = path_of(fd);
    if (!name) return real_write(fd, bytes, count);
    pthread_mutex_lock(&lock);
    ssize_t done = -1;
    if (!fails('w')) {
        int flags = fcntl(fd, F_GETFL);
        off_t offset = lseek(fd, 0, flags & O_APPEND ? SEEK_END : SEEK_CUR);
        done = real_write(fd, bytes, count);
        if (done > 0) note('W', name, NULL, offset, done, bytes, done);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) {
    prepare();
    const char *name = path_of(fd);
    if (!name) return real_pwrite(fd, bytes, count, offset);
    pthread_mutex_lock(&lock);
    ssize_t done = -1;
    if (!fails('w')) {
        done = real_pwrite(fd, bytes, count, offset);
        if (done > 0) note('W', name, NULL, offset, done, bytes, done);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

static int sync_file(int fd, int (*real)(int)) {
    const char *name = path_of(fd);
    if (!name) return real(fd);
    pthread_mutex_lock(&lock);
    int status = -1;
    if (!fails('s')) {
        status = real(fd);
        if (status == 0) note(is_folder[fd] ? 'D' : 'S', name, NULL, 0, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

int fsync(int fd) {
    prepare();
    return sync_file(fd, real_fsync);
}

int fdatasync(int fd) {
    prepare();
    return sync_file(fd, real_fdatasync);
}

int ftruncate64(int fd, off_t length) {
    prepare();
    const char *name = path_of(fd);
    if (!name) return real_ftruncate(fd, length);
    pthread_mutex_lock(&lock);
    int status = -1;
    if (!fails('t')) {
        status = real_ftruncate(fd, length);
        if (status == 0) note('T', name, NULL, 0, length, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int unlink(const char *path) {
    prepare();
    char buffer[PATH_MAX];
    const char *name = below(path, buffer);
    if (!name) return real_unlink(path);
    pthread_mutex_lock(&lock);
    int status = -1;
    if (!fails('u')) {
        status = real_unlink(path);
        if (status == 0) note('U', name, NULL, 0, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

static int move(const char *from, const char *to, char kind, int (*real)(const char *, const char *)) {
    char first[PATH_MAX], second[PATH_MAX];
    const char *name = below(from, first), *other = below(to, second);
    if (!name || !other) return real(from, to);
    pthread_mutex_lock(&lock);
    int status = -1;
    if (!fails(kind)) {
        status = real(from, to);
        if (status == 0) note(kind == 'r' ? 'R' : 'L', name, other, 0, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

int rename(const char *from, const char *to) {
    prepare();
    return move(from, to, 'r', real_rename);
}

int link(const char *from, const char *to) {
    prepare();
    return move(from, to, 'l', real_link);
}

int mkdir(const char *path, mode_t mode) {
    prepare();
    char buffer[PATH_MAX];
    const char *name = below(path, buffer);
    if (!name) return real_mkdir(path, mode);
    pthread_mutex_lock(&lock);
    int status = real_mkdir(path, mode);
    if (status == 0) note('M', name, NULL, 0, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return status;
}
