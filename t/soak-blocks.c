/* SPDX-License-Identifier: ISC
 *
 * Counts the blocks of memory that a program has and has not given back, by
 * the place that asked for them. A shared object for LD_PRELOAD; it sees
 * libraries, too. Each process with SOAK_BLOCKS in its environment, the name of
 * a directory, keeps a file there that is named by its number, with a line for
 * each place:
 *
 *	OBJECT+OFFSET LIVE	offset hexadecimal, in the object's file;
 *				addr2line(1) tells the line of code
 *
 * With SOAK_LEAK=N every Nth block that is given back stays: a leak, for a test
 * of who looks for one.
 *
 * A block ends with a note of its place, which is what malloc_usable_size(3)
 * is good for; a block without one is somebody else's and passes through. For
 * programs of one thread. */

#include "config.h"

#include <sys/mman.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACES	4096		/* a power of two; the last ones share one */
#define LINE	64		/* bytes, with the newline */
#define NUMBER	12		/* digits at its end */
#define MAGIC	UINT32_C(0xb10cb10c)
#define EARLY	4096		/* bytes for who asks while we look around */

struct note {
	uint32_t	 place;
	uint32_t	 magic;
};

static void	*(*real_malloc)(size_t);
static void	*(*real_calloc)(size_t, size_t);
static void	*(*real_realloc)(void *, size_t);
static void	 (*real_free)(void *);
static int	 (*real_posix_memalign)(void **, size_t, size_t);
static void	*(*real_aligned_alloc)(size_t, size_t);

static void	*places[PLACES];	/* return addresses, hashed */
static long	 live[PLACES];
static char	*lines;			/* of the file, or NULL */

static long	 leak;			/* SOAK_LEAK; 0: none */
static long	 given;			/* blocks given back */

static char	 early[EARLY];		/* never given back */
static size_t	 early_used;

/* The file. */

/* Who has asked there. */
static void
show_place(uint32_t i)
{
	char text[LINE + 1];
	const char *name;
	Dl_info info;

	if (places[i] == NULL || dladdr(places[i], &info) == 0 ||
	    info.dli_fname == NULL)
		return;
	name = strrchr(info.dli_fname, '/');
	snprintf(text, sizeof(text), "%.24s+%lx",
	    name == NULL ? info.dli_fname : name + 1, (unsigned long)
	    ((char *)places[i] - (char *)info.dli_fbase));
	memcpy(lines + (size_t)i * LINE, text, strlen(text));
}

/* How many blocks that are. */
static void
show(uint32_t i)
{
	char text[NUMBER + 1];

	if (lines == NULL)
		return;
	snprintf(text, sizeof(text), "%*ld", NUMBER, live[i]);
	memcpy(lines + (size_t)i * LINE + LINE - 1 - NUMBER, text, NUMBER);
}

/* 0, or -1: no file. */
static int
map(const char *dir)
{
	char path[4096];
	int fd, failed;

	snprintf(path, sizeof(path), "%s/%ld", dir, (long)getpid());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd == -1)
		return -1;
	failed = ftruncate(fd, PLACES * LINE) == -1;
	if (!failed)
		lines = mmap(NULL, PLACES * LINE, PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	close(fd);
	if (failed || lines == MAP_FAILED) {
		lines = NULL;
		return -1;
	}
	memset(lines, ' ', PLACES * LINE);
	return 0;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *dir = getenv("SOAK_BLOCKS");
	const char *nth = getenv("SOAK_LEAK");
	int saved = errno;
	uint32_t i;

	if (nth != NULL)
		leak = strtol(nth, NULL, 10);

	if (dir != NULL && map(dir) == 0)
		for (i = 0; i < PLACES; i++) {
			lines[(i + 1) * LINE - 1] = '\n';
			show_place(i);
			show(i);
		}
	errno = saved;
}

/* Counting. */

static uint32_t
place_of(void *caller)
{
	uint32_t i = (uint32_t)((uintptr_t)caller >> 1) % PLACES, n;

	for (n = 0; n < PLACES - 1; n++) {
		if (places[i] == caller)
			break;
		if (places[i] == NULL) {
			places[i] = caller;
			if (lines != NULL)
				show_place(i);
			break;
		}
		i = (i + 1) % PLACES;
	}
	return i;
}

