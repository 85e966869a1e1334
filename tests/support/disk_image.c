/* disk_image.c - see disk_image.h. */
#include "tests/support/disk_image.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "tests/support/process.h"

#define COMMAND_MS 30000
#define PATH_SIZE  (SERVERS_PATH_SIZE + 16)
/* nats-server sets aside what its streams may become: all of it is room, hardly any of it is written. */
#define SIZE "64G"
/* What mkfs would write later, in the background, would keep the disk busy. */
#define LATER "lazy_itable_init=0,lazy_journal_init=0,nodiscard"

static void run(const char *const *argv)
{
    if (process_run(&(struct process_spec){.argv = argv}, COMMAND_MS) != STATUS_OK)
        servers_fail("%s fails: %s", argv[0], argv[1]);
}

static void path_of(const struct disk_image *d, const char *name, char ret_path[PATH_SIZE])
{
    (void)snprintf(ret_path, PATH_SIZE, "%s/%s", d->directory, name);
}

static void mount_disk(const struct disk_image *d)
{
    char disk[PATH_SIZE];
    path_of(d, "disk", disk);
    run((const char *const[]){"mount", "-o", "loop", disk, d->mounted_at, NULL});
}

static void unmount_disk(const struct disk_image *d)
{
    run((const char *const[]){"umount", d->mounted_at, NULL});
}

void disk_image_begin(void)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        servers_fail("no disk can be mounted, which takes root: %s", strerror(errno));
}

void disk_image_mount(struct disk_image *d, const char *path)
{
    char disk[PATH_SIZE];
    servers_make_directory(d->directory);
    (void)snprintf(d->mounted_at, sizeof d->mounted_at, "%s", path);
    if (mkdir(path, 0750) != 0)
        servers_fail("%s cannot be made: %s", path, strerror(errno));
    path_of(d, "disk", disk);
    run((const char *const[]){"truncate", "--size", SIZE, disk, NULL});
    run((const char *const[]){"mkfs.ext4", "-q", "-N", "8192", "-J", "size=16", "-E", LATER, disk, NULL});
    mount_disk(d);
}

void disk_image_keep(const struct disk_image *d)
{
    char disk[PATH_SIZE], kept[PATH_SIZE];
    path_of(d, "disk", disk);
    path_of(d, "kept", kept);
    run((const char *const[]){"cp", "--sparse=always", disk, kept, NULL});
}

void disk_image_cut(const struct disk_image *d)
{
    char disk[PATH_SIZE], kept[PATH_SIZE];
    path_of(d, "disk", disk);
    path_of(d, "kept", kept);
    unmount_disk(d);
    if (rename(kept, disk) != 0)
        servers_fail("%s was not kept: %s", disk, strerror(errno));
    mount_disk(d);
}

void disk_image_unmount(struct disk_image *d)
{
    unmount_disk(d);
    servers_remove_directory(d->directory);
}
