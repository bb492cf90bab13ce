/* The one file: unpack orderctl once per version into a cache of this user, then become it.
 *
 * 1. behind this program in the file lies the folder, packed, and at the very end a trailer that names its version
 * 2. the cache is the first folder of $ORDERCTL_CACHE, $XDG_CACHE_HOME, ~/.cache, /var/tmp that nobody else can write to
 * 3. a version that is there is run at once, under a shared lock on its .use file that lasts as long as the process does
 * 4. else, alone under the cache's lock: unpack into NAME.part, flush, rename to NAME, clear away what was left
 *
 * Whoever is killed leaves a NAME.part at most, which the next one that unpacks removes: locks end with their process.
 * The process becomes orderctl itself, so that signals and exit codes are those of one process.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { CANNOT_START = 6, BLOCK = 1 << 18, NAME_SIZE = 48, KEPT_S = 7 * 24 * 3600 };

static const char MAGIC[8] = {'o', 'r', 'd', 'e', 'r', 'c', 't', '1'};

/* The last bytes of the file, written by onefile.py; numbers are little-endian, as the machines it is built for. */
struct trailer {
    uint64_t size;         /* of what is packed, in bytes, just before the trailer */
    char name[NAME_SIZE];  /* version and digest of the content; ends with a NUL */
    char magic[8];
};

/* What stands before each packed file: then its path, then blocks of (raw size, packed size, bytes), then a 0. */
struct entry {
    uint32_t path_size;  /* 0: the end */
    uint32_t mode;
    uint32_t crc;        /* of the content */
};

static void fail(const char *format, ...) {
    va_list values;
    va_start(values, format);
    fputs("orderctl: ", stderr);
    vfprintf(stderr, format, values);
    fputs("; nothing was done\n", stderr);
    va_end(values);
    exit(CANNOT_START);
}

static void join(char *out, const char *folder, const char *name, const char *end) {
    if (snprintf(out, PATH_MAX, "%s/%s%s", folder, name, end) >= PATH_MAX) fail("the path %s is too long", folder);
}

/* ---- what is packed ---- */

static uint32_t crc_of(uint32_t crc, const uint8_t *bytes, size_t size) {
    static uint32_t table[256];
    if (!table[1])
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t value = i;
            for (int bit = 0; bit < 8; bit++) value = value & 1 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
            table[i] = value;
        }
    crc = ~crc;
    while (size--) crc = table[(crc ^ *bytes++) & 255] ^ (crc >> 8);
    return ~crc;
}

/* A length of LZ4: four bits, and bytes as long as they are 255. */
static int length_of(size_t *length, const uint8_t **in, const uint8_t *end) {
    if (*length < 15) return 0;
    uint8_t more;
    do {
        if (*in == end) return -1;
        more = *(*in)++;
        *length += more;
    } while (more == 255);
    return 0;
}

/* Undo one LZ4 block of `packed` bytes into exactly `raw` bytes; 0 when it is sound. Never reads or writes outside. */
static int unblock(const uint8_t *in, size_t packed, uint8_t *out, size_t raw) {
    const uint8_t *in_end = in + packed;
    uint8_t *start = out, *out_end = out + raw;
    while (in < in_end) {
        uint8_t token = *in++;
        size_t literals = token >> 4, match = token & 15;
        if (length_of(&literals, &in, in_end)) return -1;
        if (literals > (size_t)(in_end - in) || literals > (size_t)(out_end - out)) return -1;
        memcpy(out, in, literals);
        in += literals;
        out += literals;
        if (in == in_end) break; /* the last sequence has literals only */
        if (in_end - in < 2) return -1;
        size_t back = in[0] | (size_t)in[1] << 8;
        in += 2;
        if (length_of(&match, &in, in_end)) return -1;
        match += 4;
        if (back == 0 || back > (size_t)(out - start) || match > (size_t)(out_end - out)) return -1;
        for (; match; match--, out++) *out = out[-(ptrdiff_t)back];
    }
    return out == out_end ? 0 : -1;
}

static void read_or_fail(FILE *file, void *bytes, size_t size) {
    if (fread(bytes, 1, size, file) != size) fail("this file is damaged; compare it with SHA256SUMS");
}

static void make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(path, 0755) && errno != EEXIST) fail("cannot make %s: %s", path, strerror(errno));
        *slash = '/';
    }
}

