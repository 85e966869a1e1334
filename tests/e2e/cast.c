/* cast.c - see cast.h. */
#include "tests/e2e/cast.h"

#include <stdio.h>
#include <string.h>

#include "shared/core/typeid.h"
#include "tests/support/servers.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz_"

static struct member {
    char name[CAST_NAME_SIZE], id[TYPEID_TEXT_SIZE];
} members[CAST_MAX];
static int member_count;

static struct member *find(const char *name)
{
    for (int i = 0; i < member_count; i++)
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    return NULL;
}

void cast_add(const char *name, const char *id)
{
    struct member *m = find(name);
    if (m == NULL && member_count == CAST_MAX)
        servers_fail("the cast has %d members at most", CAST_MAX);
    if (m == NULL)
        m = &members[member_count++];
    (void)snprintf(m->name, sizeof m->name, "%s", name);
    (void)snprintf(m->id, sizeof m->id, "%s", id);
}

const char *cast_id(const char *name)
{
    const struct member *m = find(name);
    if (m == NULL)
        servers_fail("nobody is called %s", name);
    return m->id;
}

void cast_text(const char *text, char *ret_text, size_t size)
{
    size_t len = 0;
    while (*text != '\0' && len < size - TYPEID_TEXT_SIZE) {
        if (*text != '@') {
            ret_text[len++] = *text == '\'' ? '"' : *text;
            text++;
            continue;
        }
        char name[CAST_NAME_SIZE];
        size_t name_len = strspn(text + 1, LETTERS);
        (void)snprintf(name, sizeof name, "%.*s", (int)name_len, text + 1);
        len += (size_t)snprintf(ret_text + len, size - len, "%s", cast_id(name));
        text += 1 + name_len;
    }
    ret_text[len] = '\0';
}
