/* Every command, in the order of the help. A new one: a row here, a function in cmd_NAME.c. */
#include "tools/cli/cmd.h"

const struct command commands[] = {
    {"init", NULL, 0, 0, init_options, cmd_init,
     "Make an installation, or one more region in it, with its first administrator.",
     "Créer une installation, ou une région de plus, avec son premier administrateur."},
    {"serve", NULL, 0, 0, NULL, cmd_serve,
     "Run everything for one machine: database, web, worker.",
     "Tout faire tourner sur une machine : base, site, ouvrier."},
    {"worker", NULL, 0, 0, NULL, cmd_worker, "Run one worker, beside serve --database.",
     "Faire tourner un ouvrier, à côté de serve --database."},
    {"migrate", NULL, 0, 0, migrate_options, cmd_migrate, "Bring the database to the level of this program.",
     "Amener la base au niveau de ce programme."},
    {"backup create", NULL, 0, 0, backup_options, cmd_backup_create,
     "Back up the database, the content files and the secrets.",
     "Sauvegarder la base, les contenus et les secrets."},
    {"backup verify", "BACKUP", 1, 1, NULL, cmd_backup_verify, "Check every file of a backup.",
     "Contrôler chaque fichier d’une sauvegarde."},
    {"restore", NULL, 0, 0, restore_options, cmd_restore, "Put a backup into an empty home.",
     "Remettre une sauvegarde dans un dossier vide."},
    {"doctor", NULL, 0, 0, NULL, cmd_doctor, "Say what is wrong and what to do about it.",
     "Dire ce qui ne va pas et comment y remédier."},
    {"routes", NULL, 0, 0, NULL, cmd_routes, "Every address: method, path, access, cost, summary.",
     "Chaque adresse : méthode, chemin, accès, coût, résumé."},
    {"config", NULL, 0, 0, NULL, cmd_config, "Every setting with unit, bounds, default, meaning and value.",
     "Chaque réglage : unité, bornes, défaut, sens et valeur."},
    {"web-process", NULL, 0, 0, NULL, cmd_web_process, "", ""},
    {"worker-process", NULL, 0, 0, NULL, cmd_worker_process, "", ""},
};
const size_t commands_n = sizeof commands / sizeof commands[0];
