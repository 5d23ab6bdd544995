/* SPDX-License-Identifier: ISC
 *
 * What the command files share: what a request names, and what it is told.
 * Each of these answers by itself when it does not return OUTCOME_OK. */

#ifndef COMMAND_H
#define COMMAND_H

#include "conf.h"

/* The part of the model that a request names. */
struct target {
	struct service	*service;
	struct group	*group;
	struct host	*host;
};

/* Adds to the answer, and returns the outcome. */
enum outcome	 command_say(const struct request *, enum outcome,
		    const char *, ...) LOG_PRINTF(3, 4);
enum outcome	 command_no_memory(const struct request *);
/* Looks up what the arguments `service`, `group` and `name` or `host` or `ip`
 * name; what lies behind the last is NULL. */
enum outcome	 command_service(const struct request *, struct target *);
enum outcome	 command_group(const struct request *, struct target *);
enum outcome	 command_host(const struct request *, struct target *);
/* Checks an argument by the attribute that it will be; an argument that is
 * not there is good. */
enum outcome	 command_check(const struct request *, const char *name,
		    enum conf_kind, const char *attr);
/* Percent-decodes in place: 0, or -1: not encoded so, or a NUL. */
int		 command_decode(char *);
/* 1: the request insists. */
int		 command_force(const struct request *);
/* The address of a host that could be connected to: a name needs the helper
 * while the director runs. */
enum outcome	 command_reachable(const struct request *, const char *address);
/* An argument that is a number; 0 where it is missing. */
enum outcome	 command_number(const struct request *, const char *name,
		    size_t *);
/* Networks; name is what they are called in the answer. */
enum outcome	 command_networks(const struct request *, const char *name,
		    const char *text, struct networks *);
/* Nothing that runs and is enabled has the address, that one apart. */
enum outcome	 command_address_free(const struct request *,
		    const char *address, const struct access_point *);
/* The same of a UNIX socket; except: a text of the model's. */
enum outcome	 command_path_free(const struct request *, const char *path,
		    const char *except);

/* command-edit.c: services, listeners, rules, groups and hosts come and go. */
enum outcome	 edit_new_service(const struct request *);
enum outcome	 edit_del_service(const struct request *);
enum outcome	 edit_new_listen(const struct request *);
enum outcome	 edit_del_listen(const struct request *);
enum outcome	 edit_new_rule(const struct request *);
enum outcome	 edit_del_rule(const struct request *);
enum outcome	 edit_new_group(const struct request *);
enum outcome	 edit_del_group(const struct request *);
enum outcome	 edit_enable_group(const struct request *);
enum outcome	 edit_add_host(const struct request *);
enum outcome	 edit_del_host(const struct request *);
enum outcome	 edit_del_all_hosts(const struct request *);
/* The service goes, with all that runs for it; relays stay. */
void		 edit_drop_service(struct pydirector *, struct service *);

/* command-host.c: states of a host. */
enum outcome	 host_cmd_admin_down(const struct request *);
enum outcome	 host_cmd_admin_up(const struct request *);
enum outcome	 host_cmd_drain(const struct request *);
enum outcome	 host_cmd_close(const struct request *);
enum outcome	 host_cmd_retry(const struct request *);

/* command-set.c: attributes. */
enum outcome	 set_attr(const struct request *);
enum outcome	 set_weight(const struct request *);
enum outcome	 set_scheduler(const struct request *);

/* command-user.c */
enum outcome	 user_cmd_add(const struct request *);
enum outcome	 user_cmd_set(const struct request *);
enum outcome	 user_cmd_del(const struct request *);

/* reload.c: the file. */
enum outcome	 reload_run(const struct request *);
enum outcome	 reload_compare(const struct request *);

#endif
