#include "cli/cli.h"

int
main(int argc, char **argv)
{
    return zdm_cli_main(argc, argv);
}
