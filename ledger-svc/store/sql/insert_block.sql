-- A block. No rows come back.
insert into paybus.blocks (number, first_seq, last_seq, event_count, transaction_count, entry_count, previous_hash, hash,
                           sealed_at, marks)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
