/* statement_camt.c - the XML of camt.053, read element by element: no document type, so that there are no
   entities; nothing is fetched; bounded depth and text. */
#include <libxml/xmlreader.h>
#include <stdio.h>
#include <string.h>

#include "recon-svc/domain/camt_file.h"

#define NAMESPACE      "urn:iso:std:iso:20022:tech:xsd:camt.053.001.0"
#define DEPTH_MAX      32
#define PATH_SIZE      512
#define VALUE_MAX      2048 /* bytes of an element; what is beyond is left out */
#define ATTRIBUTES_MAX 100
#define STMT_DEPTH     2 /* Document/BkToCstmrStmt/Stmt */
#define OLDEST         '2'
#define NEWEST         '8'
#define READ_ERROR     (-1)
#define READ_NOTHING   0

struct walk {
    xmlTextReaderPtr reader;
    struct camt_file file;
    char path[PATH_SIZE]; /* below Stmt */
    size_t ends[DEPTH_MAX + 1];
    bool is_in_stmt, has_stmt;
    struct buf text; /* of the element under way */
    char currency[CAMT_CODE_SIZE];
};

static bool is_named(const struct walk *w, const char *name)
{
    return strcmp((const char *)xmlTextReaderConstLocalName(w->reader), name) == 0;
}

static enum status refuse(struct walk *w, const char *why)
{
    return statement_refuse(w->file.refusal, "%s (line %d)", why,
                            xmlTextReaderGetParserLineNumber(w->reader));
}

/* One of the versions that have what camt_path.def names. */
static bool is_known_version(const struct walk *w)
{
    const char *uri = (const char *)xmlTextReaderConstNamespaceUri(w->reader);
    size_t len = strlen(NAMESPACE);
    return uri != NULL && strncmp(uri, NAMESPACE, len) == 0 && uri[len] >= OLDEST && uri[len] <= NEWEST &&
           uri[len + 1] == '\0';
}

static enum status enter_frame(struct walk *w, int depth)
{
    static const char *const names[] = {"Document", "BkToCstmrStmt"};
    if (depth < STMT_DEPTH && !is_named(w, names[depth]))
        return refuse(w, "This is not a camt.053 document");
    if (depth == 0 && !is_known_version(w))
        return refuse(w, "Only camt.053.001.02 to .08 are read");
    if (depth < STMT_DEPTH || !is_named(w, "Stmt"))
        return STATUS_OK;
    if (w->has_stmt)
        return refuse(w, "There is a second statement in the file");
    w->is_in_stmt = w->has_stmt = true;
    return STATUS_OK;
}

static enum status push_name(struct walk *w, int depth)
{
    size_t end = depth == STMT_DEPTH + 1 ? 0 : w->ends[depth - 1];
    int len = snprintf(w->path + end, sizeof w->path - end, "%s%s", end > 0 ? "/" : "",
                       (const char *)xmlTextReaderConstLocalName(w->reader));
    if (len < 0 || (size_t)len >= sizeof w->path - end)
        return refuse(w, "Names are too long");
    w->ends[depth] = end + (size_t)len;
    return STATUS_OK;
}

static void read_currency(struct walk *w)
{
    xmlChar *code = xmlTextReaderGetAttribute(w->reader, BAD_CAST "Ccy");
    (void)snprintf(w->currency, sizeof w->currency, "%s", code != NULL ? (const char *)code : "");
    xmlFree(code);
}

static enum status keep_value(struct walk *w)
{
    enum camt_slot slot = camt_slot_of(w->path);
    if (slot == CAMT_SLOTS || w->file.values[slot].text.data != NULL)
        return STATUS_OK;
    struct str text = statement_trim((struct str){w->text.data, w->text.len});
    struct camt_value *v = &w->file.values[slot];
    char *own = arena_strndup(w->file.arena, text.len > 0 ? text.data : "", text.len);
    if (own == NULL)
        return STATUS_NO_MEMORY;
    v->text = (struct str){own, text.len};
    memcpy(v->currency, w->currency, sizeof v->currency);
    return STATUS_OK;
}

static enum status leave(struct walk *w, int depth)
{
    if (depth == STMT_DEPTH)
        w->is_in_stmt = false;
    if (depth <= STMT_DEPTH || depth > DEPTH_MAX || !w->is_in_stmt) /* deeper ones were not entered */
        return STATUS_OK;
    w->path[w->ends[depth]] = '\0';
    enum status status = keep_value(w);
    buf_reset(&w->text);
    w->currency[0] = '\0';
    return status == STATUS_OK ? camt_file_end(&w->file, w->path) : status;
}

