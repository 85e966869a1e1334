/* test_block.c - canonical rows, digests and hashes against values that were computed by other means; marks
   there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "shared/chain/block.h"

#define HEX_SIZE (2 * DIGEST_SIZE + 1)

/* The digests are those of Python's hashlib over the bytes that docs/decisions/0012 describes. */
#define EVENT_DIGEST       "9b06cf327e4eec7f820399029a6ff7d6952ab9f2bf5aa4fd431ccd219e8b6e13"
#define TRANSACTION_DIGEST "e05c6cbe5874f729fa7178a47920b6c71ce01290e42baddeb83bd4625d2aa512"
#define HASH               "cf6a607f792bf53da90a8a4c3302282c4c8984b202077a53145cb6945eaf628b"

static const struct str event[] = {{"\0\0\0\0\0\0\0\7", 8}, {NULL, 0}, {"account.created", 15}, {"", 0}};
static const struct str transaction[] = {{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16}, {"EUR", 3}};

static struct buf buf;

static void digest_row(enum block_table table, const struct str *columns, size_t count,
                       struct digest *ret_digest)
{
    buf_reset(&buf);
    block_write_row(table, columns, count, &buf);
    assert_int_equal(buf_status(&buf), STATUS_OK);
    block_row_digest((struct str){buf.data, buf.len}, ret_digest);
}

static void expect_hex(const struct digest *digest, const char *wanted)
{
    char hex[HEX_SIZE];
    (void)sodium_bin2hex(hex, sizeof hex, digest->bytes, sizeof digest->bytes);
    assert_string_equal(hex, wanted);
}

static void test_rows(void **state)
{
    (void)state;
    static const char wanted[] = "E\1\0\0\0\10\0\0\0\0\0\0\0\7\3\0\0\0\17account.created\4\0\0\0\0";
    struct digest digest;
    digest_row(BLOCK_EVENT, event, 4, &digest);
    assert_int_equal(buf.len, sizeof wanted - 1);
    assert_memory_equal(buf.data, wanted, buf.len);
    expect_hex(&digest, EVENT_DIGEST);
    digest_row(BLOCK_TRANSACTION, transaction, 2, &digest);
    expect_hex(&digest, TRANSACTION_DIGEST);
}

/* Whatever differs between two rows, their bytes differ. */
static void test_rows_differ(void **state)
{
    (void)state;
    static const struct str rows[][3] = {
        {{"ab", 2}, {"c", 1}, {NULL, 0}},   {{"a", 1}, {"bc", 2}, {NULL, 0}},
        {{"abc", 3}, {"", 0}, {NULL, 0}},   {{"abc", 3}, {NULL, 0}, {NULL, 0}},
        {{"abc", 3}, {NULL, 0}, {"", 0}},   {{NULL, 0}, {"abc", 3}, {NULL, 0}},
        {{NULL, 0}, {NULL, 0}, {"abc", 3}},
    };
    enum { COUNT = sizeof rows / sizeof rows[0] };
    struct digest digests[COUNT + 1];
    for (size_t i = 0; i < COUNT; i++)
        digest_row(BLOCK_EVENT, rows[i], 3, &digests[i]);
    digest_row(BLOCK_ENTRY, rows[0], 3, &digests[COUNT]);
    for (size_t i = 0; i <= COUNT; i++)
        for (size_t k = i + 1; k <= COUNT; k++)
            assert_false(digest_equal(&digests[i], &digests[k]));
    digest_row(BLOCK_EVENT, rows[0], 2, &digests[1]); /* a column added later that is NULL changes nothing */
    assert_true(digest_equal(&digests[0], &digests[1]));
}

static void hash_of(const struct block *b, int rows, struct digest *ret_hash)
{
    struct block_rows digests;
    struct digest digest;
    block_rows_begin(&digests);
    digest_row(BLOCK_EVENT, event, 4, &digest);
    block_rows_add(&digests, &digest);
    digest_row(BLOCK_TRANSACTION, transaction, 2, &digest);
    if (rows > 1)
        block_rows_add(&digests, &digest);
    block_hash(b, &digests, &buf, ret_hash);
}

static void test_hash(void **state)
{
    (void)state;
    struct block b = {.number = 3, .first_seq = 7, .last_seq = 9, .event_count = 2, .transaction_count = 1};
    struct digest hash, other;
    b.sealed_us = INT64_C(1767225600000000);
    memset(b.previous.bytes, 0xab, sizeof b.previous.bytes);
    hash_of(&b, 2, &hash);
    expect_hex(&hash, HASH);
    hash_of(&b, 1, &other);
    assert_false(digest_equal(&hash, &other));
    int64_t *const members[] = {&b.number,      &b.first_seq,         &b.last_seq,
                                &b.event_count, &b.transaction_count, &b.entry_count,
                                &b.sealed_us};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        (*members[i])++;
        hash_of(&b, 2, &other);
        assert_false(digest_equal(&hash, &other));
        (*members[i])--;
    }
    b.previous.bytes[31] = 0;
    hash_of(&b, 2, &other);
    assert_false(digest_equal(&hash, &other));
}

static void test_marks(void **state)
{
    (void)state;
    struct digest digests[4];
    struct block_mark mark;
    for (size_t i = 0; i < 4; i++)
        memset(digests[i].bytes, (int)i, sizeof digests[i].bytes);
    buf_reset(&buf);
    block_mark_open(&buf, 5, 0);
    block_mark_add(&buf, &digests[0]);
    block_mark_open(&buf, INT64_MAX, 2);
    for (size_t i = 0; i < 4; i++)
        block_mark_add(&buf, &digests[i]);
    struct str marks = {buf.data, buf.len};
    assert_true(block_mark_next(&marks, &mark));
    assert_int_equal(mark.seq, 5);
    assert_int_equal(mark.entry_count, 0);
    assert_true(block_mark_fits(mark.event, &digests[0]));
    assert_true(block_mark_next(&marks, &mark));
    assert_int_equal(mark.seq, INT64_MAX);
    assert_int_equal(mark.entry_count, 2);
    for (size_t i = 1; i < 4; i++)
        assert_true(block_mark_fits(mark.others + (i - 1) * BLOCK_MARK_SIZE, &digests[i]));
    assert_false(block_mark_fits(mark.others, &digests[2]));
    assert_false(block_mark_next(&marks, &mark));
    for (size_t len = 0; len < buf.len; len++) { /* cut anywhere: never read beyond */
        marks = (struct str){buf.data, len};
        while (block_mark_next(&marks, &mark))
            assert_true(marks.len < len);
    }
}

static int set_up(void **state)
{
    (void)state;
    buf_init(&buf, 4096);
    return sodium_init() < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&buf);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_rows_differ),
                                       cmocka_unit_test(test_hash), cmocka_unit_test(test_marks)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
