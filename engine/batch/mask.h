/*
 * mask.h - what the server says of a row, without what is in the row (pure).
 */
#ifndef ZDM_BATCH_MASK_H
#define ZDM_BATCH_MASK_H

#include <stdbool.h>
#include <stddef.h>

/* The message with everything between its first quotation mark and its last one replaced by an
 * ellipsis; but quoted names, such as "users_email_check", stay: those of which is_name says so. A value
 * may hold quotation marks itself, so nothing between two of them is trusted. Marks of other languages
 * count too: messages are translated. What a trigger writes without any is kept. Owned. */
char *zdm_mask_values(const char *message,
    bool (*is_name)(const void *self, const char *text, size_t n), const void *self);

#endif
