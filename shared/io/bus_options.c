/* bus_options.c - servers and credentials as people write them. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "shared/core/buf.h"
#include "shared/io/bus_internal.h"
#include "shared/io/log.h"

#define SERVERS_MAX          8
#define SERVERS_TEXT_SIZE    512
#define CREDENTIALS_MAX_SIZE 256

static enum status refuse(const char *what, const char *reason)
{
    log_event(LOG_ERROR, "bus_option_refused", log_str("option", what), log_str("reason", reason));
    return STATUS_INVALID;
}

void bus_options_ptr(natsOptions **options)
{
    natsOptions_Destroy(*options);
    *options = NULL;
}

enum status bus_set_servers(natsOptions *options, const char *servers)
{
    char text[SERVERS_TEXT_SIZE];
    if (strlen(servers) >= sizeof(text))
        return refuse("servers", "too long");
    snprintf(text, sizeof(text), "%s", servers);
    const char *urls[SERVERS_MAX];
    int count = 0;
    char *rest = text;
    for (char *url; (url = strsep(&rest, ",")) != NULL;) {
        if (*url == '\0')
            continue;
        if (count == SERVERS_MAX)
            return refuse("servers", "more than 8");
        urls[count++] = url;
    }
    if (count == 0 || natsOptions_SetServers(options, urls, count) != NATS_OK)
        return refuse("servers", "not a list of NATS addresses");
    return STATUS_OK;
}

static enum status read_credentials(const char *file, char *ret_line, size_t size)
{
    FILE *f = fopen(file, "re");
    if (!f)
        return refuse(file, "cannot be read");
    struct stat st;
    enum status s = STATUS_OK;
    if (fstat(fileno(f), &st) != 0 || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        s = refuse(file, "may be read by group or others; mode 0600 is wanted");
    else if (!fgets(ret_line, (int)size, f))
        s = refuse(file, "is empty");
    fclose(f);
    return s;
}

enum status bus_set_credentials(natsOptions *options, const char *file)
{
    char line[CREDENTIALS_MAX_SIZE];
    enum status s = read_credentials(file, line, sizeof(line));
    if (s != STATUS_OK)
        return s;
    line[strcspn(line, "\r\n")] = '\0';
    char *colon = strchr(line, ':');
    if (!colon || colon == line || colon[1] == '\0') {
        s = refuse(file, "is not user:password");
    } else {
        *colon = '\0';
        if (natsOptions_SetUserInfo(options, line, colon + 1) != NATS_OK)
            s = STATUS_NO_MEMORY;
    }
    explicit_bzero(line, sizeof(line));
    return s;
}
