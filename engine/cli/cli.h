/*
 * cli.h - the command line: finds the command, parses its options, runs it,
 * prints its error.
 */
#ifndef ZDM_CLI_CLI_H
#define ZDM_CLI_CLI_H

/* Returns the exit code of the process (design: 0 1 2 3 4 5 6 7 130). */
int zdm_cli_main(int argc, char **argv);

#endif
