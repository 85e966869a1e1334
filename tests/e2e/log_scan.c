/* log_scan.c - see log_scan.h. */
#include "tests/e2e/log_scan.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define SECRET_MIN 20 /* characters behind a prefix that make it a secret and not a word */
#define CARD_MIN   13
#define CARD_MAX   19

static size_t word_length(const char *text)
{
    size_t len = 0;
    while (isalnum((unsigned char)text[len]) || text[len] == '_' || text[len] == '-')
        len++;
    return len;
}

/* A prefix with enough behind it. */
static bool has_secret(const char *line, const char *prefix)
{
    for (const char *at = strstr(line, prefix); at != NULL; at = strstr(at + 1, prefix))
        if (word_length(at + strlen(prefix)) >= SECRET_MIN)
            return true;
    return false;
}

/* The check digit of card numbers. */
static bool is_card(const char *digits, size_t len)
{
    int sum = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = digits[len - 1 - i] - '0';
        if (i % 2 == 1)
            digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return sum % 10 == 0;
}

static bool has_card(const char *line)
{
    for (const char *at = line; *at != '\0';) {
        size_t len = word_length(at), digits = strspn(at, "0123456789");
        bool is_number = at > line && at[-1] == ':'; /* of ours: times, sequences */
        if (!is_number && len == digits && len >= CARD_MIN && len <= CARD_MAX && is_card(at, len))
            return true;
        at += len > 0 ? len : 1;
    }
    return false;
}

/* name@host.domain */
static bool has_address(const char *line)
{
    for (const char *at = strchr(line, '@'); at != NULL; at = strchr(at + 1, '@')) {
        size_t host = word_length(at + 1);
        if (at > line && isalnum((unsigned char)at[-1]) && host > 0 && at[1 + host] == '.' &&
            isalpha((unsigned char)at[2 + host]))
            return true;
    }
    return false;
}

/* A member of somebody's JSON inside a string of ours. */
static bool has_body(const char *line)
{
    static const char *const members[] = {"\\\"amount\\\"", "\\\"from_account\\\"", "\\\"description\\\"",
                                          "\\\"metadata\\\"", "\\\"payload\\\""};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (strstr(line, members[i]) != NULL)
            return true;
    return false;
}

/* Ours are one JSON object a line with what every line has. */
static bool is_log_line(const char *line)
{
    static const char *const members[] = {"ts", "level", "service", "instance", "event"};
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    bool is_whole = json_is_object(object);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        is_whole = is_whole && json_is_string(json_object_get(object, members[i]));
    json_decref(object);
    return is_whole;
}

const char *log_scan_line(char *line)
{
    line[strcspn(line, "\n")] = '\0';
    if (line[0] != '{')
        return NULL; /* of a sanitizer or a library */
    if (!is_log_line(line))
        return "no line of a log";
    if (has_secret(line, "sk_") || has_secret(line, "whsec_") || has_secret(line, "eyJ"))
        return "a secret";
    if (has_body(line))
        return "a body";
    if (has_address(line))
        return "somebody's address";
    return has_card(line) ? "the number of a card" : NULL;
}

static const char *what_line_says(char *line, const char *const *words)
{
    (void)words;
    return log_scan_line(line);
}

static const char *what_line_names(char *line, const char *const *words)
{
    line[strcspn(line, "\n")] = '\0';
    for (size_t i = 0; words[i] != NULL; i++)
        if (strstr(line, words[i]) != NULL)
            return "what nobody else is to know";
    return NULL;
}

static int scan(const char *path, const char *(*wrong_with)(char *line, const char *const *words),
                const char *const *words)
{
    char *line = NULL;
    size_t size = 0;
    int count = 0;
    FILE *f = fopen(path, "re");
    while (f != NULL && getline(&line, &size, f) >= 0) {
        const char *wrong = wrong_with(line, words);
        if (wrong == NULL)
            continue;
        count++;
        (void)fprintf(stderr, "%s: %s: %s\n", path, wrong, line);
    }
    free(line);
    if (f != NULL)
        (void)fclose(f);
    return count;
}

int log_scan_file(const char *path)
{
    return scan(path, what_line_says, NULL);
}

int log_scan_words(const char *path, const char *const *words)
{
    return scan(path, what_line_names, words);
}
