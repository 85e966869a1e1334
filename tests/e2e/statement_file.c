/* statement_file.c - see statement_file.h. */
#include "tests/e2e/statement_file.h"

#include <stdio.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/timefmt.h"
#include "tests/e2e/scene.h"

#define DAY_US    INT64_C(86400000000)
#define DAY_LEN   10
#define FILE_SIZE 16384

static void write_day(int days_from_now, char *out, size_t size)
{
    char time[TIME_TEXT_SIZE];
    time_format(clock_unix_us() + days_from_now * DAY_US, time);
    (void)snprintf(out, size, "%.*s", DAY_LEN, time);
}

static void find_cash(struct api *api, struct statement_books *b)
{
    assert_int_equal(api_get(api, "/v1/transactions/%s", b->transactions[0]), 200);
    for (int i = 0; i < 2; i++) {
        const char *direction = api_string(api, i == 0 ? "entries.0.direction" : "entries.1.direction");
        if (strcmp(direction, "debit") == 0)
            (void)snprintf(b->cash, sizeof b->cash, "%s",
                           api_string(api, i == 0 ? "entries.0.account" : "entries.1.account"));
    }
}

void statement_books_make(struct api *api, const char *currency, struct statement_books *ret)
{
    struct statement_books b = {0};
    char key[HARNESS_KEY_SIZE], account[TYPEID_TEXT_SIZE];
    (void)snprintf(b.currency, sizeof b.currency, "%s", currency);
    harness_new_key(key);
    assert_int_equal(
        api_post(api, "/v1/accounts", key, "{'type':'user','currency':'%s','name':'a'}", currency), 201);
    (void)snprintf(account, sizeof account, "%s", api_string(api, "id"));
    for (int i = 0; i < STATEMENT_DEPOSITS; i++) {
        int number = i < 4 ? i : 3;
        harness_new_key(key);
        assert_int_equal(api_post(api, "/v1/deposits", key,
                                  "{'account':'%s','amount':%d,'currency':'%s','reference':'%s-%d'}", account,
                                  1000 * (number + 1), currency, currency, number),
                         201);
        (void)snprintf(b.transactions[i], sizeof b.transactions[i], "%s", api_string(api, "id"));
    }
    find_cash(api, &b);
    *ret = b;
}

/* The length of what was written; 0: the word is not known. */
static size_t write_word(const struct statement_books *b, const char *word, size_t len, char *out,
                         size_t size)
{
    static const struct {
        const char *word;
        int days;
    } days[] = {{"day", 0}, {"from", -1}, {"to", 10}, {"far", 6}, {"next", 11}, {"last", 20}};
    out[0] = '\0';
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++)
        if (strlen(days[i].word) == len && memcmp(days[i].word, word, len) == 0)
            write_day(days[i].days, out, size);
    if (len == 3 && memcmp(word, "cur", len) == 0)
        (void)snprintf(out, size, "%s", b->currency);
    else if (len == 3 && memcmp(word, "stm", len) == 0)
        (void)snprintf(out, size, "%s", b->statement);
    else if (len == 4 && memcmp(word, "cash", len) == 0)
        (void)snprintf(out, size, "%s", b->cash);
    else if (len == 2 && word[0] == 't' && word[1] >= '0' && word[1] < '0' + STATEMENT_DEPOSITS)
        (void)snprintf(out, size, "%s", b->transactions[word[1] - '0']);
    return strlen(out);
}

void statement_fill_in(const struct statement_books *b, const char *text, char *out, size_t size)
{
    size_t len = 0;
    for (const char *c = text; *c != '\0' && len + TYPEID_TEXT_SIZE < size; c++) {
        const char *end = *c == '{' ? strchr(c, '}') : NULL;
        size_t written = end != NULL ? write_word(b, c + 1, (size_t)(end - c - 1), out + len, size - len) : 0;
        if (written > 0)
            c = end;
        else
            out[len] = *c;
        len += written > 0 ? written : 1;
    }
    out[len] = '\0';
}

int statement_send(struct api *api, struct statement_books *b, const char *text)
{
    char file[FILE_SIZE], path[128];
    statement_fill_in(b, text, file, sizeof file);
    (void)snprintf(path, sizeof path, "/v1/reconcile/statements?account=%s", b->cash);
    int status =
        api_send(api, &(struct api_request){
                          .path = path, .body = file, .headers = {"Content-Type: text/csv; charset=utf-8"}});
    if (status < 300)
        (void)snprintf(b->statement, sizeof b->statement, "%s", api_string(api, "id"));
    return status;
}

/* What scene_main's callback is about, which takes nothing. */
static struct {
    struct harness *h;
    struct api *api;
    int (*run)(void);
} scene;

static int run_with_api(void)
{
    api_open(scene.api, scene.h, 0);
    int failed = scene.run();
    api_close(scene.api);
    return failed;
}

int statement_scene_main(struct harness *h, struct api *api, int (*run)(void))
{
    const struct harness_options options = {.recons = 1, .recon_seconds = 86400};
    scene.h = h;
    scene.api = api;
    scene.run = run;
    return scene_main(h, &options, run_with_api);
}
