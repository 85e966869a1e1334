/* block.c - see block.h. Integers are written with the most significant byte first, as PostgreSQL sends them.
   SHA-256 is OpenSSL's: it uses the processor's instructions for it, which takes a fifth of what libsodium's
   takes. OpenSSL would rather have its newer interface used, which asks for memory, and so may fail, for each
   of millions of short rows. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "shared/chain/block.h"

#include <string.h>

#define INT_SIZE            8
#define POSTGRESQL_EPOCH_US INT64_C(946684800000000) /* its times count from 2000 on */

static void write_int(int64_t value, uint8_t ret_bytes[INT_SIZE])
{
    for (int i = 0; i < INT_SIZE; i++)
        ret_bytes[i] = (uint8_t)((uint64_t)value >> (8 * (INT_SIZE - 1 - i)));
}

void block_write_row(enum block_table table, const struct str *columns, size_t count, struct buf *out)
{
    buf_add_char(out, (char)table);
    for (size_t i = 0; i < count; i++) {
        if (columns[i].data == NULL)
            continue;
        size_t len = columns[i].len;
        const uint8_t head[] = {(uint8_t)(i + 1), (uint8_t)(len >> 24), (uint8_t)(len >> 16),
                                (uint8_t)(len >> 8), (uint8_t)len};
        buf_add(out, (const char *)head, sizeof head);
        buf_add(out, columns[i].data, len);
    }
}

void block_row_digest(struct str row, struct digest *ret_digest)
{
    SHA256_CTX sha;
    (void)SHA256_Init(&sha);
    (void)SHA256_Update(&sha, row.data, row.len);
    (void)SHA256_Final(ret_digest->bytes, &sha);
}

void block_rows_begin(struct block_rows *rows)
{
    (void)SHA256_Init(&rows->digests);
}

void block_rows_add(struct block_rows *rows, const struct digest *row)
{
    (void)SHA256_Update(&rows->digests, row->bytes, sizeof row->bytes);
}

void block_hash(const struct block *b, struct block_rows *rows, struct buf *scratch, struct digest *ret_hash)
{
    const int64_t numbers[] = {b->number,
                               b->first_seq,
                               b->last_seq,
                               b->event_count,
                               b->transaction_count,
                               b->entry_count,
                               b->sealed_us - POSTGRESQL_EPOCH_US};
    enum { NUMBERS = sizeof numbers / sizeof numbers[0] };
    uint8_t bytes[NUMBERS][INT_SIZE];
    struct str columns[NUMBERS + 2];
    struct digest digest;
    for (size_t i = 0; i < NUMBERS; i++) {
        write_int(numbers[i], bytes[i]);
        columns[i] = (struct str){(const char *)bytes[i], INT_SIZE};
    }
    (void)SHA256_Final(digest.bytes, &rows->digests);
    columns[NUMBERS] = (struct str){(const char *)b->previous.bytes, sizeof b->previous.bytes};
    columns[NUMBERS + 1] = (struct str){(const char *)digest.bytes, sizeof digest.bytes};
    buf_reset(scratch);
    block_write_row(BLOCK_ITSELF, columns, NUMBERS + 2, scratch);
    block_row_digest((struct str){scratch->data, scratch->len}, ret_hash);
}

void block_mark_open(struct buf *marks, int64_t seq, unsigned entry_count)
{
    uint8_t bytes[INT_SIZE + 1];
    write_int(seq, bytes);
    bytes[INT_SIZE] = (uint8_t)entry_count;
    buf_add(marks, (const char *)bytes, sizeof bytes);
}

void block_mark_add(struct buf *marks, const struct digest *row)
{
    buf_add(marks, (const char *)row->bytes, BLOCK_MARK_SIZE);
}

bool block_mark_next(struct str *marks, struct block_mark *ret_mark)
{
    const uint8_t *bytes = (const uint8_t *)marks->data;
    if (marks->len < INT_SIZE + 1 + BLOCK_MARK_SIZE)
        return false;
    uint64_t seq = 0;
    for (int i = 0; i < INT_SIZE; i++)
        seq = seq << 8 | bytes[i];
    struct block_mark mark = {
        .seq = (int64_t)seq, .entry_count = bytes[INT_SIZE], .event = bytes + INT_SIZE + 1};
    mark.others = mark.event + BLOCK_MARK_SIZE;
    size_t others = mark.entry_count > 0 ? mark.entry_count + 1 : 0;
    size_t len = INT_SIZE + 1 + (1 + others) * BLOCK_MARK_SIZE;
    if (marks->len < len)
        return false;
    *marks = (struct str){marks->data + len, marks->len - len};
    *ret_mark = mark;
    return true;
}

bool block_mark_fits(const uint8_t *mark, const struct digest *row)
{
    return memcmp(mark, row->bytes, BLOCK_MARK_SIZE) == 0;
}
