/* Help, made from the command table. */
#include <stdio.h>
#include <string.h>

#include "tools/cli/cli.h"

static const char *text(enum lang lang, const char *en, const char *fr)
{
    return lang == LANG_FR ? fr : en;
}

static void put_line(enum lang lang, const struct command *c)
{
    char left[64];
    snprintf(left, sizeof left, "%s%s%s", c->words, c->arguments ? " " : "", c->arguments ? c->arguments : "");
    if (c->en[0])
        printf("  terrasse %-28s %s\n", left, text(lang, c->en, c->fr));
}

void help_all(enum lang lang)
{
    printf("%s\n\n", text(lang, "terrasse: an open-data portal and its terraces.",
                          "terrasse : un portail de données ouvertes et ses terrasses."));
    for (size_t i = 0; i < commands_n; i++)
        put_line(lang, &commands[i]);
    printf("\n%s\n", text(lang, "terrasse COMMAND --help explains one command; terrasse config explains every setting.",
                          "terrasse COMMANDE --help explique une commande ; terrasse config explique chaque réglage."));
}

void help_below(enum lang lang, const char *words)
{
    size_t n = strlen(words), found = 0;
    for (size_t i = 0; i < commands_n; i++) {
        if (strncmp(commands[i].words, words, n) == 0 && commands[i].words[n] == ' ') {
            put_line(lang, &commands[i]);
            found++;
        }
    }
    if (found == 0)
        help_all(lang);
}

void help_command(enum lang lang, const struct command *c)
{
    printf("terrasse %s%s%s\n\n  %s\n\n", c->words, c->arguments ? " " : "", c->arguments ? c->arguments : "",
           text(lang, c->en, c->fr));
    for (const struct command_option *o = c->options; o && o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("  %-24s %s%s\n", left, text(lang, o->en, o->fr),
               o->required ? text(lang, " (required)", " (obligatoire)") : "");
    }
    printf("  %-24s %s\n", text(lang, "--home DIR", "--home DOSSIER"),
           text(lang, option_row(OPTION_HOME)->en, option_row(OPTION_HOME)->fr));
    printf("\n  %s\n", text(lang, "Every setting of terrasse config is taken as --NAME VALUE as well.",
                            "Chaque réglage de terrasse config se donne aussi par --NOM VALEUR."));
}
