#include <stdio.h>

#include "tools/cli/cmd.h"

bool cmd_config(struct cli *cli, struct err *e)
{
    struct buf b = {0};
    (void)e;
    if (cli->json)
        option_json(&b, cli->lang);
    else
        option_manual(&b, cli->lang);
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
    return true;
}
