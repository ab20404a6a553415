/* terrasse: one program. The command table is commands.c, the tables of the floors are tables.c. */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/rand.h"
#include "core/data/intake/read_main.h"
#include "tools/cli/cli.h"
#include "tools/cli/tables.h"

int main(int argc, char **argv)
{
    /* The child that reads strangers' files: before anything of ours is set up, its own sandbox. */
    if (argc > 1 && strcmp(argv[1], "read") == 0 && !(argc > 2 && strcmp(argv[2], "--help") == 0))
        return read_main(argc - 1, argv + 1);
    clock_init();
    rand_init();
    program_register();
    return cli_run(argc, argv);
}