static void unpack_file(FILE *file, const struct entry *entry, const char *path) {
    static uint8_t raw[BLOCK], packed[BLOCK + BLOCK / 128];
    int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0) fail("cannot write %s: %s", path, strerror(errno));
    uint32_t crc = 0, sizes[2];
    for (read_or_fail(file, sizes, 4); sizes[0]; read_or_fail(file, sizes, 4)) {
        read_or_fail(file, sizes + 1, 4);
        if (sizes[0] > sizeof raw || sizes[1] > sizeof packed) fail("this file is damaged; compare it with SHA256SUMS");
        read_or_fail(file, packed, sizes[1]);
        if (unblock(packed, sizes[1], raw, sizes[0])) fail("this file is damaged; compare it with SHA256SUMS");
        crc = crc_of(crc, raw, sizes[0]);
        for (size_t done = 0; done < sizes[0];) {
            ssize_t wrote = write(out, raw + done, sizes[0] - done);
            if (wrote < 0 && errno != EINTR) fail("cannot write %s: %s", path, strerror(errno));
            if (wrote > 0) done += (size_t)wrote;
        }
    }
    if (crc != entry->crc) fail("this file is damaged; compare it with SHA256SUMS");
    if (fchmod(out, entry->mode & 0755) || close(out)) fail("cannot write %s: %s", path, strerror(errno));
}

static void unpack(FILE *file, const char *folder) {
    char relative[PATH_MAX], path[PATH_MAX];
    struct entry entry;
    for (read_or_fail(file, &entry, sizeof entry); entry.path_size; read_or_fail(file, &entry, sizeof entry)) {
        if (entry.path_size >= sizeof relative) fail("this file is damaged; compare it with SHA256SUMS");
        read_or_fail(file, relative, entry.path_size);
        relative[entry.path_size] = 0;
        join(path, folder, relative, "");
        make_folders(path);
        unpack_file(file, &entry, path);
    }
    int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || syncfs(root)) fail("cannot write %s: %s", folder, strerror(errno));
    close(root);
}

/* ---- the cache ---- */

/* Whether nobody but this user and root can put something into `path` or into a folder above it. */
static int is_ours(const char *path) {
    char real[PATH_MAX];
    struct stat found;
    if (!realpath(path, real) || stat(real, &found) || found.st_uid != geteuid() || found.st_mode & 022) return 0;
    for (char *slash = strrchr(real, '/'); slash; slash = strrchr(real, '/')) {
        *slash = 0;
        if (stat(*real ? real : "/", &found)) return 0;
        if (found.st_uid != geteuid() && found.st_uid != 0) return 0;
        mode_t by_others = found.st_gid == getegid() ? 002 : 022; /* many have a group of their own */
        if (found.st_mode & by_others && !(found.st_mode & S_ISVTX)) return 0;
    }
    return 1;
}

/* Make `path` the cache if it can be: ours, and programs may run from there. */
static int can_be_cache(char *path) {
    struct statvfs disk;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
    return is_ours(path) && !access(path, W_OK) && !statvfs(path, &disk) && !(disk.f_flag & ST_NOEXEC);
}

static void find_cache(char *cache) {
    const char *named = getenv("ORDERCTL_CACHE"), *shared = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (named && *named) {
        join(cache, named, "", "");
        if (*named != '/') fail("ORDERCTL_CACHE=%s is not an absolute path", named);
        if (!can_be_cache(cache)) fail("ORDERCTL_CACHE=%s is not a folder that is yours alone and may run programs", named);
        return;
    }
    if (shared && *shared == '/') {
        join(cache, shared, "orderctl", "");
        if (can_be_cache(cache)) return;
    }
    if (home && *home == '/') {
        join(cache, home, ".cache/orderctl", "");
        if (can_be_cache(cache)) return;
    }
    const char *temporary[] = {"/var/tmp", "/tmp"};
    for (int i = 0; i < 2; i++) {
        snprintf(cache, PATH_MAX, "%s/orderctl-%lu", temporary[i], (unsigned long)geteuid());
        if (can_be_cache(cache)) return;
    }
    fail("there is no folder to unpack into; set ORDERCTL_CACHE to one that is yours alone");
}

static void remove_tree(const char *path) {
    DIR *folder = opendir(path);
    struct dirent *found;
    char inner[PATH_MAX];
    while (folder && (found = readdir(folder))) {
        if (!strcmp(found->d_name, ".") || !strcmp(found->d_name, "..")) continue;
        join(inner, path, found->d_name, "");
        if (unlink(inner)) remove_tree(inner);
    }
    if (folder) closedir(folder);
    rmdir(path);
}

