/* paybus_verify.c - paybus-verify: walks the chain of blocks, computes every hash anew from the rows and
   names what is other than it was sealed. For auditors: reads only. */
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger-svc/tools/verify/chain_walk.h"
#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "shared/io/log.h"

static int usage(FILE *to, int code)
{
    (void)fputs("usage: paybus-verify [--database CONNINFO] [--from NUMBER] [--head NUMBER:HASH]\n\n"
                "  --database  default: PAYBUS_DATABASE_URL; the role paybus_recon suffices\n"
                "  --from      the first block to look at: it and those before are then taken for granted as "
                "far as its\n"
                "              link goes, and rows that belong to no block are not looked for\n"
                "  --head      a block and its hash, kept elsewhere (GET /v1/chain, the log line "
                "block_sealed): a chain that\n"
                "              was written anew, or lost its end, is found by this alone\n\n"
                "Findings go to standard output, the first damaged row first; progress to standard error.\n"
                "exit codes: 0 whole, 1 damaged, 2 it could not be found out\n",
                to);
    return code;
}

/* "12:9f86d0..." */
static enum status read_head(const char *text, struct chain_head *ret_head)
{
    const char *colon = strchr(text, ':');
    size_t len = 0;
    if (colon == NULL ||
        parse_int64((struct str){text, (size_t)(colon - text)}, 1, INT64_MAX, &ret_head->number) !=
            STATUS_OK ||
        sodium_hex2bin(ret_head->hash.bytes, sizeof ret_head->hash.bytes, colon + 1, strlen(colon + 1), NULL,
                       &len, NULL) != 0 ||
        len != sizeof ret_head->hash.bytes)
        return STATUS_INVALID;
    return STATUS_OK;
}

static enum status read_arguments(int argc, char **argv, struct chain_walk_options *ret_options)
{
    static const struct option longs[] = {{"database", required_argument, NULL, 'd'},
                                          {"from", required_argument, NULL, 'f'},
                                          {"head", required_argument, NULL, 'h'},
                                          {0}};
    struct chain_walk_options o = {.conninfo = getenv("PAYBUS_DATABASE_URL"), .from = 1};
    enum status s = STATUS_OK;
    for (int c; s == STATUS_OK && (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (c == 'd')
            o.conninfo = optarg;
        else if (c == 'f')
            s = parse_int64(str_of(optarg), 1, INT64_MAX, &o.from);
        else if (c == 'h')
            s = read_head(optarg, &o.head);
        else
            s = STATUS_INVALID;
    }
    if (s != STATUS_OK || optind != argc || o.conninfo == NULL || *o.conninfo == '\0')
        return STATUS_INVALID;
    *ret_options = o;
    return STATUS_OK;
}

int main(int argc, char **argv)
{
    struct chain_walk_options options;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return usage(stdout, EXIT_SUCCESS);
    if (sodium_init() < 0 || read_arguments(argc, argv, &options) != STATUS_OK)
        return usage(stderr, CHAIN_UNKNOWN);
    log_init("paybus-verify", "tool", LOG_ERROR);
    return (int)chain_walk(&options);
}