static enum status enter(struct walk *w, int depth)
{
    enum status status = STATUS_OK;
    if (depth > DEPTH_MAX)
        return refuse(w, "Elements are nested too deeply");
    if (depth <= STMT_DEPTH)
        status = enter_frame(w, depth);
    else if (w->is_in_stmt)
        status = push_name(w, depth);
    buf_reset(&w->text);
    read_currency(w);
    if (status == STATUS_OK && xmlTextReaderIsEmptyElement(w->reader))
        status = leave(w, depth);
    return status;
}

/* A part of an element's text; references to entities and the document type are nodes of other kinds. */
static void add_text(struct walk *w)
{
    const char *text = (const char *)xmlTextReaderConstValue(w->reader);
    size_t len = text != NULL ? strlen(text) : 0, room = VALUE_MAX - w->text.len;
    if (len > room)
        for (len = room; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80; len--) /* whole characters */
            ;
    if (w->is_in_stmt)
        buf_add(&w->text, text, len);
}

static enum status take_node(struct walk *w)
{
    switch (xmlTextReaderNodeType(w->reader)) {
    case XML_READER_TYPE_ELEMENT:
        return enter(w, xmlTextReaderDepth(w->reader));
    case XML_READER_TYPE_END_ELEMENT:
        return leave(w, xmlTextReaderDepth(w->reader));
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
        add_text(w);
        return STATUS_OK;
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
    case XML_READER_TYPE_COMMENT:
    case XML_READER_TYPE_PROCESSING_INSTRUCTION:
        return STATUS_OK;
    default:
        return refuse(w, "A document type or an entity is not accepted");
    }
}

static enum status read_all(struct walk *w)
{
    enum status status = STATUS_OK;
    int more = 1;
    while (status == STATUS_OK && (more = xmlTextReaderRead(w->reader)) == 1)
        status = take_node(w);
    if (status == STATUS_OK && more == READ_ERROR)
        status = refuse(w, "The XML is not well formed");
    if (status == STATUS_OK && !w->has_stmt)
        status = refuse(w, "There is no statement in the file");
    return status;
}

/* Whoever writes "<!DOCTYPE" outside of a comment declares a document type, and libxml2 would read that
   before it is seen as a node. */
static enum status check_no_doctype(struct str file, struct statement_refusal *r)
{
    static const char word[] = "<!DOCTYPE";
    return memmem(file.data, file.len, word, strlen(word)) == NULL
               ? STATUS_OK
               : statement_refuse(r, "A document type is not accepted.");
}

static bool begins_tag(struct str file, size_t at)
{
    return file.data[at] == '<' && at + 1 < file.len && file.data[at + 1] != '!' && file.data[at + 1] != '?';
}

/* libxml2 compares each attribute of an element with all others of it. */
static enum status check_attributes(struct str file, struct statement_refusal *r)
{
    bool is_in_tag = false;
    size_t attributes = 0;
    for (size_t i = 0; i < file.len; i++) {
        if (begins_tag(file, i)) {
            is_in_tag = true;
            attributes = 0;
        } else if (file.data[i] == '>') {
            is_in_tag = false;
        } else if (is_in_tag && file.data[i] == '=' && ++attributes > ATTRIBUTES_MAX) {
            return statement_refuse(r, "An element has more than %d attributes.", ATTRIBUTES_MAX);
        }
    }
    return STATUS_OK;
}

enum status statement_read_camt(struct str file, struct arena *arena, struct statement *ret,
                                struct statement_refusal *ret_refusal)
{
    struct walk w = {.file = {.arena = arena, .refusal = ret_refusal}};
    enum status status = statement_check_text(file, ret_refusal);
    if (status == STATUS_OK)
        status = check_no_doctype(file, ret_refusal);
    if (status == STATUS_OK)
        status = check_attributes(file, ret_refusal);
    if (status != STATUS_OK)
        return status;
    w.reader = xmlReaderForMemory(file.data, (int)file.len, NULL, "UTF-8",
                                  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (w.reader == NULL)
        return STATUS_NO_MEMORY;
    buf_init(&w.text, VALUE_MAX + 1);
    status = read_all(&w);
    if (status == STATUS_OK)
        status = camt_file_finish(&w.file);
    if (status == STATUS_OK)
        *ret = w.file.s;
    buf_free(&w.text);
    xmlFreeTextReader(w.reader);
    return status;
}
