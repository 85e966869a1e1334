/* paybus_admin.c - paybus-admin: keys, partitions, the relay, sealed secrets and the demo's seed, for
 * operators, as the owner of the schema. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "ledger-svc/tools/admin/admin.h"
#include "shared/io/dumps.h"
#include "shared/io/log.h"

static const struct admin_command commands[] = {
    {"demo serve", admin_demo_serve,
     "--nats SERVERS [--credentials FILE]\n      empties the database and the streams and seeds again when "
     "/v1/demo/reset asks for it; never where money is real"},
    {"key create", admin_key_create,
     "--owner OWNER --scopes A,B [--name NAME]\n      makes an API key and prints it once on standard "
     "output"},
    {"key list", admin_key_list, "\n      prints every key's id, owner, times, scopes and name"},
    {"key revoke", admin_key_revoke, "ID\n      ends a key; clients are refused within seconds"},
    {"partitions", admin_partitions,
     "[--every SECONDS] [--days 14] [--keep-hours H]\n      makes the partitions of the days ahead, drops "
     "idempotency "
     "keys older than H hours (PAYBUS_IDEMPOTENCY_RETENTION_HOURS, 48);\n      with --every it goes on until "
     "SIGTERM"},
    {"relay rewind", admin_relay_rewind,
     "--since TIME [--feed events|work]\n      publishes all events since then again, or all work that is "
     "not finished"},
    {"secrets reseal", admin_secrets_reseal,
     "[--keys FILE]\n      seals the secrets of webhook endpoints anew with the first key of the file "
     "(default: PAYBUS_SECRETS_KEY_FILE),\n      so that the others can go"},
    {"seed", admin_seed,
     "--nats SERVERS [--credentials FILE]\n      demo accounts and their opening deposits in INR, USD and "
     "EUR; again, it "
     "changes nothing"},
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static int print_usage(FILE *to, int code)
{
    (void)fputs("usage: paybus-admin COMMAND [options]\n\n", to);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(to, "  %s %s\n", commands[i].words, commands[i].usage);
    (void)fputs(
        "\nEvery command takes --database CONNINFO (default: PAYBUS_DATABASE_URL), the owner's connection.\n"
        "exit codes: 0 done, 1 failed, 64 wrong arguments, 69 the database or NATS cannot be used\n",
        to);
    return code;
}

/* How many arguments the command's words take up; 0: it is another command. */
static int match(const struct admin_command *command, int argc, char **argv)
{
    const char *words = command->words;
    for (int i = 1; i < argc; i++) {
        size_t len = strlen(argv[i]);
        if (strncmp(words, argv[i], len) != 0 || (words[len] != ' ' && words[len] != '\0'))
            return 0;
        if (words[len] == '\0')
            return i;
        words += len + 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return print_usage(stdout, EXIT_OK);
    if (dumps_forbid() != STATUS_OK || sodium_init() < 0)
        return EXIT_FAILED;
    log_init("paybus-admin", "tool", LOG_ERROR);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        int words = match(&commands[i], argc, argv);
        if (words > 0)
            return commands[i].run(argc - words, argv + words);
    }
    return print_usage(stderr, EXIT_USAGE);
}
