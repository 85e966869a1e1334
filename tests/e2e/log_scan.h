/* log_scan.h - what must not be in a log: secrets, bodies, numbers of cards, e-mail addresses; and lines that
   are no JSON. */
#ifndef TESTS_E2E_LOG_SCAN_H
#define TESTS_E2E_LOG_SCAN_H

/* What is wrong with a line, which it may cut at its end; NULL: nothing. */
const char *log_scan_line(char *line);
/* Prints each line of the file that should not be there. How many. */
int log_scan_file(const char *path);
/* The same of lines of any form that have one of the words, which end with NULL. */
int log_scan_words(const char *path, const char *const *words);

/* Who is named in every text that clients of test_log_secrecy send: nowhere else, and in no log. */
#define LOG_SCAN_PERSON "Penelope Quillfeather"

#endif
