/* SPDX-License-Identifier: ISC
 *
 * What ssh.c and the program pydirector-sshd agree upon. */

#ifndef SSH_H
#define SSH_H

/* Its descriptors. */
#define SSHD_CLIENT	3	/* the connection */
#define SSHD_CHANNEL	4	/* the command channel: channel.h */

#define SSHD_GRACE	30	/* seconds until a user is logged in */
#define SSHD_IDLE	1800	/* seconds that a user may type nothing */

/* Its exit status. */
enum sshd_end {
	SSHD_CLOSED = 0,	/* by the client, or its command has ended */
	SSHD_TROUBLE,		/* the system, or the host key */
	SSHD_USAGE,
	SSHD_GONE,		/* client or balancer went without a word */
	SSHD_SLOW,		/* nobody was logged in in time */
	SSHD_TRIES,		/* too many failures */
	SSHD_QUIET,		/* no input for too long */
	SSHD_ODD		/* no key exchange, or nothing was asked for */
};

#endif