static struct note *
note_of(void *block)
{
	return (struct note *)(void *)((char *)block +
	    malloc_usable_size(block) / sizeof(struct note) *
	    sizeof(struct note)) - 1;
}

static void *
count(void *block, void *caller)
{
	struct note note;

	if (block == NULL)
		return NULL;
	note.place = place_of(caller);
	note.magic = MAGIC;
	memcpy(note_of(block), &note, sizeof(note));
	live[note.place]++;
	show(note.place);
	return block;
}

/* Back to the size that was asked for. */
static void
forget(void *block)
{
	struct note note;

	memcpy(&note, note_of(block), sizeof(note));
	if (note.magic != MAGIC || note.place >= PLACES)
		return;
	live[note.place]--;
	show(note.place);
	memset(note_of(block), 0, sizeof(note));
}

/* A number of bytes with a note behind it; 0: too many. */
static size_t
room(size_t n)
{
	return n > SIZE_MAX - 2 * sizeof(struct note) ? 0 :
	    n + 2 * sizeof(struct note);
}

/* The functions. */

static void *
next(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	if (f == NULL)
		abort();
	return f;
}

static void
look(void)
{
	static int looking;
	void *f;

	if (looking || real_free != NULL)
		return;
	looking = 1;
	/* C has no cast from a pointer to data to one to a function. */
#define NEXT(name) f = next(#name); memcpy(&real_##name, &f, sizeof(f))
	NEXT(malloc);
	NEXT(calloc);
	NEXT(realloc);
	NEXT(posix_memalign);
	NEXT(aligned_alloc);
	NEXT(free);
#undef NEXT
	looking = 0;
}

static void *
early_alloc(size_t n)
{
	char *p = early + early_used;

	n = (n + 15) & ~(size_t)15;
	if (n > sizeof(early) - early_used)
		return NULL;
	early_used += n;
	return p;
}

static int
is_early(const void *p)
{
	return (const char *)p >= early && (const char *)p < early + EARLY;
}

static void *
no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

static void *
take(size_t n, void *caller)
{
	look();
	if (real_free == NULL)
		return early_alloc(n);
	return room(n) == 0 ? no_memory() : count(real_malloc(room(n)), caller);
}

void *
malloc(size_t n)
{
	return take(n, __builtin_return_address(0));
}

/* libc's would all be one place. */
char *
strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = take(n, __builtin_return_address(0));

	return p == NULL ? NULL : memcpy(p, s, n);
}

void *
calloc(size_t n, size_t size)
{
	look();
	if (size != 0 && n > SIZE_MAX / size)
		return no_memory();
	if (real_free == NULL)
		return early_alloc(n * size);
	return room(n * size) == 0 ? no_memory() :
	    count(real_calloc(1, room(n * size)), __builtin_return_address(0));
}

void *
realloc(void *old, size_t n)
{
	void *p;

	look();
	if (real_free == NULL || is_early(old) || room(n) == 0)
		return no_memory();
	if (old != NULL)
		forget(old);
	p = real_realloc(old, room(n));
	if (p == NULL) {
		/* It lives on where it is. */
		(void)count(old, __builtin_return_address(0));
		return NULL;
	}
	return count(p, __builtin_return_address(0));
}

int
posix_memalign(void **p, size_t align, size_t n)
{
	int error;

	look();
	if (real_free == NULL || room(n) == 0)
		return ENOMEM;
	error = real_posix_memalign(p, align, room(n));
	if (error == 0)
		(void)count(*p, __builtin_return_address(0));
	return error;
}

void *
aligned_alloc(size_t align, size_t n)
{
	look();
	if (real_free == NULL || room(n) == 0)
		return no_memory();
	return count(real_aligned_alloc(align, room(n)),
	    __builtin_return_address(0));
}

void
free(void *p)
{
	if (p == NULL || is_early(p) ||
	    (leak > 0 && ++given % leak == 0))
		return;
	look();
	forget(p);
	real_free(p);
}
