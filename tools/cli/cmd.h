#pragma once
#include "tools/cli/cli.h"

/* The functions of commands.c; cmd_NAME.c holds cmd_NAME and what only it needs. */
bool cmd_init(struct cli *cli, struct err *e);
bool cmd_serve(struct cli *cli, struct err *e);
bool cmd_worker(struct cli *cli, struct err *e);
bool cmd_migrate(struct cli *cli, struct err *e);
bool cmd_config(struct cli *cli, struct err *e);
bool cmd_routes(struct cli *cli, struct err *e);
bool cmd_doctor(struct cli *cli, struct err *e);
bool cmd_backup_create(struct cli *cli, struct err *e);
bool cmd_backup_verify(struct cli *cli, struct err *e);
bool cmd_restore(struct cli *cli, struct err *e);
bool cmd_web_process(struct cli *cli, struct err *e);    /* started by serve */
bool cmd_worker_process(struct cli *cli, struct err *e); /* started by serve */

bool cmd_tenant_add(struct cli *cli, struct err *e);
bool cmd_tenant_alias(struct cli *cli, struct err *e);
bool cmd_tenant_brand(struct cli *cli, struct err *e);
bool cmd_tenant_move(struct cli *cli, struct err *e);
bool cmd_tenant_list(struct cli *cli, struct err *e);
bool cmd_user_add(struct cli *cli, struct err *e);
bool cmd_user_link(struct cli *cli, struct err *e);
bool cmd_user_password(struct cli *cli, struct err *e);
bool cmd_user_dpo(struct cli *cli, struct err *e);
extern const struct command_option user_dpo_options[];
bool cmd_user_list(struct cli *cli, struct err *e);
bool cmd_token_add(struct cli *cli, struct err *e);
bool cmd_token_list(struct cli *cli, struct err *e);
bool cmd_token_renew(struct cli *cli, struct err *e);
bool cmd_token_revoke(struct cli *cli, struct err *e);
extern const struct command_option token_host_options[], token_one_options[];
bool cmd_partner_list(struct cli *cli, struct err *e);
bool cmd_partner_contact(struct cli *cli, struct err *e);
extern const struct command_option partner_options[], partner_contact_options[];
bool cmd_mail_test(struct cli *cli, struct err *e);
bool cmd_mail_list(struct cli *cli, struct err *e);
extern const struct command_option mail_options[];
bool cmd_dataset_import(struct cli *cli, struct err *e);
bool cmd_dataset_list(struct cli *cli, struct err *e);
bool cmd_dataset_publish(struct cli *cli, struct err *e);
bool cmd_dataset_open(struct cli *cli, struct err *e);
bool cmd_dataset_close(struct cli *cli, struct err *e);
bool cmd_dataset_withdraw(struct cli *cli, struct err *e);
bool cmd_dataset_versions(struct cli *cli, struct err *e);
bool cmd_dataset_compare(struct cli *cli, struct err *e);
bool cmd_dataset_restore(struct cli *cli, struct err *e);
bool cmd_dataset_discard(struct cli *cli, struct err *e);
bool cmd_dataset_attach(struct cli *cli, struct err *e);
bool cmd_dataset_files(struct cli *cli, struct err *e);
bool cmd_dataset_attachments(struct cli *cli, struct err *e);
bool cmd_dataset_source(struct cli *cli, struct err *e);
bool cmd_dataset_detach(struct cli *cli, struct err *e);
bool cmd_schema_add(struct cli *cli, struct err *e);
bool cmd_schema_list(struct cli *cli, struct err *e);
bool cmd_schema_impact(struct cli *cli, struct err *e);
bool cmd_schema_show(struct cli *cli, struct err *e);
extern const struct command_option schema_options[], schema_add_options[], schema_impact_options[];
bool cmd_read(struct cli *cli, struct err *e);           /* for the help: main.c runs it */

extern const struct command_option token_options[], import_options[], publish_options[], dataset_options[];
extern const struct command_option withdraw_options[], version_options[], attach_options[], files_options[], source_options[];
extern const struct command_option tenant_options[], brand_options[], user_options[], user_host_options[];
extern const struct command_option init_options[], migrate_options[], backup_options[], restore_options[];

bool cmd_quota_show(struct cli *cli, struct err *e);
bool cmd_quota_set(struct cli *cli, struct err *e);
bool cmd_quota_lend(struct cli *cli, struct err *e);
extern const struct command_option quota_show_options[], quota_set_options[], quota_lend_options[];

bool cmd_federation_list(struct cli *cli, struct err *e);
bool cmd_federation_run(struct cli *cli, struct err *e);
bool cmd_federation_retry(struct cli *cli, struct err *e);
bool cmd_feed_rebuild(struct cli *cli, struct err *e);
bool cmd_federation_receipts(struct cli *cli, struct err *e);
bool cmd_federation_differences(struct cli *cli, struct err *e);
bool cmd_federation_verify(struct cli *cli, struct err *e);
bool cmd_federation_link(struct cli *cli, struct err *e);
bool cmd_federation_unlink(struct cli *cli, struct err *e);
bool cmd_federation_national(struct cli *cli, struct err *e);
extern const struct command_option federation_options[], link_options[], national_options[];
