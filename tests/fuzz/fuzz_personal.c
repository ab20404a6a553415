/* Cells parted by line feeds below names that say everything: what is found is never said in full, and NIR and IBAN
 * found alone are found in a cell. */
#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/data/check/personal.h"
#include "core/data/check/secrecy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str names[] = {{"nir", 3}, {"nom", 3}, {"prenom", 6}, {"telephone", 9}, {"date_naissance", 14},
                                       {"responsable", 11}, {"nb_eleves", 9}, {"texte", 5}};
    struct str rest = {(const char *)data, size}, cells[8] = {{0}}, part;
    size_t n = 0;
    if (str_chr(rest, 0) >= 0) /* the reader sets such rows aside */
        return 0;
    struct personal *p = personal_new(names, 8);
    struct secrecy *s = secrecy_new(names, 8, 0);
    while (n < 8 && str_cut(&rest, '\n', &part))
        cells[n++] = part;
    personal_row(p, 2, cells, n);
    secrecy_row(s, 2, cells, n);
    struct buf out = {0};
    struct err e = {0};
    struct jw w;
    jw_init(&w, &out, JW_COMPACT);
    personal_json(p, &w);
    json_t *said = jr_parse(buf_str(&out), &e);
    must(said);
    json_decref(said);
    if (n == 8 && personal_is_nir(cells[7]))
        must(personal_count(p, PERSONAL_NIR) > 0);
    if (n == 8 && personal_is_iban(cells[7]))
        must(personal_count(p, PERSONAL_IBAN) > 0);
    buf_free(&out);
    personal_free(p);
    secrecy_free(s);
    return 0;
}
