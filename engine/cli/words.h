/*
 * words.h - the words of the command line, kept where other users of the machine do not see them.
 */
#ifndef ZDM_CLI_WORDS_H
#define ZDM_CLI_WORDS_H

/* A copy of argv, ended by NULL; owned, with its strings. In argv itself, which ps shows, connection
 * settings with a password become asterisks. */
char **zdm_words_keep(int argc, char **argv);
void zdm_words_free(char **words);

#endif
