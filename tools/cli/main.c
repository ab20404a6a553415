/* terrasse: one program. The command table is commands.c, the tables of the floors are tables.c. */
#include "core/base/clock.h"
#include "core/base/rand.h"
#include "tools/cli/cli.h"
#include "tools/cli/tables.h"

int main(int argc, char **argv)
{
    clock_init();
    rand_init();
    program_register();
    return cli_run(argc, argv);
}
