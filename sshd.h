/* SPDX-License-Identifier: ISC
 *
 * What the files of the program pydirector-sshd share. */

#ifndef SSHD_H
#define SSHD_H

#include <sys/types.h>

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include <libssh/libssh.h>
#include <libssh/callbacks.h>
#include <libssh/server.h>

#include "ssh.h"

#define SSHD_NAME	255	/* bytes of a user's name, at most */
#define SSHD_PASSWORD	128
#define SSHD_KEYS	256	/* keys of a user, at most */
#define SSHD_LINE	(64 * 1024)	/* bytes of a command line */
#define SSHD_CHUNK	(16 * 1024)
#define SSHD_TERM	40

/* Bytes that wait to be written. */
struct sshd_rest {
	size_t		 from, to;
	char		 data[SSHD_CHUNK];
};

/* The user's program: pydirectorctl, on a terminal or between pipes. */
struct sshd_shell {
	int		 started;
	int		 command;	/* it runs one, and ends by itself */
	pid_t		 pid;		/* -1: none, or reaped */
	int		 status;	/* as waitpid(2) tells it */
	int		 in, out, err;	/* our ends, -1: closed; a terminal is
					 * both in and out */
	int		 pty;		/* there is a terminal ... */
	int		 terminal;	/* ... whose other side waits here until
					 * the program starts; else -1 */
	char		 term[SSHD_TERM + 1];
	int		 more;		/* libssh may hold input */
	int		 eof;		/* the client has sent its last byte */
	struct sshd_rest input;		/* to the program */
	struct sshd_rest output;	/* to the client ... */
	int		 is_err;	/* ... as standard error */
	int64_t		 closed;	/* when out and err were; 0: not yet */
	int		 told;		/* the exit status was sent */
};

/* One client. */
struct sshd {
	ssh_session	 session;
	ssh_event	 event;
	ssh_channel	 channel;	/* NULL: none opened yet */
	const char	*host_key;	/* path */
	const char	*ctl;		/* path of pydirectorctl */
	int64_t		 now;		/* ms */
	int64_t		 deadline;	/* of what is waited for; 0: none */
	int64_t		 idle;		/* ms without input allowed */
	int64_t		 last;		/* when there was input; of a command,
					 * or output */
	int		 over;		/* the loop ends ... */
	enum sshd_end	 why;		/* ... with this */
	int		 closing;	/* all was sent; the client closes */
	int64_t		 grace;		/* ms */
	int		 client;	/* descriptor */
	int		 link;		/* the command channel, which the
					 * console gets; -1: closed */
	int		 gone;		/* the balancer has closed it */

	/* Who. */
	int		 user;		/* somebody is logged in */
	int		 tries;		/* that failed */
	int		 offers;	/* keys that might be his */
	char		 keys_of[SSHD_NAME + 1]; /* whose keys these are */
	ssh_key		 keys[SSHD_KEYS];
	size_t		 nkeys;

	struct sshd_shell shell;
	struct ssh_server_callbacks_struct server_cb;
	struct ssh_channel_callbacks_struct channel_cb;
};

/* sshd.c */
/* The loop ends, after what is under way. */
void	 sshd_over(struct sshd *, enum sshd_end);
/* Somebody is logged in: work is no attack any more, and may take processor
 * time. */
void	 sshd_lift(void);

/* sshd-key.c: keys. */
/* The private key in a file, which is made if there is none. NULL: why is told
 * on standard error. */
ssh_key	 key_host(const char *path);
/* The fingerprint as ssh-keygen -l prints it, to be freed by
 * ssh_string_free_char; NULL: no memory. */
char	*key_fingerprint(ssh_key);
/* Reads a file of authorized keys: at most max keys, to be freed by
 * ssh_key_free. Lines that are no keys, or too weak, or have options but
 * `restrict`, are skipped. Returns how many there are. */
size_t	 key_list(char *text, ssh_key *keys, size_t max);

/* sshd-auth.c: who it is. */
/* Sets the callbacks. */
void	 auth_setup(struct sshd *);
void	 auth_forget_keys(struct sshd *);

/* sshd-shell.c: the user's program. */
void	 shell_init(struct sshd *);
/* A channel of the client's for his program. */
void	 shell_setup(struct sshd *);
/* Fills in what is waited for, and returns how many entries: 3 at most. */
nfds_t	 shell_poll(struct sshd *, struct pollfd *);
/* Moves what can be moved. */
void	 shell_step(struct sshd *);
/* When it wants to be called again at the latest, in ms; -1: never. */
int	 shell_timeout(const struct sshd *);
/* 1: the client does not take what the program says. */
int	 shell_stuck(const struct sshd *);
/* Ends the program. */
void	 shell_end(struct sshd *);

/* sshd-pty.c: terminals. */
/* Makes one of that size: its descriptors, close-on-exec, the first does not
 * block. 0, or -1. */
int	 pty_open(int *master, int *slave, int cols, int rows);
void	 pty_size(int master, int cols, int rows);
/* In the child: the terminal becomes the one that controls it. 0, or -1. */
int	 pty_control(int slave);
/* 1: a name of a terminal that could be real. */
int	 pty_term_good(const char *);

#endif
