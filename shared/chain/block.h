/* block.h - the canonical bytes of rows, their digests, and blocks of them in a chain of hashes
   (docs/decisions/0012). Pure. */
#ifndef LEDGER_DOMAIN_BLOCK_H
#define LEDGER_DOMAIN_BLOCK_H

#include <openssl/sha.h>
#include <stdint.h>

#include "shared/core/buf.h"
#include "shared/core/digest.h"

#define BLOCK_MARK_SIZE 8

/* What a row is of: the first byte of its canonical form. */
enum block_table { BLOCK_EVENT = 'E', BLOCK_TRANSACTION = 'T', BLOCK_ENTRY = 'L', BLOCK_ITSELF = 'B' };

/* Appends the table's byte and, of each column that is not NULL (data NULL), its place from 1 on in one byte,
   its length in four, the most significant first, and PostgreSQL's binary value. */
void block_write_row(enum block_table table, const struct str *columns, size_t count, struct buf *out);
/* SHA-256 of such a row. */
void block_row_digest(struct str row, struct digest *ret_digest);

struct block {
    int64_t number, first_seq, last_seq;
    int64_t event_count, transaction_count, entry_count;
    int64_t sealed_us; /* unix microseconds */
    struct digest previous, hash;
};
/* Its rows one after the other: each event, then its transaction, then the entries of that. */
struct block_rows {
    SHA256_CTX digests;
};
void block_rows_begin(struct block_rows *rows);
void block_rows_add(struct block_rows *rows, const struct digest *row);
/* The hash that belongs to the block's other members and these rows; ends the rows. */
void block_hash(const struct block *b, struct block_rows *rows, struct buf *scratch, struct digest *ret_hash);

/* Marks tell which row was altered: for each event its number, how many entries it posts, and the first bytes
   of the digests of its rows. */
struct block_mark {
    int64_t seq;
    unsigned entry_count;  /* 0: it posts no transaction */
    const uint8_t *event;  /* BLOCK_MARK_SIZE bytes */
    const uint8_t *others; /* with entries: the transaction's and theirs, one after the other */
};
void block_mark_open(struct buf *marks, int64_t seq, unsigned entry_count);
void block_mark_add(struct buf *marks, const struct digest *row);
/* Takes the next mark off the front of *marks; false at its end, and for what is none. */
bool block_mark_next(struct str *marks, struct block_mark *ret_mark);
bool block_mark_fits(const uint8_t *mark, const struct digest *row);

#endif
