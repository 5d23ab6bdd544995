/* SPDX-License-Identifier: ISC
 *
 * The file of the configuration, written. What stands there at any moment,
 * also after a kill or a loss of power, is the old file or the new one, whole:
 * a temporary file in the same directory, with the old one's owner and mode,
 * is written, synced, read back and renamed. Before that the old one gets a
 * second, dated name. A text that does not read back as what runs is not
 * written, and neither is a file that somebody else has changed since it was
 * read, unless forced. A symbolic link stays one. This waits for the disk. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "director.h"

#define ERRORS_MAX (64 * 1024)	/* bytes of text about faults */
#define BACKUPS_MAX 1000	/* names tried in one second */

/* One save. */
struct save {
	struct pydirector *director;
	struct buf	*answer;
	char		*path;		/* of the file itself */
	int		 gone;		/* there is none */
	struct stat	 st;		/* its owner and mode */
	struct buf	 disk;		/* what it says now */
	struct buf	 text;		/* what it is to say */
	char		*temp;		/* written and not renamed, or NULL */
	char		*backup;	/* the old one's other name, or NULL */
	int		 owner_lost;	/* the new one could not have it */
};

static enum outcome
save_fail(struct save *s, const char *what)
{
	(void)buf_addf(s->answer, "%s: %s: %s: not saved\n", s->path, what,
	    strerror(errno));
	return OUTCOME_FAILED;
}

/* What no file can say: such a service refuses its clients. */
static enum outcome
save_complete(struct save *s)
{
	const struct model *m = s->director->model;
	const struct service *v;
	const char *what;
	size_t i;

	for (i = 0; i < m->nservices; i++) {
		v = m->services[i];
		what = v->nlisteners == 0 ? "no listen: add one" :
		    v->ngroups == 0 ? "no group: add one" :
		    v->enabled == NULL ? "no group is enabled: enable one" :
		    v->enabled->nhosts == 0 ? "its group has no host: add one" :
		    NULL;
		if (what == NULL)
			continue;
		(void)buf_addf(s->answer, "service %s: %s: not saved\n",
		    v->name, what);
		return OUTCOME_CONFLICT;
	}
	return OUTCOME_OK;
}

