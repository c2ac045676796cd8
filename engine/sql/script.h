/*
 * script.h - cuts a script into statements before anything parses it. Private to engine/sql.
 *
 * Reads as psql does: quotes, dollar quotes, comments that nest, brackets, BEGIN ATOMIC, commands
 * that begin with a backslash, and the data behind COPY FROM stdin. One pass, whatever the text is.
 */
#ifndef ZDM_SQL_SCRIPT_H
#define ZDM_SQL_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct zdm_piece { /* offsets in bytes of the whole text */
    bool command;  /* of psql: from its backslash to the end of the line */
    bool inner;    /* a semicolon stands inside its brackets or its body */
    bool reads;    /* COPY ... FROM stdin */
    bool data;     /* and its rows stand behind it */
    bool words;    /* commands of psql stand between its lines, or end it */
    bool gap;      /* and before it */
    size_t start;  /* its first byte that is neither space nor comment */
    size_t end;    /* behind its last byte, without the semicolon */
    size_t next;   /* where what follows begins */
    size_t variable,
        variable_end; /* the first :name of psql or ${name} in it; both `end` when there is none */
};

struct zdm_script {
    const char *text;
    size_t at, end;
    bool flat;     /* every semicolon outside of quotes ends a statement */
    bool no_marks; /* from here on no line ends the rows of a COPY */
};

/* Passes over a byte order mark. */
void zdm_script_open(struct zdm_script *script, const char *text);
/* The next statement or command; false at the end. */
bool zdm_script_next(struct zdm_script *script, struct zdm_piece *piece);
/* Writes spaces over the commands of psql in buf, which holds the piece. */
void zdm_script_blank(char *buf, const struct zdm_piece *piece);

enum zdm_psql { /* what a command of psql means for the script */
    ZDM_PSQL_HARMLESS,
    ZDM_PSQL_SENDS,  /* ends the statement before it, as a semicolon does: \g, \gset, ... */
    ZDM_PSQL_HIDDEN, /* runs what is not in the text, or leads the rest of it elsewhere */
};
/* Of the command at s, up to the end of its line. */
enum zdm_psql zdm_psql_kind(const char *s, size_t n);

#endif
