/* finding.c - see finding.h. */
#include "shared/chain/finding.h"

#include <string.h>

#include "shared/core/typeid.h"

void finding_add(struct findings *f, const struct finding *finding)
{
    if (f->count == FINDINGS_MAX)
        return;
    struct finding *copy = &f->all[f->count++];
    *copy = *finding;
    char *row = finding->row.len > 0 ? arena_alloc(f->arena, finding->row.len) : NULL;
    if (row != NULL)
        memcpy(row, finding->row.data, finding->row.len);
    copy->row = (struct str){row, row != NULL ? finding->row.len : 0};
}

/* Would the row be what was sealed, if it were the other one's content under its own key? */
static bool fits_with(const struct finding *key, const struct finding *content, struct buf *scratch)
{
    struct digest digest;
    buf_reset(scratch);
    buf_add(scratch, key->row.data, key->key_len);
    buf_add(scratch, content->row.data + content->key_len, content->row.len - content->key_len);
    block_row_digest((struct str){scratch->data, scratch->len}, &digest);
    return block_mark_fits(key->mark, &digest);
}

static bool may_be_swapped(const struct finding *a, const struct finding *b)
{
    return a->what == FINDING_ALTERED && b->what == FINDING_ALTERED && a->table == b->table &&
           a->row.len > 0 && b->row.len > 0;
}

void findings_pair(struct findings *f, struct buf *scratch)
{
    for (size_t i = 0; i < f->count; i++) {
        for (size_t k = i + 1; k < f->count; k++) {
            struct finding *a = &f->all[i], *b = &f->all[k];
            if (may_be_swapped(a, b) && fits_with(a, b, scratch) && fits_with(b, a, scratch)) {
                a->what = b->what = FINDING_SWAPPED;
                a->other = k;
                b->other = i;
            }
        }
    }
}

static void write_name(const struct finding *finding, struct buf *out)
{
    char id[TYPEID_TEXT_SIZE];
    typeid_format("txn", &finding->id, id);
    switch (finding->table) {
    case BLOCK_EVENT:
        buf_addf(out, "event %lld", (long long)finding->seq);
        break;
    case BLOCK_TRANSACTION:
        buf_addf(out, "transaction %s of event %lld", id, (long long)finding->seq);
        break;
    case BLOCK_ENTRY:
        buf_addf(out, "entry %d of transaction %s of event %lld", finding->leg, id, (long long)finding->seq);
        break;
    case BLOCK_ITSELF:
        buf_add_str(out, "block");
        break;
    }
}

void finding_write(const struct findings *f, const struct finding *finding, struct buf *out)
{
    static const char *const words[] = {[FINDING_ALTERED] = "altered",
                                        [FINDING_MISSING] = "missing",
                                        [FINDING_INSERTED] = "inserted",
                                        [FINDING_SWAPPED] = "swapped with "};
    write_name(finding, out);
    buf_addf(out, ": %s", words[finding->what]);
    if (finding->what == FINDING_SWAPPED)
        write_name(&f->all[finding->other], out);
}
