/* disk_image.h - a disk of its own for a directory, whose power can be cut: a file system in a file, mounted
   through a loop device. What is copied of the file is what had reached the disk; what the kernel still had
   in memory is lost. Mounting takes root. What cannot work aborts the test with a sentence. */
#ifndef TESTS_SUPPORT_DISK_IMAGE_H
#define TESTS_SUPPORT_DISK_IMAGE_H

#include "tests/support/servers.h"

struct disk_image {
    char directory[SERVERS_PATH_SIZE]; /* the files */
    char mounted_at[SERVERS_PATH_SIZE + 16];
};

/* Before anything else, by a program with one thread: what it mounts is seen by it and its children only, and
   gone when the last of them has ended. */
void disk_image_begin(void);
/* An empty disk at that path, which is made. */
void disk_image_mount(struct disk_image *d, const char *path);
/* While it is written to: keeps what has reached the disk, without a sync. */
void disk_image_keep(const struct disk_image *d);
/* While nobody uses it: what was kept takes its place, as at the next start after the cut. */
void disk_image_cut(const struct disk_image *d);
void disk_image_unmount(struct disk_image *d);

#endif