static int lock_file(const char *path, int flags, int how) {
    int lock = open(path, O_RDWR | O_CREAT | flags, 0600);
    if (lock < 0) fail("cannot write %s: %s", path, strerror(errno));
    while (flock(lock, how))
        if (errno != EINTR) {
            close(lock);
            return -1;
        }
    return lock;
}

static int ends_with(const char *text, const char *end) {
    size_t size = strlen(text), tail = strlen(end);
    return size > tail && !strcmp(text + size - tail, end);
}

/* Remove what a killed one left, and versions that nobody runs and nobody started for a week. Needs the cache's lock. */
static void clear(const char *cache, const char *name) {
    char path[PATH_MAX], use[PATH_MAX];
    struct stat used;
    DIR *folder = opendir(cache);
    for (struct dirent *found; folder && (found = readdir(folder));) {
        join(path, cache, found->d_name, "");
        if (ends_with(found->d_name, ".part")) remove_tree(path);
        if (!ends_with(found->d_name, ".use")) continue;
        memcpy(use, path, sizeof use);
        path[strlen(path) - strlen(".use")] = 0;
        if (!strcmp(path + strlen(cache) + 1, name)) continue;
        if (stat(use, &used) || time(NULL) - used.st_mtime < KEPT_S) continue;
        int lock = lock_file(use, O_CLOEXEC, LOCK_EX | LOCK_NB);
        if (lock < 0) continue;
        char part[PATH_MAX];
        join(part, cache, found->d_name, ".part");
        rename(path, part); /* in one go, so that nobody starts half of it */
        remove_tree(part);
        unlink(use);
        close(lock);
    }
    if (folder) closedir(folder);
}

/* Hold the version for as long as this process lives, and say whether it is there. The lock goes along through exec. */
static int is_there(const char *cache, const char *name, const char *program) {
    char use[PATH_MAX];
    struct stat held;
    join(use, cache, name, ".use");
    for (;;) {
        int lock = lock_file(use, 0, LOCK_SH);
        if (lock < 0 || fstat(lock, &held)) fail("cannot lock %s: %s", use, strerror(errno));
        if (held.st_nlink) {
            futimens(lock, NULL);
            if (!access(program, X_OK)) return 1;
        }
        close(lock);
        if (held.st_nlink) return 0;
    }
}

static FILE *open_self(void) {
    FILE *self = fopen("/proc/self/exe", "rbe");
    if (!self) self = fopen((const char *)getauxval(AT_EXECFN), "rbe"); /* where there is no /proc */
    if (!self) fail("cannot read the program itself: %s", strerror(errno));
    return self;
}

int main(int count, char **arguments) {
    char cache[PATH_MAX], program[PATH_MAX], path[PATH_MAX], part[PATH_MAX];
    struct trailer trailer;
    FILE *self = open_self();
    if (count < 1) fail("it was started without a name");
    if (fseek(self, -(long)sizeof trailer, SEEK_END) || fread(&trailer, sizeof trailer, 1, self) != 1 ||
        memcmp(trailer.magic, MAGIC, sizeof MAGIC) || trailer.name[NAME_SIZE - 1])
        fail("this file is not whole; load it again and compare it with SHA256SUMS");
    find_cache(cache);
    join(path, cache, trailer.name, "");
    join(part, cache, trailer.name, ".part");
    join(program, path, "orderctl", "");
    if (!is_there(cache, trailer.name, program)) {
        char lock_path[PATH_MAX];
        join(lock_path, cache, "lock", "");
        int lock = lock_file(lock_path, O_CLOEXEC, LOCK_EX);
        if (lock < 0) fail("cannot lock %s: %s", lock_path, strerror(errno));
        if (!is_there(cache, trailer.name, program)) { /* nobody else was faster */
            clear(cache, trailer.name);
            fseek(self, -(long)(sizeof trailer + trailer.size), SEEK_END);
            if (mkdir(part, 0755)) fail("cannot make %s: %s", part, strerror(errno));
            unpack(self, part);
            remove_tree(path); /* there is none, or one without its program */
            if (rename(part, path)) fail("cannot make %s: %s", path, strerror(errno));
            if (!is_there(cache, trailer.name, program)) fail("%s is gone", program);
        }
        close(lock);
    }
    fclose(self);
    if (access("/proc/self/exe", R_OK)) arguments[0] = program; /* else the loader would take this file for its own */
    execv(program, arguments);
    fail("cannot run %s: %s", program, strerror(errno));
}
