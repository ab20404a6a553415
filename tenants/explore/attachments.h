#pragma once
#include "core/web/step.h"

/*
 * attachments -- files beside a dataset's rows: the lists, and their bytes (explore-api.md 1.6 (15), 1.7, case 117).
 *
 * Whoever may read the dataset may read its files; to everybody else they are not there. Bytes are never shown by a
 * browser at this address: the answer is an attachment, of a type from a closed list (publishing/attachment.h), in an
 * empty sandbox. A thumbnail's address (…/files/{id}/300) gives the small picture that the worker made (publishing/thumbnail.h),
 * until then the picture itself; what is no picture is not there.
 */
extern const struct step attachments_list[], attachments_alternatives[];
extern const struct step attachments_file[], attachments_alternative[], attachments_of_field[], attachments_small[];
