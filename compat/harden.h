/* SPDX-License-Identifier: ISC
 *
 * What a system offers to a process that wants to be able to do less. Where it
 * offers nothing, these do nothing. */

#ifndef HARDEN_H
#define HARDEN_H

/* No core files, of us and of our children. */
void	 harden_core(void);
/* For root: nothing that is started from here on can have a capability, however
 * it is marked. */
void	 harden_bound(void);
/* No capability is left; nothing that we start can have more rights than we
 * have; nobody of our own user can look into us. */
void	 harden_rights(void);
/* The same in what such a process has started: what does not outlive an exec
 * is done again. */
void	 harden_child(void);
/* From now on the named programs alone can be started, and nothing is done
 * that a balancer does not do. 0, or -1 with errno. */
int	 harden_confine(const char *const *programs);

#endif
