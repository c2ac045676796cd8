/*
 * text.h - small pure helpers on text: numbers, durations, nearest names.
 */
#ifndef ZDM_BASE_TEXT_H
#define ZDM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole of s as a decimal integer; false when it is not one or overflows. */
bool zdm_parse_i64(const char *s, int64_t *value);

/* A duration: a decimal number with a unit out of ms s m h d w ("250ms", "1.5h").
 * In milliseconds; false when it is not one, negative, or over 100 years. */
bool zdm_parse_duration_ms(const char *s, int64_t *ms);
/* "250 ms", "1.5 s", "3 min 20 s", "2 h 5 min", "3 d 4 h": for people.
 * Fills out[32] and returns it. */
const char *zdm_show_duration(int64_t ms, char out[32]);
/* "512 kB", "1.2 GB": units of 1024. Fills out[32] and returns it. */
const char *zdm_show_bytes(double bytes, char out[32]);
/* Length of the UTF-8 character at s, at most n bytes; 0 when there is none. Overlong forms, surrogates
 * and what is above U+10FFFF are none (RFC 3629). */
size_t zdm_utf8_length(const char *s, size_t n);
/* Bytes of at most `max` bytes of UTF-8 text that end with a whole character. */
int zdm_whole_characters(const char *text, size_t max);

/* The byte at which the character `position`, from 1, of a UTF-8 text begins; its end when it has fewer. */
size_t zdm_character_offset(const char *text, int position);

/* 1234567 -> "1,234,567". Fills out[32] and returns it. */
const char *zdm_show_count(int64_t n, char out[32]);

/* The candidate nearest to `name` (Damerau-Levenshtein, case-insensitive), or
 * NULL when none is near enough to be meant: at most a third of its length,
 * and never more than 3 edits. Borrows from `candidates`. */
const char *zdm_nearest(const char *name, const char *const *candidates, size_t n);

/* "line" and "column" (both from 1; columns count UTF-8 characters) of a byte
 * offset in text. */
void zdm_line_column(const char *text, size_t offset, int *line, int *column);

/* Lower-case hex SHA-256 of data. */
void zdm_sha256_hex(const void *data, size_t n, char out[65]);

#endif
