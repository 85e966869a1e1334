/* engine_bench.c - the batch engine alone: transfers in batches of one size through attempt_run, no HTTP, no
   bus. engine_bench <conninfo> <accounts> <batch size> <seconds>: prints transfers per second and
   milliseconds per batch. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger-svc/edge/attempt.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"

#define BATCH_MAX 256

struct bench {
    struct attempt attempt;
    struct arena arena;
    struct buf text;
    json_t *roots[BATCH_MAX];
    char keys[BATCH_MAX][64];
    struct command commands[BATCH_MAX];
    const struct command_type *type;
    const struct command_spec *spec;
    uint32_t accounts;
    int64_t sent;
};

static void account_text(uint32_t number, char ret_text[TYPEID_TEXT_SIZE])
{
    struct uuid id = {{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0xa0, 0, 0, 0, (uint8_t)(number >> 24),
                       (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number}};
    typeid_format("acct", &id, ret_text);
}

/* The same bytes that ingress would send, read the same way. */
static enum status make_command(struct bench *b, size_t place)
{
    char from[TYPEID_TEXT_SIZE], to[TYPEID_TEXT_SIZE], data[256];
    uint32_t a = randombytes_uniform(b->accounts), c = randombytes_uniform(b->accounts - 1);
    account_text(a + 1, from);
    account_text((c >= a ? c + 1 : c) + 1, to);
    int len = snprintf(data, sizeof data,
                       "{\"amount\":%u,\"currency\":\"EUR\",\"from_account\":\"%s\",\"to_account\":\"%s\"}",
                       1 + randombytes_uniform(100), from, to);
    (void)snprintf(b->keys[place], sizeof b->keys[place], "engine-%lld-%lld", (long long)clock_unix_us(),
                   (long long)b->sent++);
    struct command_envelope e = {.id = uuid7_make(clock_unix_us(), (uint32_t)b->sent, randombytes_random()),
                                 .owner = STR_LIT("bench"),
                                 .actor = STR_LIT("bench"),
                                 .staff = true,
                                 .key = str_of(b->keys[place])};
    buf_reset(&b->text);
    command_write(&e, (struct str){data, (size_t)len}, &b->text);
    struct command *cmd = &b->commands[place];
    struct problem problem;
    *cmd = (struct command){.type = b->type, .deadline_us = clock_unix_us() + 10000000};
    enum status s = command_read((struct str){b->text.data, b->text.len}, b->spec, &b->roots[place],
                                 &cmd->envelope, &problem);
    if (s != STATUS_OK)
        return s;
    cmd->key_digest = digest_key(cmd->envelope.owner, cmd->envelope.key, &cmd->envelope.id);
    cmd->data = b->type->decode(&cmd->envelope, &b->arena);
    return cmd->data != NULL ? STATUS_OK : STATUS_FULL;
}

static enum status run_batch(struct bench *b, size_t size)
{
    const struct answer *answers = NULL;
    enum status s = STATUS_OK;
    size_t made = 0;
    while (s == STATUS_OK && made < size)
        s = make_command(b, made++);
    if (s == STATUS_OK)
        s = attempt_run(&b->attempt, b->commands, size, &answers);
    for (size_t i = 0; s == STATUS_OK && i < size; i++)
        if (answers[i].status != 201)
            s = STATUS_FAILED;
    for (size_t i = 0; i < made; i++)
        json_decref_ptr(&b->roots[i]);
    arena_reset(&b->arena);
    return s;
}

static int run(struct bench *b, size_t size, int64_t seconds)
{
    int64_t start = clock_monotonic_us(), end = start + seconds * 1000000, batches = 0;
    while (clock_monotonic_us() < end) {
        enum status s = run_batch(b, size);
        if (s != STATUS_OK) {
            (void)fprintf(stderr, "engine_bench: a batch failed: %s\n", status_name(s));
            return EXIT_FAILURE;
        }
        batches++;
    }
    double took_s = (double)(clock_monotonic_us() - start) / 1e6; /* allow: double: a rate, not money */
    (void)printf("RESULT batch=%zu per_second=%.0f batch_ms=%.3f\n", size,
                 (double)batches * (double)size / took_s, took_s * 1e3 / (double)batches);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static struct bench b;
    int64_t accounts, size, seconds;
    if (argc != 5 || parse_int64(str_of(argv[2]), 2, INT32_MAX, &accounts) != STATUS_OK ||
        parse_int64(str_of(argv[3]), 1, BATCH_MAX, &size) != STATUS_OK ||
        parse_int64(str_of(argv[4]), 1, 3600, &seconds) != STATUS_OK) {
        (void)fprintf(stderr, "usage: engine_bench <conninfo> <accounts> <batch size 1..256> <seconds>\n");
        return EXIT_FAILURE;
    }
    if (sodium_init() < 0)
        return EXIT_FAILURE;
    log_init("engine_bench", "1", LOG_WARN);
    ledger_metrics_init();
    arena_init(&b.arena, 16 << 20);
    buf_init(&b.text, 64 << 10);
    b.type = command_type_find(STR_LIT("transfer.create"));
    b.spec = command_spec_find(STR_LIT("transfer.create"));
    b.accounts = (uint32_t)accounts;
    int code = EXIT_FAILURE;
    if (attempt_open(&b.attempt, argv[1], 48) == STATUS_OK)
        code = run(&b, (size_t)size, seconds);
    attempt_close(&b.attempt);
    arena_free(&b.arena);
    buf_free(&b.text);
    return code;
}
