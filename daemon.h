/* SPDX-License-Identifier: ISC
 *
 * What makes a program a daemon: log output, pid file, background, signals,
 * paths. Nothing here knows what a director is. */

#ifndef DAEMON_H
#define DAEMON_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

/* Where log lines go. */
struct daemon_log {
	int		 fd;		/* -1: none */
	char		*path;		/* of the file; NULL: it is none */
	uid_t		 uid;		/* as whom root opens it; 0: root */
	gid_t		 gid;
	int		 torn;		/* the last line was cut off */
	unsigned long	 lost;		/* lines not written since */
};

/* path NULL: standard error, or nowhere. Root opens it with the rights of the
 * user uid, unless that is 0 (compat/openas.h). 0, or -1 with errno. */
int	 daemon_log_open(struct daemon_log *, const char *path, int to_stderr,
	    uid_t uid, gid_t);
/* Opens the file anew, for one that was renamed. 0, or -1 with errno: the old
 * one stays in use. */
int	 daemon_log_reopen(struct daemon_log *);
/* Writes a line, with time and level. A reader that has stopped
 * is not waited for: the line is lost, and the number lost is told later. */
void	 daemon_log_line(struct daemon_log *, int level, const char *line);
void	 daemon_log_close(struct daemon_log *);

/* Locks the pid file and writes our number into it; path is kept. Returns its
 * descriptor, or -1 with a text in err: another instance has it (errno is
 * EAGAIN), or it cannot be written. Until daemon_running a signal that ends us
 * removes it. */
int	 daemon_pid_open(const char *path, char *err, size_t size);
/* Removes it, or empties it where that is not allowed. */
void	 daemon_pid_close(const char *path, int fd);
/* For what is done once a second, *next is 0 at first: 1: now. Lowers *timeout,
 * of poll(2), to the time until the next one. */
int	 daemon_each_second(int64_t *next, int *timeout);
/* Gives up the lock: another process is to have the file. */
void	 daemon_pid_release(int fd);

/* Makes sure that descriptors 0, 1 and 2 are open. */
void	 daemon_standard(void);
/* Closes those from first on that the program was started with. */
void	 daemon_close_others(int first);
/* Goes on in a child. The parent waits until the child has called
 * daemon_ready or has ended, and exits with 0 or the child's status. Returns a
 * descriptor for daemon_ready, or -1 with errno. */
int	 daemon_detach(void);
/* The child is what the parent promised: leaves terminal and directory. fd -1:
 * there is no parent that waits. 0, or -1 with errno: it is still in the
 * directory. */
int	 daemon_ready(int fd);

/* Catches SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1 and SIGUSR2 and ignores
 * SIGPIPE. Until daemon_running, the first three end the program at once, with
 * status 1. Returns a descriptor that becomes readable when one was caught, or
 * -1 with errno. */
int	 daemon_signals(void);
void	 daemon_running(void);
/* The number of a signal that was caught, the most urgent first, or 0. */
int	 daemon_signal(void);

/* The path seen from the root directory, to be freed; NULL with errno. */
char	*daemon_absolute(const char *path);
/* The path by which the program was started as argv0, from the root directory,
 * links not followed: what is there later may be another. To be freed; NULL:
 * not known. */
char	*daemon_self(const char *argv0);
/* The path of a program that belongs to the one running as argv0: beside it,
 * or else in dir. To be freed; NULL: no memory. */
char	*daemon_beside(const char *argv0, const char *name, const char *dir);

#endif
