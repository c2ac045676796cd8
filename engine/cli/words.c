#include "cli/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "pg/conn.h"

/* Connection settings behind --db=, -d or alone, with a password in them or unreadable; NULL: none. */
static char *
find_secret(char *word)
{
    if (strncmp(word, "--db=", 5) == 0)
        word += 5;
    else if (word[0] == '-' && word[1] == 'd')
        word += 2;
    bool settings = strstr(word, "://") || (strcasestr(word, "password") && strchr(word, '='));

    return settings && !zdm_conninfo_is_public(word) ? word : NULL;
}

char **
zdm_words_keep(int argc, char **argv)
{
    char **words = zdm_alloc(((size_t)argc + 1) * sizeof *words);

    for (int i = 0; i < argc; i++) {
        words[i] = zdm_strdup(argv[i]);
        char *secret = find_secret(argv[i]);
        if (secret)
            memset(secret, '*', strlen(secret));
    }
    return words;
}

void
zdm_words_free(char **words)
{
    for (size_t i = 0; words[i]; i++)
        free(words[i]);
    free(words);
}
