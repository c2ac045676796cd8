/*
 * xml.h - text in XML (pure): what comes from files and servers can be anything.
 */
#ifndef ZDM_CLI_XML_H
#define ZDM_CLI_XML_H

#include "base/buf.h"

/* Adds ` name="value"`. */
void zdm_xml_attribute(struct zdm_buf *out, const char *name, const char *value);
/* Adds what stands between two tags. */
void zdm_xml_text(struct zdm_buf *out, const char *s);

#endif
