/* docs.c - see docs.h. */
#include "ingress/edge/docs.h"

#include "ingress_pages.h"

#define HTML_TYPE   "text/html; charset=utf-8"
#define TEXT_TYPE   "text/plain; charset=utf-8"
#define SCRIPT_TYPE "text/javascript; charset=utf-8"
#define STYLE_TYPE  "text/css; charset=utf-8"

/* A row is a file of /docs/{file}. */
static const struct file {
    const char *name, *type;
    const struct str *plain, *gzip; /* gzip NULL: too small to matter */
} files[] = {
    {"docs.js", SCRIPT_TYPE, &page_docs_js, NULL},
    {"docs.css", STYLE_TYPE, &page_docs_css, NULL},
    {"swagger-ui-bundle.js", SCRIPT_TYPE, &page_swagger_ui_bundle_js, &page_swagger_ui_bundle_js_gz},
    {"swagger-ui.css", STYLE_TYPE, &page_swagger_ui_css, &page_swagger_ui_css_gz},
    {"swagger-ui-bundle.js.LICENSE.txt", TEXT_TYPE, &page_swagger_ui_bundle_js_LICENSE_txt, NULL},
    {"LICENSE", TEXT_TYPE, &page_LICENSE, NULL},
    {"NOTICE", TEXT_TYPE, &page_NOTICE, NULL},
};

/* Own scripts and styles only, and the pictures that Swagger UI's style sheet holds; not inside a frame. */
static void give(struct exchange *ex, const char *type, struct str page)
{
    exchange_page(ex, type, page);
    buf_add_str(
        &ex->headers,
        "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
        "Referrer-Policy: no-referrer\r\nX-Frame-Options: DENY\r\n");
}

void docs_page(struct exchange *ex)
{
    give(ex, HTML_TYPE, page_docs_html);
}

void docs_file(struct exchange *ex)
{
    size_t i = 0;
    while (i < sizeof(files) / sizeof(files[0]) && !str_eq_c(ex->id, files[i].name)) {
        i++;
    }
    if (i == sizeof(files) / sizeof(files[0])) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    const struct file *f = &files[i];
    bool packed = f->gzip != NULL && http_head_takes_gzip(&ex->head);
    give(ex, f->type, packed ? *f->gzip : *f->plain);
    if (f->gzip != NULL) {
        buf_add_str(&ex->headers, "Vary: Accept-Encoding\r\n");
    }
    if (packed) {
        buf_add_str(&ex->headers, "Content-Encoding: gzip\r\n");
    }
}
