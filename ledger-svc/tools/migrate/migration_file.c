/* migration_file.c - names, order, contents and checksums of the files. */
#include "ledger-svc/tools/migrate/migration_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/parse.h"

#define VERSION_DIGITS 4

static enum status refuse(char reason[REASON_SIZE], const char *format, ...) PRINTF_LIKE(2, 3);
static enum status refuse(char reason[REASON_SIZE], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, REASON_SIZE, format, args);
    va_end(args);
    return STATUS_INVALID;
}

/* "_word" once or more, then the end. */
static bool is_words(const char *text, const char *end)
{
    while (text < end && *text == '_') {
        const char *word = ++text;
        while (text < end && (islower((unsigned char)*text) || isdigit((unsigned char)*text)))
            text++;
        if (text == word)
            return false;
    }
    return text == end;
}

enum status migration_name_parse(const char *name, int *ret_version)
{
    size_t len = strlen(name);
    if (len >= MIGRATION_NAME_SIZE || len < VERSION_DIGITS + strlen("_a_b.sql"))
        return STATUS_INVALID;
    int version = 0;
    for (int i = 0; i < VERSION_DIGITS; i++) {
        if (!isdigit((unsigned char)name[i]))
            return STATUS_INVALID;
        version = version * 10 + (name[i] - '0');
    }
    const char *words = name + VERSION_DIGITS, *end = name + len - strlen(".sql");
    const char *second = strchr(words + 1, '_');
    if (version == 0 || strcmp(end, ".sql") != 0 || !second || second > end || !is_words(words, end))
        return STATUS_INVALID;
    *ret_version = version;
    return STATUS_OK;
}

static int is_candidate(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return isdigit((unsigned char)entry->d_name[0]) && len > 4 &&
           strcmp(entry->d_name + len - 4, ".sql") == 0;
}

static enum status read_contents(FILE *file, struct migration *m)
{
    m->sql = malloc(MIGRATION_BYTES_MAX + 1);
    if (!m->sql)
        return STATUS_NO_MEMORY;
    size_t len = fread(m->sql, 1, MIGRATION_BYTES_MAX + 1, file);
    if (ferror(file))
        return STATUS_FAILED;
    if (len > MIGRATION_BYTES_MAX)
        return STATUS_FULL;
    if (memchr(m->sql, '\0', len))
        return STATUS_INVALID;
    struct digest digest;
    digest_of((struct str){m->sql, len}, &digest);
    format_hex(digest.bytes, DIGEST_SIZE, m->checksum);
    m->sql[len] = '\0';
    size_t mark = strlen(MIGRATION_NO_TRANSACTION);
    m->no_transaction = strncmp(m->sql, MIGRATION_NO_TRANSACTION, mark) == 0 && m->sql[mark] == '\n';
    return STATUS_OK;
}

static enum status read_file(const char *dir, struct migration *m, char reason[REASON_SIZE])
{
    char path[4096];
    int len = snprintf(path, sizeof(path), "%s/%s", dir, m->name);
    if (len < 0 || (size_t)len >= sizeof(path))
        return refuse(reason, "%s: the path is too long.", m->name);
    FILE *file = fopen(path, "re");
    if (!file)
        return refuse(reason, "%s: %s.", path, strerror(errno));
    enum status s = read_contents(file, m);
    (void)fclose(file);
    if (s == STATUS_FULL)
        return refuse(reason, "%s is larger than %d bytes.", path, MIGRATION_BYTES_MAX);
    if (s == STATUS_INVALID)
        return refuse(reason, "%s holds a NUL byte.", path);
    if (s != STATUS_OK)
        return refuse(reason, "%s cannot be read: %s.", path, status_name(s));
    return STATUS_OK;
}

/* Takes the files in order of name: each version must be the one that follows. */
static enum status add_file(const char *dir, const char *name, struct migration_list *list,
                            char reason[REASON_SIZE])
{
    struct migration *m = &list->items[list->count];
    int wanted = (int)list->count + 1;
    if (migration_name_parse(name, &m->version) != STATUS_OK)
        return refuse(reason, "%s/%s is not named NNNN_verb_object.sql.", dir, name);
    if (m->version < wanted)
        return refuse(reason, "%s/%s has the same number as %s.", dir, name,
                      list->items[m->version - 1].name);
    if (m->version > wanted)
        return refuse(reason, "%s/%s is there but number %04d is missing.", dir, name, wanted);
    memcpy(m->name, name, strlen(name) + 1); /* migration_name_parse has seen that it fits */
    list->count++;
    return read_file(dir, m, reason);
}

enum status migrations_read(const char *dir, struct migration_list *ret_list, char ret_reason[REASON_SIZE])
{
    struct dirent **entries;
    int count = scandir(dir, &entries, is_candidate, alphasort);
    if (count < 0)
        return refuse(ret_reason, "%s cannot be read: %s.", dir, strerror(errno));
    struct migration_list list = {.items = calloc((size_t)count + 1, sizeof(*list.items))};
    enum status s = count > 0 ? STATUS_OK : refuse(ret_reason, "%s has no migrations.", dir);
    if (!list.items)
        s = refuse(ret_reason, "out of memory.");
    for (int i = 0; i < count; i++) {
        if (s == STATUS_OK && list.items)
            s = add_file(dir, entries[i]->d_name, &list, ret_reason);
        free(entries[i]);
    }
    free(entries);
    if (s != STATUS_OK) {
        migrations_free(&list);
        return s;
    }
    *ret_list = list;
    return STATUS_OK;
}

void migrations_free(struct migration_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].sql);
    free(list->items);
    *list = (struct migration_list){0};
}