/* The path of the file itself, whose links were followed. */
static enum outcome
save_path(struct save *s)
{
	const char *path = s->director->config_path;

	if (path == NULL) {
		(void)buf_addf(s->answer, "the configuration is not from a "
		    "file: not saved\n");
		return OUTCOME_CONFLICT;
	}
	s->path = realpath(path, NULL);
	if (s->path != NULL)
		return OUTCOME_OK;
	s->gone = errno == ENOENT;
	s->path = strdup(path);
	if (s->path == NULL || !s->gone) {
		(void)buf_addf(s->answer, "%s: %s: not saved\n", path,
		    strerror(errno));
		return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* Looks at the file as it is. */
static enum outcome
save_look(struct save *s, int force)
{
	const struct buf *known = &s->director->config_text;
	enum outcome outcome = save_path(s);

	if (outcome != OUTCOME_OK)
		return outcome;
	if (!s->gone && stat(s->path, &s->st) == -1)
		return save_fail(s, "cannot be looked at");
	if (!s->gone && conf_slurp(s->path, &s->disk, s->answer) == -1)
		return OUTCOME_FAILED;
	if (force || (!s->gone && s->disk.len == known->len &&
	    (known->len == 0 ||
	    memcmp(s->disk.data, known->data, known->len) == 0)))
		return OUTCOME_OK;
	if (s->gone)
		(void)buf_addf(s->answer, "%s: removed since it was read: not "
		    "saved: force=yes writes it anew\n", s->path);
	else
		(void)buf_addf(s->answer, "%s: changed by somebody else since "
		    "it was read: not saved: reload takes over what it says, "
		    "force=yes writes over it\n", s->path);
	return OUTCOME_CONFLICT;
}

/* The new text, made from an old one. */
static int
save_make(struct save *s, const struct buf *old, char *err, size_t size)
{
	buf_done(&s->text);
	return conf_write(s->director->model, old == NULL ? NULL : old->data,
	    old == NULL ? 0 : old->len, 1, &s->text, err, size);
}

/* A forced save takes the file's text as far as it is one. */
static enum outcome
save_text(struct save *s)
{
	const struct buf *known = &s->director->config_text;
	char err[512];

	if ((s->disk.len > 0 &&
	    save_make(s, &s->disk, err, sizeof(err)) == 0) ||
	    (known->len > 0 && save_make(s, known, err, sizeof(err)) == 0) ||
	    save_make(s, NULL, err, sizeof(err)) == 0)
		return OUTCOME_OK;
	(void)buf_addf(s->answer, "%s: %s: not saved\n", s->path, err);
	return OUTCOME_FAILED;
}

/* The new text has to read back as what runs. */
static enum outcome
save_verify(struct save *s)
{
	struct model *m = NULL;
	struct buf errors;
	int differences = 0;

	buf_init(&errors, ERRORS_MAX);
	if (conf_parse(&m, s->path, s->text.data, s->text.len, &errors) == 0)
		differences = compareconf(s->director->model, m, &errors);
	if (m == NULL || differences != 0)
		(void)buf_addf(s->answer, "%s: what runs cannot be written: "
		    "not saved\n%s", s->path,
		    errors.data == NULL ? "" : errors.data);
	buf_done(&errors);
	model_free(m);
	return m == NULL || differences != 0 ? OUTCOME_FAILED : OUTCOME_OK;
}

static int
save_bytes(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, data, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The old one's owner and mode. Who may not give files away keeps the group,
 * if possible; what another group must not see it does not see then. */
static int
save_owner(struct save *s, int fd)
{
	mode_t mode = s->st.st_mode & 07777;

	if (s->gone)
		return 0;
	if (fchown(fd, s->st.st_uid, s->st.st_gid) == -1) {
		s->owner_lost = 1;
		mode &= (mode_t)~06000;
		if (fchown(fd, (uid_t)-1, s->st.st_gid) == -1)
			mode &= (mode_t)~070;
	}
	return fchmod(fd, mode);
}

/* A new file beside the old one, with those bytes, on the disk. Its name, to
 * be freed, or NULL with errno. */
static char *
save_temp(struct save *s, const struct buf *bytes)
{
	size_t size = strlen(s->path) + sizeof(".XXXXXX");
	char *name = malloc(size);
	int fd, error;

	if (name == NULL)
		return NULL;
	(void)snprintf(name, size, "%s.XXXXXX", s->path);
	fd = mkstemp(name);
	if (fd != -1 && save_bytes(fd, bytes->data, bytes->len) == 0 &&
	    save_owner(s, fd) == 0 && fsync(fd) == 0) {
		if (close(fd) == 0)
			return name;
		fd = -2;	/* gone, whatever close has met */
	}
	error = errno;
	if (fd >= 0)
		(void)close(fd);
	if (fd != -1)
		(void)unlink(name);
	free(name);
	errno = error;
	return NULL;
}

/* 1: the temporary file says what it should. */
static int
save_reads_back(const struct save *s)
{
	struct buf text, errors;
	int same;

	buf_init(&text, CONF_MAX + 1);
	buf_init(&errors, ERRORS_MAX);
	same = conf_slurp(s->temp, &text, &errors) == 0 &&
	    text.len == s->text.len &&
	    memcmp(text.data, s->text.data, text.len) == 0;
	buf_done(&text);
	buf_done(&errors);
	return same;
}

/* Gives the old file the name, or, where it can have only one, a copy of it.
 * 0, or -1 with errno; EEXIST: the name is taken. */
static int
save_second_name(struct save *s, const char *name)
{
	struct stat st;
	char *copy;
	int r;

	if (link(s->path, name) == 0)
		return 0;
	if (errno == EEXIST)
		return -1;
	if (lstat(name, &st) == 0) {
		errno = EEXIST;
		return -1;
	}
	copy = save_temp(s, &s->disk);
	if (copy == NULL)
		return -1;
	r = rename(copy, name);
	if (r == -1)
		(void)unlink(copy);
	free(copy);
	return r;
}

/* FILE-YYYYmmddHHMMSS, and when there is one already, with -1 behind it, and
 * so on. */
static int
save_backup(struct save *s)
{
	char stamp[CLOCK_STAMP_SIZE], digits[sizeof(stamp)] = "";
	char *to = digits, *p;
	size_t size = strlen(s->path) + sizeof(stamp) + 16;
	char *name = malloc(size);
	int i, r = -1;

	if (name == NULL)
		return -1;
	for (p = clock_stamp(stamp); *p != '\0'; p++)
		if (*p >= '0' && *p <= '9')
			*to++ = *p;
	*to = '\0';
	(void)snprintf(name, size, "%s-%s", s->path, digits);
	for (i = 1; i < BACKUPS_MAX; i++) {
		r = save_second_name(s, name);
		if (r == 0 || errno != EEXIST)
			break;
		(void)snprintf(name, size, "%s-%s-%d", s->path, digits, i);
	}
	if (r == 0)
		s->backup = name;
	else
		free(name);
	return r;
}

/* The directory's entries on the disk. Not every system can. */
static void
save_sync_dir(const struct save *s)
{
	char *dir = strdup(s->path), *slash;
	int fd;

	if (dir == NULL)
		return;
	slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[slash == dir] = '\0';
	fd = open(slash == NULL ? "." : dir, O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		if (fsync(fd) == -1 && errno != EINVAL && errno != EBADF)
			log_warning(s->director->log, "config %s: not synced: "
			    "%s", s->path, strerror(errno));
		(void)close(fd);
	}
	free(dir);
}

/* The new file in the place of the old one. */
static enum outcome
save_replace(struct save *s)
{
	s->temp = save_temp(s, &s->text);
	if (s->temp == NULL)
		return save_fail(s, "no new file beside it");
	if (!save_reads_back(s)) {
		errno = EIO;
		return save_fail(s, "the new file does not read back");
	}
	if (!s->gone && save_backup(s) == -1)
		return save_fail(s, "no backup");
	if (rename(s->temp, s->path) == -1) {
		if (s->backup != NULL)
			(void)unlink(s->backup);
		return save_fail(s, "cannot be replaced");
	}
	free(s->temp);
	s->temp = NULL;
	save_sync_dir(s);
	return OUTCOME_OK;
}

/* It is written: what is there is known now. */
static enum outcome
save_told(struct save *s)
{
	(void)buf_addf(s->answer, "saved to %s", s->path);
	if (s->backup != NULL)
		(void)buf_addf(s->answer, "; the old one is %s", s->backup);
	if (s->owner_lost)
		(void)buf_addf(s->answer, "; its owner could not be kept");
	(void)buf_addf(s->answer, "\n");
	log_notice(s->director->log, "config %s: saved%s%s", s->path,
	    s->backup == NULL ? "" : ": the old one is ",
	    s->backup == NULL ? "" : s->backup);
	return OUTCOME_OK;
}

static enum outcome
save_run(struct save *s, int force)
{
	enum outcome outcome = save_complete(s);

	if (outcome == OUTCOME_OK)
		outcome = save_look(s, force);
	if (outcome == OUTCOME_OK)
		outcome = save_text(s);
	if (outcome != OUTCOME_OK)
		return outcome;
	if (!s->gone && s->disk.len == s->text.len &&
	    memcmp(s->disk.data, s->text.data, s->text.len) == 0) {
		(void)buf_addf(s->answer, "nothing to save: %s says what "
		    "runs\n", s->path);
		return OUTCOME_OK;
	}
	outcome = save_verify(s);
	if (outcome == OUTCOME_OK)
		outcome = save_replace(s);
	return outcome == OUTCOME_OK ? save_told(s) : outcome;
}

enum outcome
save_config(struct pydirector *d, int force, struct buf *answer)
{
	enum outcome outcome;
	struct save s;

	memset(&s, 0, sizeof(s));
	s.director = d;
	s.answer = answer;
	buf_init(&s.disk, CONF_MAX + 1);
	buf_init(&s.text, CONF_MAX);
	outcome = save_run(&s, force);
	if (outcome == OUTCOME_OK) {
		buf_done(&d->config_text);
		d->config_text = s.text;
		buf_init(&s.text, 0);
	}
	if (s.temp != NULL)
		(void)unlink(s.temp);
	free(s.temp);
	free(s.backup);
	free(s.path);
	buf_done(&s.disk);
	buf_done(&s.text);
	return outcome;
}
